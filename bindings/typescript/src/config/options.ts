import type { Clock } from '../body/time.js';
import type { CredentialsProvider } from '../credentials/provide.js';
import type { RetryPolicy } from '../http/retry.js';
import type { AttemptEvent, Fetch } from '../http/transport.js';
import type { Environment } from './environment.js';

/** How a {@link Client} is configured. Times are in milliseconds. */
export interface ClientOptions {
  /**
   * The region, by its ID: `cn-north-4`. Needed, unless the endpoints and the project ID are set.
   *
   * The endpoints are those the official SDKs know for it ({@link knownRegions}), or else follow the
   * pattern `https://dcs.{region}.myhuaweicloud.com`.
   */
  readonly region?: string | undefined;
  /** The endpoint of DCS, such as `https://dcs.cn-north-4.myhuaweicloud.com`; the region's by default. */
  readonly dcsEndpoint?: string | undefined;
  /** The endpoint of DMS, such as `https://dms.cn-north-4.myhuaweicloud.com`; the region's by default. */
  readonly kafkaEndpoint?: string | undefined;
  /** The endpoint of IAM, where a project ID that is not set is looked up; the region's by default. */
  readonly iamEndpoint?: string | undefined;
  /**
   * The project the instances belong to. By default the one the credentials were configured with, or
   * else the one that IAM has under the region's name, looked up at the first call.
   */
  readonly projectId?: string | undefined;
  /**
   * What authorizes the requests: {@link Credentials}, or a provider that fetches them. Without it,
   * requests are sent without authorization.
   */
  readonly credentials?: CredentialsProvider | undefined;
  /**
   * An IAM token, sent as `X-Auth-Token`. It lives for 24 hours. Short for `credentials` with
   * {@link Credentials.token}.
   */
  readonly token?: string | undefined;
  /**
   * Where what is not given here is taken from; by default nowhere, and with {@link Client.fromEnv},
   * which says what is read, from this process. For tests, and for programs that keep their
   * configuration elsewhere.
   */
  readonly environment?: Environment | undefined;
  /** How long an attempt may take, from connecting to the last byte; 30 seconds by default. */
  readonly attemptTimeout?: number | undefined;
  /**
   * How long a call may take with all its attempts and the waits between them; 120 seconds by default.
   */
  readonly timeout?: number | undefined;
  /** How often a call is attempted, and how long it waits in between. */
  readonly retry?: RetryPolicy | undefined;
  /** The largest body that is read, in bytes, once decompressed; 16 MiB by default. */
  readonly bodyLimit?: number | undefined;
  /**
   * Allows plain `http` to hosts other than loopback: tokens then cross the network in the clear. Off
   * by default.
   */
  readonly allowPlainHttp?: boolean | undefined;
  /**
   * What is added to the `User-Agent`, which says `hwtasks-typescript` and its version: the name and
   * version of your program, `inventory/1.2`. A browser sends its own.
   */
  readonly userAgentSuffix?: string | undefined;
  /**
   * What sends the requests; the global `fetch` by default. For proxies and TLS of your own: that of
   * the package undici takes a dispatcher.
   */
  readonly fetch?: Fetch | undefined;
  /**
   * Is told how each attempt ended. For logs and measurements; no secret is among what it is told. What
   * it throws is not heard.
   */
  readonly onAttempt?: ((event: AttemptEvent) => void) | undefined;
  /** The clock; the system clock by default. For tests. */
  readonly clock?: Clock | undefined;
}

/** What any call takes. */
export interface CallOptions {
  /** Ends the call when it is aborted, with an error whose `isAborted` is true. */
  readonly signal?: AbortSignal | undefined;
}
