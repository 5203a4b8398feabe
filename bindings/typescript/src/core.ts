/**
 * A client in parts, of which a bundle has only those that it uses.
 *
 * {@link CoreClient} holds the settings; functions list, page, show, wait and sweep. Each takes a client and an
 * operation, such as {@link listKafkaTasks}, and then the arguments of that. The full client of
 * `hwtasks` is accepted too.
 *
 * @example
 * ```ts
 * const client = new CoreClient({ region: 'cn-north-4', projectId, token });
 * for await (const task of items(client, listKafkaTasks, instance)) console.log(task.status);
 * ```
 *
 * @packageDocumentation
 */

import { ClientBase } from './client-base.js';
import { checks } from './config/checks.js';
import type { CallOptions, CoreOptions } from './config/options.js';
import { Settings } from './config/settings.js';
import type { WithResponse } from './http/response.js';
import { itemsOf, pagesOf } from './list/pages.js';
import {
  type Instances,
  type SweepOptions,
  type SweepResult,
  sweep as sweepOf,
} from './list/sweep.js';
import type {
  ListOperation,
  Operation,
  ShowOperation,
  TaskListOperation,
} from './operation/operation.js';
import { type Request, request, send, sendOne } from './operation/request.js';
import { Wait, type WaitByNameOptions, type WaitOptions } from './wait/wait.js';

export { otherMembers } from './body/decode.js';
export { toCount, toDate, toGigabytes } from './body/scalars.js';
export { fillOnlyTask, isTerminal, parseParams } from './body/task.js';
export type { Clock, Time } from './body/time.js';
export type { ClientBase } from './client-base.js';
export type { CallOptions, CoreOptions } from './config/options.js';
export type { ConfigSource, ConfigSources } from './config/source.js';
export { CachedProvider, type CacheOptions } from './credentials/cached.js';
export {
  Credentials,
  type CredentialsOptions,
  type KeysOptions,
} from './credentials/credentials.js';
export { CredentialsError, type CredentialsProvider } from './credentials/provide.js';
export { type ErrorKind, HwtasksError } from './errors.js';
export type * from './generated/index.js';
export {
  listDcsInstances,
  listDcsTasks,
  listDcsTasksV1,
  listDmsInstances,
  listKafkaTasks,
  showKafkaTask,
} from './generated/operations.js';
export type { RefusalReason } from './http/classify.js';
export type { ResponseInfo, WithResponse } from './http/response.js';
export type { RetryPolicy } from './http/retry.js';
export type { AttemptEvent, Fetch } from './http/transport.js';
export { VERSION } from './http/version.js';
export type { Instances, SweepOptions, SweepResult } from './list/sweep.js';
export type { ListOperation, ShowOperation, TaskListOperation } from './operation/operation.js';
export type { Wait, WaitByNameOptions, WaitOptions } from './wait/wait.js';

/**
 * Client of both services without methods for their operations, for bundles: functions of `hwtasks/core`
 * take their place.
 *
 * It reads neither the environment nor files, and looks up no project ID: everything is an option.
 *
 * @example
 * ```ts
 * const client = new CoreClient({ region: 'cn-north-4', projectId, token });
 * const page = await list(client, listKafkaTasks, instance, { limit: 50 });
 * ```
 */
export class CoreClient extends ClientBase {
  /**
   * Creates a client from options. Sends nothing.
   *
   * @throws HwtasksError of kind `InvalidInput` when an option is missing, unknown or invalid
   */
  constructor(options: CoreOptions) {
    checks.current?.options('core', options);
    super(new Settings(options));
  }
}

/**
 * Returns one page of a list.
 *
 * @example
 * ```ts
 * const page = await list(client, listKafkaTasks, instance, { limit: 50 });
 * console.log(page.tasks.length);
 * ```
 *
 * @throws HwtasksError, `isNotFound` when the instance does not exist
 */
