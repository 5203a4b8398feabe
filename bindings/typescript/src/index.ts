/**
 * Client for the background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka.
 *
 * Long operations on an instance run as background tasks: resize it, bind a public IP address, change
 * its configuration. This package lists those tasks, shows one, and waits for one to finish.
 *
 * @packageDocumentation
 */

export {
  fillOnlyTask,
  isTerminal,
  parseParams,
  type Task,
  toCount,
  toDate,
  toGigabytes,
} from './body/tasks.js';
export type { Clock, Time } from './body/time.js';
export { Client } from './client.js';
export type { Env } from './config/environment.js';
export type { CallOptions, ClientOptions } from './config/options.js';
export { knownRegions } from './config/region.js';
export type { ConfigSource, ConfigSources } from './config/source.js';
export { CachedProvider, type CacheOptions } from './credentials/cached.js';
export { ProviderChain } from './credentials/chain.js';
export {
  Credentials,
  type CredentialsOptions,
  type KeysOptions,
} from './credentials/credentials.js';
export { EnvironmentProvider } from './credentials/environment.js';
export { type IamPasswordOptions, IamPasswordProvider } from './credentials/iam.js';
export { type MetadataOptions, MetadataProvider } from './credentials/metadata.js';
export { officialChain } from './credentials/official.js';
export { ProfileProvider } from './credentials/profile.js';
export { CredentialsError, type CredentialsProvider } from './credentials/provide.js';
export type { Dcs, ListDcsTasksOptions, ListDcsTasksV1Options } from './dcs.js';
export { type ErrorKind, HwtasksError } from './errors.js';
export type {
  Capacity,
  DcsTask,
  DcsTaskList,
  DcsTaskListV1,
  DcsTaskV1,
  DetailsBody,
  ErrorCode,
  ErrorDetail,
  ErrorResponse,
  TaskCount,
  TaskName,
  TaskStatus,
  Timestamp,
} from './generated/dcs/types.gen.js';
export type { KafkaTask, KafkaTaskList } from './generated/kafka/types.gen.js';
export type { ResponseInfo, WithResponse } from './http/response.js';
export type { RetryPolicy } from './http/retry.js';
export type { AttemptEvent, Fetch } from './http/transport.js';
export { VERSION } from './http/version.js';
export type { Kafka, ListKafkaTasksOptions } from './kafka.js';
export type { ListOptions } from './list/request.js';
export type { Instances, SweepOptions, SweepResult } from './list/sweep.js';
export type { TaskOperations } from './list/task-operations.js';
export type { Wait, WaitOptions } from './wait/wait.js';
