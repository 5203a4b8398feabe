import type { Answered } from './answer.js';
import type { Site } from './client.js';
import { Finder } from './find.js';
import type {
  DcsTask,
  DcsTaskList,
  DcsTaskListV1,
  DcsTaskV1,
  TaskName,
} from './generated/dcs/types.gen.js';
import { listDcsTasks, listDcsTasksV1 } from './operations.js';
import { itemsOf, pagesOf } from './pages.js';
import { fetchList, type ListOptions, type ListRequest } from './request.js';
import { type Instances, type SweepTasksOptions, type SweptTasks, sweepTasks } from './sweep.js';
import type { Time } from './time.js';
import { Wait, type WaitOptions } from './wait.js';

/** Which page of which time window `ListDcsTasks` is asked for. */
export interface ListDcsTasksOptions extends ListOptions {
  /** How many tasks to skip: 3 starts the page at the fourth task. 0 by default. */
  readonly offset?: number | undefined;
  /** How many tasks the page may hold: the service takes 1 to 1000, and 10 by default. */
  readonly limit?: number | undefined;
}

/** Which page of which time window `ListDcsTasksV1` is asked for. */
export interface ListDcsTasksV1Options extends ListOptions {
  /** Number of the first task of the page, counted from 1, where the service begins by default. */
  readonly start?: number | undefined;
  /** How many tasks the page may hold: at least 1, 10 by default. */
  readonly limit?: number | undefined;
}

/** The operations of DCS: `client.dcs`. */
export class Dcs {
  readonly #site: Site;

  /** @internal */
  constructor(site: Site) {
    this.#site = site;
  }

  /**
   * Lists the background tasks of an instance (`ListDcsTasks`, V2): one page.
   *
   * @throws HwtasksError, `isNotFound` when there is no such instance
   */
  list(instance: string, options?: ListDcsTasksOptions): Promise<Answered<DcsTaskList>> {
    return fetchList(this.#list(instance, options));
  }

  /** The pages of {@link list}, one request each; a page holds the tasks that no earlier one held. */
  pages(
    instance: string,
    options?: ListDcsTasksOptions,
  ): AsyncGenerator<Answered<DcsTaskList>, void, undefined> {
    return pagesOf(this.#list(instance, options));
  }

  /**
   * The tasks of {@link list}, over as many pages as it takes.
   *
   * Every page is a request of its own, with its own attempts and signature. A page begins with the
   * last task of the page before. When tasks vanished, so that a page holds no task met before, it is
   * read again from nearer to the front, until it does. So, as long as the service keeps the tasks it
   * has in one order,
   *
   * - no task comes twice, by its ID, and
   * - every task that is there from the first request to the last comes once, whatever is added or
   *   removed before, after or between, at whatever time.
   *
   * A task that is added or removed meanwhile may come or not. Each task is as it was when it was
   * first met. The list ends with a page shorter than was asked for, whatever count it shows; but when
   * the count says there is more behind a short page, that is asked for.
   *
   * With a position set, it starts there, and a task that moves before it is not looked for. Without a
   * limit set, pages of the largest size documented are asked for: 1000 for DCS, 100 for Kafka, and
   * 100 for V1.0, which documents none. A limit of 1 is sent as 2, because a page of one cannot
   * overlap with the next. A task with the ID `""` is known by its name and the time it was created.
   *
   * @example
   * ```ts
   * for await (const task of client.dcs.items(instance)) console.log(task.id, task.status);
   * ```
   *
   * @throws HwtasksError, of kind `Unexpected` when the service pays no heed to the position, and
   * gives one full page again and again
   */
  items(instance: string, options?: ListDcsTasksOptions): AsyncGenerator<DcsTask, void, undefined> {
    return itemsOf(this.#list(instance, options));
  }

  /**
   * Lists the background tasks of an instance by the withdrawn V1.0 (`ListDcsTasksV1`): one page.
   *
   * The document was withdrawn in 2019, and whether the operation still answers is not known: use
   * {@link list}.
   *
   * @throws HwtasksError, `isNotFound` when there is no such instance
   */
  listV1(instance: string, options?: ListDcsTasksV1Options): Promise<Answered<DcsTaskListV1>> {
    return fetchList(this.#listV1(instance, options));
  }

  /** The pages of {@link listV1}, as {@link pages}. */
  pagesV1(
    instance: string,
    options?: ListDcsTasksV1Options,
  ): AsyncGenerator<Answered<DcsTaskListV1>, void, undefined> {
    return pagesOf(this.#listV1(instance, options));
  }

  /** The tasks of {@link listV1}, as {@link items}. */
  itemsV1(
    instance: string,
    options?: ListDcsTasksV1Options,
  ): AsyncGenerator<DcsTaskV1, void, undefined> {
    return itemsOf(this.#listV1(instance, options));
  }

  /**
   * Waits for a task of an instance to end.
   *
   * No operation shows one task of DCS, so it is looked for in the list: first in at most 20 pages of
   * 1000, then, knowing when it began, in a window of time around that.
   *
   * @example
   * ```ts
   * const onChange = (task: DcsTask) => console.log(task.status);
   * const task = await client.dcs.wait(instance, id, { onChange });
   * ```
   */
  wait(instance: string, task: string, options?: WaitOptions<DcsTask>): Wait<DcsTask> {
    const finder = new Finder(this.#list(instance, { signal: options?.signal }), { id: task });
    return new Wait(this.#site.transport.time, finder, options);
  }

  /**
   * Waits for the newest task of a name to end, of those that began at a time or later, by the clock
   * of the service. Take the time before the operation that starts the task is called.
   *
   * It may take the grace period to appear. Once one was found, it is the one waited for, even if
   * another of the name begins. A task of which the service does not say when it began is not taken,
   * because it may be an old one.
   *
   * @example
   * ```ts
   * const since = new Date();
   * // ... ask DCS to resize the instance ...
   * const task = await client.dcs.waitByName(instance, 'EXTEND', { since });
   * ```
   */
  waitByName(
    instance: string,
    name: TaskName,
    options: WaitOptions<DcsTask> & { readonly since: Time },
  ): Wait<DcsTask> {
    const target = { name, since: options.since };
    const finder = new Finder(this.#list(instance, { signal: options.signal }), target);
    return new Wait(this.#site.transport.time, finder, options);
  }

  /**
   * All tasks of many instances, some instances at a time.
   *
   * Each instance comes with all its tasks, or with the error that kept them away, as its last page
   * arrives. A failure is that instance's, and the sweep goes on. What {@link items} says of a list
   * holds for each.
   *
   * @example
   * ```ts
   * for await (const { instance, tasks, error } of client.dcs.sweep(instances, { concurrency: 64 })) {
   *   console.log(instance, tasks?.length ?? error);
   * }
   * ```
   */
  sweep(
    instances: Instances<string>,
    options?: SweepTasksOptions,
  ): AsyncGenerator<SweptTasks<DcsTask>, void, undefined> {
    return sweepTasks(instances, (instance) => this.#list(instance), options);
  }

  #list(instance: string, options: ListDcsTasksOptions = {}): ListRequest<DcsTaskList> {
    const { offset: position, ...others } = options;
    return { ...others, site: this.#site, operation: listDcsTasks, instance, position };
  }

  #listV1(instance: string, options: ListDcsTasksV1Options = {}): ListRequest<DcsTaskListV1> {
    const { start: position, ...others } = options;
    return { ...others, site: this.#site, operation: listDcsTasksV1, instance, position };
  }
}
