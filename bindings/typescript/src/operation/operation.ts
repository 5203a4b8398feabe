import type { Shape } from '../body/shape.js';
import type { Service } from '../config/region.js';

/**
 * An operation, as the runtime sends, pages and waits by it: its body, the items in that, and its
 * arguments.
 */
export interface Operation<
  Body extends object = object,
  Item extends object = object,
  Args extends readonly unknown[] = readonly unknown[],
> {
  readonly operationId: string;
  readonly service: Exclude<Service, 'iam'>;
  /** The HTTP method. */
  readonly method: string;
  /** The path, with its parameters in braces. */
  readonly path: string;
  /** The labels of the path parameters that are arguments; `null` is the project. */
  readonly pathParameters: readonly (string | null)[];
  readonly queryParameters: readonly QueryParameter[];
  /** The shape of the body of a success. */
  readonly body: Shape;
  readonly paging?: Paging | undefined;
  readonly timeWindow?: TimeWindow;
  readonly waiting?: Waiting<object, Item>;
  /** Only for its types. */
  readonly types?: readonly [Body, Item, Args];
}

/** An operation that returns one page of a list. */
export interface ListOperation<
  Body extends object = object,
  Item extends object = object,
  Args extends readonly unknown[] = readonly unknown[],
> extends Operation<Body, Item, Args> {
  /** The query parameters of a page. */
  readonly paging: Paging;
}

/** An operation that returns one page of a list, whose items end by themselves. */
export interface TaskListOperation<
  Body extends object = object,
  Item extends object = object,
  Args extends readonly unknown[] = readonly unknown[],
> extends ListOperation<Body, Item, Args> {
  /** How an item is waited for. */
  readonly waiting: Waiting<object, Item>;
}

/** An operation that returns one item by its ID, the last of its arguments. */
export interface ShowOperation<
  Body extends object = object,
  Item extends object = object,
  Args extends readonly unknown[] = readonly unknown[],
> extends Operation<Body, Item, Args> {
  /** Not set: there are no pages. */
  readonly paging?: undefined;
}

/** A parameter of a query: its key there, and the option that sets it. */
export type QueryParameter = { readonly key: string; readonly option: string } & (
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'lower' | 'upper' | 'text' | 'boolean' }
);

/** The query parameters of a page, as indexes into all. */
export interface Paging {
  readonly position: number;
  /** The position of the first item. */
  readonly first: number;
  readonly size: number;
  /** The largest documented size of a page. */
  readonly largest?: number;
}

/** The query parameters of a time window, as indexes into all. */
export interface TimeWindow {
  readonly lower: number;
  readonly upper: number;
}

/** How an item is waited for. */
export interface Waiting<Body extends object, Item extends object> {
  /** The ID of an item, in words. */
  readonly label: string;
  /** The states in which an item has ended well. */
  readonly success: readonly string[];
  /** The other states in which an item has ended. */
  readonly failure: readonly string[];
  /** The operation that shows one item. */
  readonly show?: Operation<Body, Item>;
}
