import { pathSegment, requireString } from '../body/ids.js';
import { type Task, toDate } from '../body/tasks.js';
import { momentOf, type Time } from '../body/time.js';
import { invalidInput } from '../errors.js';
import type { ResponseInfo } from '../http/response.js';
import type { TaskList } from '../operations.js';
import { pagesOf } from './pages.js';
import type { ListRequest } from './request.js';

/** How many pages are looked through for a task, of the size each operation allows. */
const MAX_PAGES_SEARCHED = 20;
/** How far around its start a task is looked for, once that is known, in milliseconds. */
const START_TIME_MARGIN = 1000;

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

/** Looks for one task, again and again. */
export interface Finder<T extends Task> {
  /** The operation that looks. */
  readonly operation: string;
  /** The task, in words. */
  readonly targetDescription: string;
  /** The task as it is now. Ends before `deadline`. */
  find(deadline: number): Promise<Found<T>>;
}

/** What looks for a task by the operation that shows it, or else in the list. */
export function finderOf<T extends Task>(
  list: ListRequest<TaskList<T>>,
  wanted: Target,
  show?: Show<T>,
): Finder<T> {
  let target = wanted;
  /** When the task began, while a narrow window around that shows it. */
  let began: number | undefined;
  /** Whether such a window failed to show it. */
  let isWide = false;

  return {
    get operation() {
      return 'id' in target && show ? show.operation : list.operation.id;
    },
    get targetDescription() {
      if ('id' in target) return `task ${target.id}`;
      const { millis } = momentOf('since', target.since);
      return `a task ${target.name} started since ${new Date(millis).toISOString()}`;
    },
    async find(deadline) {
      if (!('id' in target)) return named(target.name, target.since, deadline);
      const { id } = target;
      pathSegment('task ID', id);
      return show ? show.show(id, deadline) : listed(id, deadline);
    },
  };

  async function named(name: string, given: Time, deadline: number): Promise<Found<T>> {
    requireString('task name', name);
    if (name === '') throw invalidInput('the task name is empty');
    if (given === undefined) throw invalidInput('since: it is not set');
    // Bodies show milliseconds: a task may have begun later in the one they show.
    const since = momentOf('since', given).millis;
    let newest = undefined as Found<T>;
    let latest = Number.NEGATIVE_INFINITY;
    await scanPages({ ...list, since, deadline }, (task, answer) => {
      const time = toDate(task.created_at)?.getTime() ?? Number.NaN;
      if (task.name === name && time >= since && time > latest) {
        newest = { task, answer };
        latest = time;
      }
      return false;
    });
    const id = newest?.task.id;
    // One without an ID can only be found by its name again.
    if (id) {
      target = { id };
      began = latest;
    }
    return newest;
  }

  async function listed(id: string, deadline: number): Promise<Found<T>> {
    const all = { ...list, deadline };
    const withId = (task: T) => task.id === id;
    const narrowed = isWide ? undefined : began;
    if (narrowed !== undefined) {
      const window = { since: narrowed - START_TIME_MARGIN, until: narrowed + START_TIME_MARGIN };
      const found = await scanPages({ ...all, ...window }, withId);
      if (found !== undefined) return found;
    }
    const found = await scanPages(all, withId);
    if (found !== undefined) {
      // Times then mean something else to the service than to the task.
      isWide ||= narrowed !== undefined;
      began = toDate(found.task.created_at)?.getTime();
    }
    return found;
  }
}

/** The first task that is `wanted`, in a bounded number of pages. */
async function scanPages<T extends Task>(
  request: ListRequest<TaskList<T>>,
  wanted: (task: T, answer: ResponseInfo) => boolean,
): Promise<Found<T>> {
  let left = MAX_PAGES_SEARCHED;
  for await (const { tasks, response: answer } of pagesOf(request)) {
    const task = tasks.find((task) => wanted(task, answer));
    if (task !== undefined) return { task, answer };
    left -= 1;
    if (left === 0) break;
  }
  return undefined;
}
