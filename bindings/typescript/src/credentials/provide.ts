import { HwtasksError, seconds } from '../errors.js';
import type { Credentials } from './credentials.js';

/**
 * A source of credentials.
 *
 * A client calls {@link provide} before each attempt, so a provider that fetches credentials must cache
 * them. Wrap it in a {@link CachedProvider} for that.
 *
 * Clients with the same provider object and clock share what refusals tell: after a final one, none of
 * them sends for five minutes, because refusals lock a key. A clock skew that one has found counts for all.
 */
export interface CredentialsProvider {
  /** Name of the provider in errors: `environment`, `profile file`. */
  readonly name: string;

  /**
   * Returns credentials that are valid now.
   *
   * @throws CredentialsError made by `notConfigured` when the source holds no credentials: a chain
   * then tries its next provider. Any other exception ends the chain
   */
  provide(): Promise<Credentials>;

  /**
   * Drops credentials that the service rejected, so that the next call fetches new ones. Credentials
   * fetched since stay cached.
   */
  invalidate?(rejected: Credentials): void;
}

interface Details {
  readonly cause?: unknown;
  /** Whether the message names the providers itself. */
  readonly namesProviders?: boolean;
  /** For how many milliseconds a cache repeats this error without another fetch. */
  readonly hold?: number;
  /** Whether a later call may succeed: the source was unreachable. */
  readonly isRetryable?: boolean | undefined;
}

/** The error of a credentials provider; throw it from your own. It must not hold a secret. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  /** Whether the source holds no credentials at all, rather than invalid ones. */
  readonly isNotConfigured: boolean;
  readonly #details: Details;

  private constructor(isNotConfigured: boolean, message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.isNotConfigured = isNotConfigured;
    this.#details = details;
  }

  /** The source holds no credentials: `HUAWEICLOUD_SDK_AK is not set`. A chain tries the next. */
  static notConfigured(message: string, details: Details = {}): CredentialsError {
    return new CredentialsError(true, message, details);
  }

  /** The source is configured, but its credentials are invalid or unavailable. A chain stops. */
  static invalidConfiguration(message: string, details: Details = {}): CredentialsError {
    return new CredentialsError(false, message, details);
  }

  /** Converts whatever a provider threw. @internal */
  static from(error: unknown, details: Details = {}): CredentialsError {
    if (error instanceof CredentialsError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const isRetryable = error instanceof HwtasksError && error.isRetryable;
    return CredentialsError.invalidConfiguration(message, {
      cause: error,
      isRetryable,
      ...details,
    });
  }

  /** The source did not respond within so many milliseconds. @internal */
  static timedOut(millis: number): CredentialsError {
    const message = `no credentials within ${seconds(Math.round(millis))}`;
    return CredentialsError.invalidConfiguration(message, { isRetryable: true });
  }

  /** @internal */
  static detailsOf(error: CredentialsError): Details {
    return error.#details;
  }
}
