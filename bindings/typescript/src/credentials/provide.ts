import { HwtasksError, seconds } from '../error.js';
import type { Credentials } from './credentials.js';

/**
 * A source of credentials.
 *
 * A client asks for credentials before each attempt, so a provider that fetches them keeps them until
 * they are about to expire: {@link CachedProvider} does that for any.
 */
export interface ProvideCredentials {
  /** Names the provider in errors: `environment`, `profile file`. */
  readonly name: string;

  /**
   * Credentials that are valid now.
   *
   * @throws CredentialsError made by `notConfigured` when this source holds none, so that the next of
   * a chain is asked; anything else, when it should hold some and they cannot be had, ends the chain
   */
  provide(): Promise<Credentials>;

  /**
   * Forgets these credentials, which the service refused, so that the next call fetches new ones.
   * Others that have been fetched since are kept.
   */
  forget?(refused: Credentials): void;
}

interface Why {
  readonly cause?: unknown;
  /** The message says itself which providers were asked. */
  readonly namesProviders?: boolean;
  /** For how many milliseconds asking again would not help. */
  readonly hold?: number;
  /** Asking later may well help: the source could not be reached. */
  readonly isRetryable?: boolean | undefined;
}

/** Why a provider gave no credentials: what a provider of your own throws. Holds no secret. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  /** Whether the source holds no credentials, rather than broken ones. */
  readonly isNotConfigured: boolean;
  readonly #why: Why;

  private constructor(isNotConfigured: boolean, message: string, why: Why) {
    super(message, why.cause === undefined ? undefined : { cause: why.cause });
    this.isNotConfigured = isNotConfigured;
    this.#why = why;
  }

  /** The source holds no credentials: `HUAWEICLOUD_SDK_AK is not set`. A chain asks its next. */
  static notConfigured(message: string, why: Why = {}): CredentialsError {
    return new CredentialsError(true, message, why);
  }

  /** The source should hold credentials, and they cannot be had. A chain stops. */
  static broken(message: string, why: Why = {}): CredentialsError {
    return new CredentialsError(false, message, why);
  }

  /** What a provider threw, whatever it is. @internal */
  static of(error: unknown, why: Why = {}): CredentialsError {
    if (error instanceof CredentialsError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const isRetryable = error instanceof HwtasksError && error.isRetryable;
    return CredentialsError.broken(message, { cause: error, isRetryable, ...why });
  }

  /** The source has not answered in so many milliseconds. @internal */
  static slow(millis: number): CredentialsError {
    const message = `it gave none in ${seconds(Math.round(millis))}`;
    return CredentialsError.broken(message, { isRetryable: true });
  }

  /** @internal */
  static whyOf(error: CredentialsError): Why {
    return error.#why;
  }
}
