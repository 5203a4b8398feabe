import type { Task } from '../body/tasks.js';
import type { Time } from '../body/time.js';
import type { ClientContext } from '../context.js';
import type { TaskName } from '../generated/dcs/types.gen.js';
import type { WithResponse } from '../http/response.js';
import type { ListOperation, Operation, TaskList } from '../operations.js';
import { fetchTask, onlyTask } from '../wait/show.js';
import { Wait, type WaitOptions } from '../wait/wait.js';
import { finderOf, type Target } from './find.js';
import { itemsOf, pagesOf } from './pages.js';
import { fetchList, type ListOptions, type ListRequest, listRequest } from './request.js';
import { type Instances, type SweepOptions, type SweepResult, sweep } from './sweep.js';

/** The operations that both services have: {@link Dcs} and {@link Kafka} add their own. */
export class TaskOperations<T extends Task, List extends TaskList<T>, Options extends ListOptions> {
  readonly #context: ClientContext;
  readonly #operation: ListOperation<List>;
  readonly #show: Operation<List> | undefined;

  /** @internal */
  constructor(context: ClientContext, operation: ListOperation<List>, show?: Operation<List>) {
    this.#context = context;
    this.#operation = operation;
    this.#show = show;
  }

  /**
   * Lists the background tasks of an instance (`ListDcsTasks` of V2, or `ListKafkaTasks`): one page.
   *
   * @example
   * ```ts
   * const list = await client.kafka.list(instance, { limit: 50, since: '2026-01-02T03:04:05Z' });
   * console.log(toCount(list.task_count), list.tasks[0]?.status, list.response.requestId);
   * ```
   *
   * @throws HwtasksError, `isNotFound` when there is no such instance
   */
  list(instance: string, options?: Options): Promise<WithResponse<List>> {
    return fetchList(this.#list(instance, options));
  }

  /**
   * The pages of {@link list}, one request each; a page holds the tasks that no earlier one held.
   *
   * @example
   * ```ts
   * for await (const { tasks, response } of client.dcs.pages(instance, { limit: 100 })) {
   *   console.log(tasks.length, response.requestId);
   * }
   * ```
   *
   * @throws HwtasksError as {@link items}
   */
  pages(instance: string, options?: Options): AsyncGenerator<WithResponse<List>, void, undefined> {
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
  items(instance: string, options?: Options): AsyncGenerator<T, void, undefined> {
    return itemsOf(this.#list(instance, options));
  }

  /**
   * Waits for a task of an instance to end.
   *
   * No operation of DCS shows one task, so there it is looked for in the list: first in at most 20
   * pages of 1000, then, knowing when it began, in a window of time around that.
   *
   * @example
   * ```ts
   * const onChange = (task: DcsTask) => console.log(task.status);
   * const task = await client.dcs.wait(instance, id, { onChange });
   * ```
   */
  wait(instance: string, task: string, options?: WaitOptions<T>): Wait<T> {
    return this.#wait(instance, { id: task }, options);
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
    options: WaitOptions<T> & { readonly since: Time },
  ): Wait<T> {
    return this.#wait(instance, { name, since: options?.since }, options);
  }

  /**
   * Lists all tasks of many instances, some instances at a time.
   *
   * It yields a {@link SweepResult} for each instance, in the order in which their last pages arrive.
   * A failure is the result of its instance, and the sweep continues. The guarantees of {@link items}
   * hold for each instance.
   *
   * @example
   * ```ts
   * for await (const { instance, tasks, error } of client.dcs.sweep(instances, { concurrency: 64 })) {
   *   console.log(instance, tasks?.length ?? error);
   * }
   * ```
   */
  sweep(
    instances: Instances,
    options?: SweepOptions,
  ): AsyncGenerator<SweepResult<T>, void, undefined> {
    return sweep<T>(instances, (instance) => this.#list(instance), options);
  }

  #wait(instance: string, target: Target, options: WaitOptions<T> = {}): Wait<T> {
    const { signal } = options;
    const [context, operation] = [this.#context, this.#show];
    const show = operation && {
      operation: operation.id,
      show: async (id: string, deadline: number) => {
        const bounds = { signal, deadline };
        const { list, answer } = await fetchTask(context, operation, instance, id, bounds);
        if (list.tasks.length === 0) return undefined;
        return { task: onlyTask(operation, id, list.tasks, answer), answer };
      },
    };
    const list = listRequest(context, this.#operation, instance, { signal });
    return new Wait(context.transport.clock, finderOf<T>(list, target, show), options);
  }

  #list(instance: string, options?: Options): ListRequest<List> {
    return listRequest(this.#context, this.#operation, instance, options);
  }
}
