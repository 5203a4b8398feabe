import { type Answered, answered, type ResponseInfo } from './answer.js';
import type { Site } from './client.js';
import { HwtasksError, unexpected } from './error.js';
import { Finder, type Target } from './find.js';
import type { KafkaTask, KafkaTaskList, TaskName } from './generated/kafka/types.gen.js';
import { oneLine } from './one-line.js';
import { listKafkaTasks, showKafkaTask } from './operations.js';
import type { CallOptions } from './options.js';
import { itemsOf, pagesOf } from './pages.js';
import { type Decoded, execute, fetchList, type ListOptions, type ListRequest } from './request.js';
import { type Instances, type SweepTasksOptions, type SweptTasks, sweepTasks } from './sweep.js';
import type { Time } from './time.js';
import { type Bounds, Call } from './transport.js';
import { Wait, type WaitOptions } from './wait.js';

/** Which page of which time window `ListKafkaTasks` is asked for. */
export interface ListKafkaTasksOptions extends ListOptions {
  /** Number of the first task of the page, counted from 1, where the service begins by default. */
  readonly start?: number | undefined;
  /**
   * How many tasks the page may hold, at least 1. No document gives a range; the sister page for
   * RabbitMQ says 1 to 100.
   */
  readonly limit?: number | undefined;
}

/**
 * The operations of Kafka: `client.kafka`.
 *
 * The same paths answer for RabbitMQ and RocketMQ instances, in the same form.
 */
export class Kafka {
  readonly #site: Site;

  /** @internal */
  constructor(site: Site) {
    this.#site = site;
  }

  /**
   * Lists the background tasks of an instance (`ListKafkaTasks`): one page.
   *
   * @throws HwtasksError, `isNotFound` when there is no such instance
   */
  list(instance: string, options?: ListKafkaTasksOptions): Promise<Answered<KafkaTaskList>> {
    return fetchList(this.#list(instance, options));
  }

  /** The pages of {@link list}, one request each; a page holds the tasks that no earlier one held. */
  pages(
    instance: string,
    options?: ListKafkaTasksOptions,
  ): AsyncGenerator<Answered<KafkaTaskList>, void, undefined> {
    return pagesOf(this.#list(instance, options));
  }

  /**
   * The tasks of {@link list}, over as many pages as it takes. What {@link Dcs.items} says of tasks
   * that come and go meanwhile holds here too.
   *
   * @example
   * ```ts
   * for await (const task of client.kafka.items(instance)) console.log(task.id, task.status);
   * ```
   *
   * @throws HwtasksError, of kind `Unexpected` when the service pays no heed to the position, and
   * gives one full page again and again
   */
  items(
    instance: string,
    options?: ListKafkaTasksOptions,
  ): AsyncGenerator<KafkaTask, void, undefined> {
    return itemsOf(this.#list(instance, options));
  }

  /**
   * Shows one background task of an instance (`ShowKafkaTask`).
   *
   * The service answers with a list of one; this answers with the task.
   *
   * @throws HwtasksError, `isNotFound` when there is no such instance or task, and of kind
   * `Unexpected` when the answer is not that one task. Kafka is known to answer 400 with
   * `DMS.00400070` for an ID that is not valid.
   */
  async show(instance: string, task: string, options?: CallOptions): Promise<Answered<KafkaTask>> {
    const { list, answer } = await this.#fetch(instance, task, options);
    return one(list.tasks, task, answer);
  }

  /**
   * Waits for a task of an instance to end.
   *
   * @example
   * ```ts
   * const task = await client.kafka.wait(instance, '8abfa7b272adc5b40172b73130065ae7');
   * ```
   */
  wait(instance: string, task: string, options?: WaitOptions<KafkaTask>): Wait<KafkaTask> {
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
   * // ... ask Kafka to bind a public IP address ...
   * const task = await client.kafka.waitByName(instance, 'bindInstancePublicIp', { since });
   * ```
   */
  waitByName(
    instance: string,
    name: TaskName,
    options: WaitOptions<KafkaTask> & { readonly since: Time },
  ): Wait<KafkaTask> {
    return this.#wait(instance, { name, since: options.since }, options);
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
   * for await (const { instance, tasks, error } of client.kafka.sweep(instances, { concurrency: 64 })) {
   *   console.log(instance, tasks?.length ?? error);
   * }
   * ```
   */
  sweep(
    instances: Instances<string>,
    options?: SweepTasksOptions,
  ): AsyncGenerator<SweptTasks<KafkaTask>, void, undefined> {
    return sweepTasks(instances, (instance) => this.#list(instance), options);
  }

  #wait(instance: string, target: Target, options: WaitOptions<KafkaTask> = {}): Wait<KafkaTask> {
    const { signal } = options;
    const finder = new Finder(this.#list(instance, { signal }), target, {
      operation: showKafkaTask.id,
      show: async (id, deadline) => {
        const { list, answer } = await this.#fetch(instance, id, { signal, deadline });
        return list.tasks.length === 0 ? undefined : { task: one(list.tasks, id, answer), answer };
      },
    });
    return new Wait(this.#site.transport.time, finder, options);
  }

  #fetch(instance: string, task: string, bounds?: Bounds): Promise<Decoded<KafkaTaskList>> {
    const call = new Call(showKafkaTask.id, this.#site.transport, bounds);
    const ids = { instance_id: instance, task_id: task };
    return execute(call, this.#site, showKafkaTask, ids, () => ({}));
  }

  #list(instance: string, options: ListKafkaTasksOptions = {}): ListRequest<KafkaTaskList> {
    const { start: position, ...others } = options;
    return { ...others, site: this.#site, operation: listKafkaTasks, instance, position };
  }
}

/** The one task of the answer, if it is the one that was asked for. */
function one(tasks: KafkaTask[], id: string, answer: ResponseInfo): Answered<KafkaTask> {
  const [task, ...others] = tasks;
  const count = task === undefined ? 0 : others.length + 1;
  if (task !== undefined && count === 1 && task.id === id) return answered(task, answer);
  const why =
    count === 1
      ? `the answer holds another task, ${JSON.stringify(oneLine(task?.id ?? ''))}`
      : `one task was asked for, and the answer holds ${count}`;
  throw HwtasksError.amend(unexpected(answer, why), { operation: showKafkaTask.id });
}
