/**
 * Client for the background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka.
 *
 * Long operations on an instance run as background tasks: resize it, bind a public IP address, change
 * its configuration. This package lists those tasks, shows one, and waits for one to finish.
 *
 * @packageDocumentation
 */

export { otherMembers } from './body/decode.js';
export { toCount, toDate, toGigabytes } from './body/scalars.js';
export { fillOnlyTask, isTerminal, parseParams } from './body/task.js';
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
export { type ErrorKind, HwtasksError } from './errors.js';
export type * from './generated/index.js';
export type { RefusalReason } from './http/classify.js';
export type { ResponseInfo, WithResponse } from './http/response.js';
export type { RetryPolicy } from './http/retry.js';
export type { AttemptEvent, Fetch } from './http/transport.js';
export { VERSION } from './http/version.js';
export type { Instances, SweepOptions, SweepResult } from './list/sweep.js';
export type { Wait, WaitByNameOptions, WaitOptions } from './wait/wait.js';
