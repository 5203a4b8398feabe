import type { ResponseInfo } from './answer.js';
import { invalidInput } from './error.js';
import { segment, text } from './ids.js';
import type { TaskList } from './operations.js';
import { Pager } from './pages.js';
import type { ListRequest } from './request.js';
import { type Task, toDate } from './tasks.js';
import { momentOf, type Time } from './time.js';

/** How many pages are looked through for a task, of the size each operation allows. */
const PAGES = 20;
/** How far around its start a task is looked for, once that is known, in milliseconds. */
const MARGIN = 1000;

/** Which task is waited for. */
export type Target =
  | { readonly id: string }
  /** The newest of this name that began at this time or later. */
  | { readonly name: string; readonly since: Time };

/** A task with the answer that shows it; `undefined` when it is not there. */
export type Found<T> = { readonly task: T; readonly answer: ResponseInfo } | undefined;

/** Asks for one task by its ID, where an operation can. */
export interface Show<T extends Task> {
  readonly operation: string;
  show(id: string, deadline: number): Promise<Found<T>>;
}

/** Looks for one task, again and again: by the operation that shows it, or else in the list. */
export class Finder<T extends Task> {
  readonly #list: ListRequest<TaskList<T>>;
  readonly #show: Show<T> | undefined;
  #target: Target;
  /** When the task began, while a narrow window around that shows it. */
  #began: number | undefined;
  /** Whether such a window failed to show it. */
  #wide = false;

  constructor(list: ListRequest<TaskList<T>>, target: Target, show?: Show<T>) {
    this.#list = list;
    this.#target = target;
    this.#show = show;
  }

  /** The operation that looks. */
  get operation(): string {
    return 'id' in this.#target && this.#show ? this.#show.operation : this.#list.operation.id;
  }

  /** The task, in words. */
  get wanted(): string {
    if ('id' in this.#target) return `task ${this.#target.id}`;
    const { name, since } = this.#target;
    const { millis } = momentOf('since', since);
    return `a task ${name} begun since ${new Date(millis).toISOString()}`;
  }

  /** The task as it is now. Ends before `deadline`. */
  async find(deadline: number): Promise<Found<T>> {
    if (!('id' in this.#target))
      return this.#named(this.#target.name, this.#target.since, deadline);
    const { id } = this.#target;
    segment('task ID', id);
    return this.#show ? this.#show.show(id, deadline) : this.#listed(id, deadline);
  }

  async #named(name: string, given: Time, deadline: number): Promise<Found<T>> {
    text('task name', name);
    if (name === '') throw invalidInput('the task name is empty');
    if (given === undefined) throw invalidInput('since: it is not set');
    // Bodies show milliseconds: a task may have begun later in the one they show.
    const since = momentOf('since', given).millis;
    const window = { ...this.#list, since: new Date(since), deadline };
    let began = Number.NEGATIVE_INFINITY;
    let newest = undefined as Found<T>;
    await lookThrough(window, (task, answer) => {
      const time = toDate(task.created_at)?.getTime() ?? Number.NaN;
      if (task.name === name && time >= since && time > began) {
        newest = { task, answer };
        began = time;
      }
      return false;
    });
    const id = newest?.task.id;
    // One without an ID can only be found by its name again.
    if (id) {
      this.#target = { id };
      this.#began = began;
    }
    return newest;
  }

  async #listed(id: string, deadline: number): Promise<Found<T>> {
    const list = { ...this.#list, deadline };
    const withId = (task: T) => task.id === id;
    const narrowed = this.#wide ? undefined : this.#began;
    if (narrowed !== undefined) {
      const since = new Date(narrowed - MARGIN);
      const until = new Date(narrowed + MARGIN);
      const found = await lookThrough({ ...list, since, until }, withId);
      if (found !== undefined) return found;
    }
    const found = await lookThrough(list, withId);
    if (found !== undefined) {
      // Times then mean something else to the service than to the task.
      this.#wide ||= narrowed !== undefined;
      this.#began = toDate(found.task.created_at)?.getTime();
    }
    return found;
  }
}

/** The first task that is `wanted`, in a bounded number of pages. */
async function lookThrough<T extends Task>(
  request: ListRequest<TaskList<T>>,
  wanted: (task: T, answer: ResponseInfo) => boolean,
): Promise<Found<T>> {
  const pager = new Pager(request);
  for (let pages = 0; pages < PAGES; pages += 1) {
    const page = await pager.next();
    if (page === undefined) break;
    const { tasks, response: answer } = page;
    const task = tasks.find((task) => wanted(task, answer));
    if (task !== undefined) return { task, answer };
  }
  return undefined;
}
