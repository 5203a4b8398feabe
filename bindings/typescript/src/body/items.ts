import { innerShape, membersOf } from './decode.js';
import { toCount, toDate } from './scalars.js';
import type { ItemMembers, ListMembers, Shape } from './shape.js';

/** A decoded object, by the names of its members. */
type Members = Record<string, unknown>;

/** The members of the list in a body of this shape. */
function listOf({ list }: Shape): ListMembers {
  if (list === undefined) throw new TypeError('the shape holds no list');
  return list;
}

/** Reads the items of a list in a body, and what they have in common. */
export class ItemReader<Item extends object> {
  readonly #body: Shape;
  readonly #list: ListMembers;
  readonly #item: ItemMembers;

  /** Reads bodies of this shape. */
  constructor(body: Shape) {
    this.#body = body;
    this.#list = listOf(body);
    this.#item = innerShape(body, this.#list.of)?.item ?? { identity: '' };
  }

  items(body: object): Item[] {
    return (body as Members)[this.#list.items] as Item[];
  }

  setItems(body: object, items: Item[]): void {
    (body as Members)[this.#list.items] = items;
  }

  /** How many items the service counted. */
  count(body: object): number | undefined {
    const count = toCount(this.#member(body, this.#list.count) as string | number);
    // To compare it with the size of a page, a double is exact enough.
    return count === undefined ? undefined : Number(count);
  }

  fillOnlyItem(body: object): void {
    fillOnlyItem(this.#body, body);
  }

  /** The ID of an item; empty when it has none. */
  identity(item: Item): string {
    return (this.#member(item, this.#item.identity) ?? '') as string;
  }

  /** The name of an item. */
  label(item: Item): string | undefined {
    return (this.#member(item, this.#item.label) || undefined) as string | undefined;
  }

  /** The state of an item. */
  state(item: Item): string | undefined {
    return (this.#member(item, this.#item.state) || undefined) as string | undefined;
  }

  /** When an item started, as it is written. */
  started(item: Item): string | number | undefined {
    return this.#member(item, this.#item.started) as string | number | undefined;
  }

  /** When an item started, in milliseconds since 1970. */
  startedAt(item: Item): number | undefined {
    return toDate(this.started(item))?.getTime();
  }

  #member(of: object, member: string | undefined): unknown {
    return member === undefined ? undefined : (of as Members)[member];
  }
}

/** The documented members of an item in such a body as text: equal when none has changed. */
export function fingerprint(body: Shape, item: object): string {
  return JSON.stringify(documented(body, listOf(body).of, item));
}

function documented(outer: Shape, word: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => documented(outer, word, element));
  const shape = innerShape(outer, word);
  if (shape === undefined) return value;
  return membersOf(shape).map(([member, inner]) => {
    const found = (value as Members)[member];
    return found === undefined ? null : documented(shape, inner.replace(/[[\]!]/g, ''), found);
  });
}

/** Copies the members of an only item that stand beside the list into the item, where it has none. */
export function fillOnlyItem(shape: Shape, body: object): void {
  const { items, onlyItem = [] } = listOf(shape);
  const [item, ...others] = (body as Members)[items] as Members[];
  if (item === undefined || others.length > 0) return;
  for (const member of onlyItem) {
    const beside = (body as Members)[member];
    if ((item[member] ?? '') === '' && beside !== undefined) item[member] = beside;
  }
}