export function list<Body extends object, Args extends readonly unknown[]>(
  client: ClientBase,
  operation: ListOperation<Body, object, Args>,
  ...args: Args
): Promise<WithResponse<Body>> {
  return send(requestOf(client, operation, args));
}

/**
 * Returns one item by its ID.
 *
 * @example
 * ```ts
 * const task = await show(client, showKafkaTask, instance, id);
 * ```
 *
 * @throws HwtasksError, `isNotFound` when there is none
 */
export function show<Item extends object, Args extends readonly unknown[]>(
  client: ClientBase,
  operation: ShowOperation<object, Item, Args>,
  ...args: Args
): Promise<WithResponse<Item>> {
  return sendOne(requestOf(client, operation, args));
}

/**
 * Yields the pages of a list, one request each, as `client.kafka.pages` of the full client does.
 *
 * @example
 * ```ts
 * for await (const page of pages(client, listDcsTasks, instance)) console.log(page.tasks.length);
 * ```
 */
export function pages<Body extends object, Args extends readonly unknown[]>(
  client: ClientBase,
  operation: ListOperation<Body, object, Args>,
  ...args: Args
): AsyncGenerator<WithResponse<Body>, void, undefined> {
  return pagesOf(requestOf(client, operation, args));
}

/**
 * Yields the items of all pages of a list, each once, as `client.kafka.items` of the full client does.
 *
 * @example
 * ```ts
 * for await (const task of items(client, listDcsTasks, instance)) console.log(task.status);
 * ```
 */
export function items<Item extends object, Args extends readonly unknown[]>(
  client: ClientBase,
  operation: ListOperation<object, Item, Args>,
  ...args: Args
): AsyncGenerator<Item, void, undefined> {
  return itemsOf(requestOf(client, operation, args));
}

/**
 * Waits for a task to end, by its ID, as `client.kafka.wait` of the full client does.
 *
 * @example
 * ```ts
 * const task = await wait(client, listKafkaTasks, instance, id, { timeout: 600_000 });
 * ```
 */
export function wait<Item extends object>(
  client: ClientBase,
  operation: TaskListOperation<object, Item>,
  instanceId: string,
  taskId: string,
  options?: WaitOptions<Item>,
): Wait<Item> {
  return Wait.byId(request(ClientBase.contextOf(client), operation, [instanceId]), taskId, options);
}

/**
 * Waits for the newest task of a name to end, as `client.kafka.waitByName` of the full client does.
 *
 * @example
 * ```ts
 * const task = await waitByName(client, listDcsTasks, instance, name, { since: new Date() });
 * ```
 */
export function waitByName<Item extends object>(
  client: ClientBase,
  operation: TaskListOperation<object, Item>,
  instanceId: string,
  name: string,
  options: WaitByNameOptions<Item>,
): Wait<Item> {
  return Wait.byName(request(ClientBase.contextOf(client), operation, [instanceId]), name, options);
}

/**
 * Lists all tasks of many instances, some at a time, as `client.kafka.sweep` of the full client does.
 *
 * @example
 * ```ts
 * for await (const { instance, tasks, error } of sweep(client, listKafkaTasks, instances)) {
 *   console.log(instance, error ?? tasks.length);
 * }
 * ```
 */
export function sweep<Item extends object>(
  client: ClientBase,
  operation: TaskListOperation<object, Item>,
  instanceIds: Instances,
  options?: SweepOptions,
): AsyncGenerator<SweepResult<Item>, void, undefined> {
  return sweepOf(ClientBase.contextOf(client), operation, instanceIds, options);
}

/** The request of an operation: the IDs in its path come first, then its options. */
function requestOf<Body extends object, Item extends object>(
  client: ClientBase,
  operation: Operation<Body, Item>,
  args: readonly unknown[],
): Request<Body, Item> {
  const count = operation.pathParameters.filter((label) => label !== null).length;
  const ids = args.slice(0, count) as string[];
  return request(ClientBase.contextOf(client), operation, ids, args[count] as CallOptions);
}
