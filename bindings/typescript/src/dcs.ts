import type { ClientContext } from './context.js';
import type { DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1 } from './generated/dcs/types.gen.js';
import type { WithResponse } from './http/response.js';
import { itemsOf, pagesOf } from './list/pages.js';
import { fetchList, type ListOptions, type ListRequest, listRequest } from './list/request.js';
import { TaskOperations } from './list/task-operations.js';
import { listDcsTasks, listDcsTasksV1 } from './operations.js';

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
export class Dcs extends TaskOperations<DcsTask, DcsTaskList, ListDcsTasksOptions> {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    super(context, listDcsTasks);
    this.#context = context;
  }

  /**
   * Lists the background tasks of an instance by the withdrawn V1.0 (`ListDcsTasksV1`): one page.
   *
   * The document was withdrawn in 2019, and whether the operation still answers is not known: use
   * {@link list}.
   *
   * @example
   * ```ts
   * const list = await client.dcs.listV1(instance, { start: 11, limit: 10 });
   * console.log(list.tasks.map((task) => task.error_code));
   * ```
   *
   * @throws HwtasksError, `isNotFound` when there is no such instance
   */
  listV1(instance: string, options?: ListDcsTasksV1Options): Promise<WithResponse<DcsTaskListV1>> {
    return fetchList(this.#listV1(instance, options));
  }

  /** The pages of {@link listV1}, as {@link pages}. */
  pagesV1(
    instance: string,
    options?: ListDcsTasksV1Options,
  ): AsyncGenerator<WithResponse<DcsTaskListV1>, void, undefined> {
    return pagesOf(this.#listV1(instance, options));
  }

  /** The tasks of {@link listV1}, as {@link items}. */
  itemsV1(
    instance: string,
    options?: ListDcsTasksV1Options,
  ): AsyncGenerator<DcsTaskV1, void, undefined> {
    return itemsOf(this.#listV1(instance, options));
  }

  #listV1(instance: string, options?: ListDcsTasksV1Options): ListRequest<DcsTaskListV1> {
    return listRequest(this.#context, listDcsTasksV1, instance, options);
  }
}
