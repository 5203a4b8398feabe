/**
 * Client for the background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka.
 *
 * Resizing an instance, binding a public IP address or changing a configuration happens in the
 * background; this package asks what became of it.
 *
 * @packageDocumentation
 */

export type { ResponseInfo, WithResponse as Answered } from './answer.js';
export { Client } from './client.js';
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
export type { Environment } from './environment.js';
export { type ErrorKind, HwtasksError } from './error.js';
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
export type { Kafka, ListKafkaTasksOptions } from './kafka.js';
export type { CallOptions, ClientOptions } from './options.js';
export type { ConfigSource, ConfigSources } from './origin.js';
export { knownRegions } from './region.js';
export type { ListOptions } from './request.js';
export type { RetryPolicy } from './retry.js';
export type { Instances, SweepOptions, SweepResult } from './sweep.js';
export type { TaskOperations } from './task-operations.js';
export {
  fillOnlyTask,
  isTerminal,
  parseParams,
  type Task,
  toCount,
  toDate,
  toGigabytes,
} from './tasks.js';
export type { Clock, Time } from './time.js';
export type { AttemptEvent, Fetch } from './transport.js';
export { VERSION } from './version.js';
export type { Wait, WaitOptions } from './wait.js';
