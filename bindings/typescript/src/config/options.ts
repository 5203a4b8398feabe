import type { Clock } from '../body/time.js';
import type { CredentialsProvider } from '../credentials/provide.js';
import type { RetryPolicy } from '../http/retry.js';
import type { AttemptEvent, Fetch } from '../http/transport.js';
import type { Env } from './environment.js';

/** Options of every client. Times are in milliseconds. */
export interface CoreOptions {
  /**
   * The ID of the region: `cn-north-4`. Required, unless the endpoints and the project ID are set.
   *
   * The endpoints are those of the official SDKs for a region in {@link knownRegions}. Otherwise they
   * follow the pattern `https://dcs.{region}.myhuaweicloud.com`.
   */
  readonly region?: string | undefined;
  /** The endpoint of DCS, such as `https://dcs.cn-north-4.myhuaweicloud.com`. Default: that of the region. */
  readonly dcsEndpoint?: string | undefined;
  /** The endpoint of DMS, such as `https://dms.cn-north-4.myhuaweicloud.com`. Default: that of the region. */
  readonly kafkaEndpoint?: string | undefined;
  /** The ID of the project of the instances. Default: the one configured with the credentials. */
  readonly projectId?: string | undefined;
  /**
   * The {@link Credentials}, or a provider that fetches them. Required, unless `token` or
   * `withoutCredentials` is set.
   */
  readonly credentials?: CredentialsProvider | undefined;
  /**
   * Sends requests without authorization, such as to a proxy that adds it. Neither variables nor files
   * are then read for credentials. Not allowed with `credentials` or `token`. Default: `false`.
   */
  readonly withoutCredentials?: boolean | undefined;
  /**
   * An IAM token, sent as `X-Auth-Token`. A token is valid for 24 hours. Short for `credentials` with
   * {@link Credentials.token}.
   */
  readonly token?: string | undefined;
  /** Timeout of an attempt, from connecting to the last byte. Default: 30 seconds. */
  readonly attemptTimeout?: number | undefined;
  /** Timeout of a call, with all its attempts and the backoff between them. Default: 120 seconds. */
  readonly timeout?: number | undefined;
  /** The maximum attempts of a call, and the backoff between them. */
  readonly retry?: RetryPolicy | undefined;
  /** Maximum size of a decompressed response body, in bytes. Default: 16 MiB. */
  readonly bodyLimit?: number | undefined;
  /**
   * Allows plain `http` to hosts other than loopback, which sends the token in the clear. Default:
   * `false`.
   */
  readonly allowPlainHttp?: boolean | undefined;
  /**
   * Suffix of the `User-Agent`, which names `hwtasks-typescript` and its version. Use the name and
   * version of your program: `inventory/1.2`. A browser sends its own `User-Agent`.
   */
  readonly userAgentSuffix?: string | undefined;
  /**
   * The function that sends requests. Default: the global `fetch`. Use it to configure proxies and TLS,
   * for example with a dispatcher of the package undici.
   */
  readonly fetch?: Fetch | undefined;
  /**
   * Called at the end of each attempt, for logs and metrics. The event contains no secret. Exceptions
   * it throws are ignored.
   */
  readonly onAttempt?: ((event: AttemptEvent) => void) | undefined;
  /** The clock. Default: the system clock. For tests. */
  readonly clock?: Clock | undefined;
}

/** Options of a {@link Client}. */
export interface ClientOptions extends CoreOptions {
  /**
   * The ID of the project of the instances. Default: the one configured with the credentials, or else
   * the project in IAM with the name of the region, which the first call looks up.
   */
  readonly projectId?: string | undefined;
  /** The endpoint of IAM, which looks up a missing project ID. Default: that of the region. */
  readonly iamEndpoint?: string | undefined;
  /**
   * The {@link Credentials}, or a provider that fetches them. Required, unless `token`, `env` or
   * `withoutCredentials` is set.
   */
  readonly credentials?: CredentialsProvider | undefined;
  /**
   * The environment variables for unset options, which {@link Client.fromEnv} lists. Default: none, and
   * `process.env` for `fromEnv`. For tests, and for programs that keep their configuration elsewhere.
   */
  readonly env?: Env | undefined;
}

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, with an error whose `isAborted` is true. */
  readonly signal?: AbortSignal | undefined;
  /** Timeout of each request with all its attempts, in milliseconds. Default: that of the client. */
  readonly timeout?: number | undefined;
  /** Timeout of an attempt in milliseconds. Default: that of the client. */
  readonly attemptTimeout?: number | undefined;
  /** The maximum attempts of each request, and the backoff. What is unset is as for the client. */
  readonly retry?: RetryPolicy | undefined;
}
