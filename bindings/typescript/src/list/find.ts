import { pathSegment, requireString } from '../body/ids.js';
import { ItemReader } from '../body/items.js';
import type { Shape } from '../body/shape.js';
import { momentOf, type Time } from '../body/time.js';
import { invalidInput } from '../errors.js';
import type { ResponseInfo } from '../http/response.js';
import type { Waiting } from '../operation/operation.js';
import { execute, nounOf, onlyItem, type Request, withValues } from '../operation/request.js';
import { pagesOf } from './pages.js';

/** How many pages one poll searches at most. */
const MAX_PAGES_SEARCHED = 20;
/** How far around its start time a found item is searched for, in milliseconds. */
const START_TIME_MARGIN = 1000;

/** The item to find. */
export type Target =
  | { readonly id: string }
  /** The newest of this name that started at this time or later. */
  | { readonly name: string; readonly since: Time };

/** An item with the response that holds it; `undefined` when it is not there. */
export type Found<Item> = { readonly item: Item; readonly response: ResponseInfo } | undefined;

/** Finds one item, once for each poll. */
export class Finder<Item extends object> {
  readonly reader: ItemReader<Item>;
  readonly waiting: Waiting<object, Item>;
  /** The shape of the list. */
  readonly body: Shape;
  readonly #list: Request<object, Item>;
  #target: Target;
  /** When the item started, once it was found in the list. */
  #started: number | undefined;
  /** Whether a window around the start time failed to show the item. */
  #isWide = false;

  /** Finds an item in a list, or by the operation that shows it. */
  constructor(list: Request<object, Item>, target: Target) {
    this.#list = list;
    this.#target = target;
    this.body = list.operation.body;
    this.reader = new ItemReader(this.body);
    this.waiting = list.operation.waiting ?? { label: 'ID', success: [], failure: [] };
  }

  /** The operation that is polled. */
  get operation(): string {
    const { show } = this.waiting;
    return ('id' in this.#target && show ? show : this.#list.operation).operationId;
  }

  /** The item in words. */
  get targetDescription(): string {
    const target = this.#target;
    if ('id' in target) return `${this.noun} ${target.id}`;
    const { millis } = momentOf('since', target.since);
    return `a ${this.noun} ${target.name} started since ${new Date(millis).toISOString()}`;
  }

  /** What kind of item it is, in words. */
  get noun(): string {
    return nounOf(this.waiting.label);
  }

  /** Finds the item as it is now. Ends before `deadline`. */
  async find(deadline: number): Promise<Found<Item>> {
    const target = this.#target;
    if (!('id' in target)) return this.#findByName(target.name, target.since, deadline);
    const { id } = target;
    pathSegment(this.waiting.label, id);
    return this.waiting.show ? this.#show(id, deadline) : this.#findById(id, deadline);
  }

  async #show(id: string, deadline: number): Promise<Found<Item>> {
    const { show } = this.waiting;
    if (show === undefined) return undefined;
    const { context, ids, options } = this.#list;
    const request = { context, operation: show, ids: [...ids, id], options, deadline };
    const { body, response } = await execute(request);
    if (this.reader.items(body).length === 0) return undefined;
    return { item: onlyItem(request, body, response), response };
  }

  async #findByName(name: string, given: Time, deadline: number): Promise<Found<Item>> {
    requireString(`${this.noun} name`, name);
    if (name === '') throw invalidInput(`the ${this.noun} name is empty`);
    if (given === undefined) {
      throw invalidInput('since: it is not set', 'set a time before the start of the task');
    }
    // Bodies hold milliseconds: an item may have started later within the one they hold.
    const since = momentOf('since', given).millis;
    let newest = undefined as Found<Item>;
    let latest = Number.NEGATIVE_INFINITY;
    await this.#search(this.#within(deadline, since), (item, response) => {
      const time = this.reader.startedAt(item) ?? Number.NaN;
      if (this.reader.label(item) === name && time >= since && time > latest) {
        newest = { item, response };
        latest = time;
      }
      return false;
    });
    const id = newest && this.reader.identity(newest.item);
    // One without an ID can only be found by its name again.
    if (id) {
      this.#target = { id };
      this.#started = latest;
    }
    return newest;
  }

  async #findById(id: string, deadline: number): Promise<Found<Item>> {
    const hasId = (item: Item) => this.reader.identity(item) === id;
    const started = this.#isWide ? undefined : this.#started;
    if (started !== undefined) {
      const until = started + START_TIME_MARGIN;
      const narrow = this.#within(deadline, started - START_TIME_MARGIN, until);
      const found = await this.#search(narrow, hasId);
      if (found !== undefined) return found;
    }
    const found = await this.#search(this.#within(deadline), hasId);
    if (found !== undefined) {
      // The service then bounds another time than the one that the item holds.
      this.#isWide ||= started !== undefined;
      this.#started = this.reader.startedAt(found.item);
    }
    return found;
  }

  /** The request of the list with a time window, where the operation has one. */
  #within(deadline: number, since?: number, until?: number): Request<object, Item> {
    const { timeWindow } = this.#list.operation;
    const list = { ...this.#list, deadline };
    if (timeWindow === undefined) return list;
    return withValues(list, [
      [timeWindow.lower, since],
      [timeWindow.upper, until],
    ]);
  }

  /** The first item that is `wanted`, in a bounded number of pages. */
  async #search(
    request: Request<object, Item>,
    wanted: (item: Item, response: ResponseInfo) => boolean,
  ): Promise<Found<Item>> {
    let left = MAX_PAGES_SEARCHED;
    for await (const page of pagesOf(request)) {
      const { response } = page;
      const item = this.reader.items(page).find((item) => wanted(item, response));
      if (item !== undefined) return { item, response };
      left -= 1;
      if (left === 0) break;
    }
    return undefined;
  }
}
