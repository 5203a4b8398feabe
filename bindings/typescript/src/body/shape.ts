/** How an object in a body is decoded. */
export interface Shape {
  /**
   * The documented members and the word for what each holds, as `a:text! b:integer[]`.
   *
   * The words are `text`, `integer`, `number`, `boolean`, `either` (a string or a number), `code` (the
   * same, and a boolean as text), or the name of one of `shapes`. `[]` stands for a list of that. `!`
   * marks a member that is always there.
   */
  readonly members: string;
  /** The shapes of members, by name. */
  readonly shapes?: () => Readonly<Record<string, Shape>>;
  /** Misspelled members, each with the member that it means. */
  readonly misspelled?: Readonly<Record<string, string>>;
  /** Set on an item of a list. */
  readonly item?: ItemMembers;
  /** Set on the body of a list. */
  readonly list?: ListMembers;
}

/** The members of an item that the client reads. */
export interface ItemMembers {
  readonly identity: string;
  readonly label?: string;
  readonly state?: string;
  readonly started?: string;
}

/** The members of the body of a list that the client reads. */
export interface ListMembers {
  /** The member with the items. */
  readonly items: string;
  /** The name of the shape of an item. */
  readonly of: string;
  /** The member that counts the items. */
  readonly count?: string;
  /** The members of an only item that may stand beside the items. */
  readonly onlyItem?: readonly string[];
}
