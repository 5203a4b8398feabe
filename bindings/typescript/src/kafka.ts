import type { CallOptions } from './config/options.js';
import type { ClientContext } from './context.js';
import type { KafkaTask, KafkaTaskList } from './generated/kafka/types.gen.js';
import type { WithResponse } from './http/response.js';
import type { ListOptions } from './list/request.js';
import { TaskOperations } from './list/task-operations.js';
import { listKafkaTasks, showKafkaTask } from './operations.js';
import { fetchTask, onlyTask } from './wait/show.js';

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
export class Kafka extends TaskOperations<KafkaTask, KafkaTaskList, ListKafkaTasksOptions> {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    super(context, listKafkaTasks, showKafkaTask);
    this.#context = context;
  }

  /**
   * Shows one background task of an instance (`ShowKafkaTask`).
   *
   * The service answers with a list of one; this answers with the task.
   *
   * @example
   * ```ts
   * const task = await client.kafka.show(instance, '8abfa7b272adc5b40172b73130065ae7');
   * console.log(task.name, task.status, toDate(task.updated_at));
   * ```
   *
   * @throws HwtasksError, `isNotFound` when there is no such instance or task, and of kind
   * `Unexpected` when the answer is not that one task. Kafka is known to answer 400 with
   * `DMS.00400070` for an ID that is not valid.
   */
  async show(
    instance: string,
    task: string,
    options?: CallOptions,
  ): Promise<WithResponse<KafkaTask>> {
    const { list, answer } = await fetchTask(this.#context, showKafkaTask, instance, task, options);
    return onlyTask(showKafkaTask, task, list.tasks, answer);
  }
}
