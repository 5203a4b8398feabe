import { requireNotNegative } from '../body/ids.js';
import { type Clock, inTime, systemClock } from '../body/time.js';
import { checks } from '../config/checks.js';
import { invalidInput } from '../errors.js';
import { SingleFlight } from '../http/single-flight.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type CredentialsProvider } from './provide.js';

/** How long before their expiry credentials are refreshed by default. */
const REFRESH_BEFORE_EXPIRY = 15 * 60_000;
/** Delay between a failed early refresh and the next. */
const REFRESH_RETRY_DELAY = 60_000;
/** Timeout of an early refresh. */
const EARLY_REFRESH_TIMEOUT = 5000;

/** Options of a {@link CachedProvider}. */
export interface CacheOptions {
  /**
   * How many milliseconds before their expiry credentials are refreshed; 15 minutes by default.
   * Credentials with less than twice that lifetime are refreshed halfway through it.
   */
  readonly refreshBeforeExpiry?: number;
  /** The clock. Default: the system clock. For tests. */
  readonly clock?: Clock;
}

/**
 * Caches the credentials of another provider, and refreshes them shortly before they expire.
 *
 * One refresh runs at a time. Concurrent calls use the cached credentials while these are valid, and
 * wait for the refresh otherwise. An early refresh that fails, or takes longer than 5 seconds, fails no
 * call: the cached credentials stay in use, and the next refresh follows a minute later.
 */
export class CachedProvider implements CredentialsProvider {
  readonly #inner: CredentialsProvider;
  readonly #refreshBeforeExpiry: number;
  readonly #clock: Clock;
  readonly #inFlight = new SingleFlight<Credentials>();
  #cached: { readonly credentials: Credentials; readonly refreshAt: number } | undefined;
  /** A failure that another fetch would not fix, and until when to repeat it. */
  #failed: { readonly error: CredentialsError; readonly until: number } | undefined;

  /**
   * Caches the credentials of `inner`; without a known expiry until they are rejected.
   *
   * @throws HwtasksError of kind `InvalidInput` when `inner` is no provider, or an option is unknown, of
   * a wrong type or negative
   */
  constructor(inner: CredentialsProvider, options: CacheOptions = {}) {
    checks.current?.options('cache', options);
    requireNotNegative({ refreshBeforeExpiry: options.refreshBeforeExpiry ?? 0 });
    if (typeof inner?.provide !== 'function') {
      throw invalidInput(
        'the first argument is no credentials provider',
        'give it a method provide',
      );
    }
    this.#inner = inner;
    this.#refreshBeforeExpiry = options.refreshBeforeExpiry ?? REFRESH_BEFORE_EXPIRY;
    this.#clock = options.clock ?? systemClock;
  }

  get name(): string {
    return this.#inner.name;
  }

  async provide(): Promise<Credentials> {
    const now = this.#clock.now();
    const cached = this.#cached;
    if (cached !== undefined && now < cached.refreshAt) return cached.credentials;
    const valid = cached !== undefined && isValid(cached.credentials, now);
    const failed = this.#failed;
    const held = failed !== undefined && this.#clock.elapsed() < failed.until;
    if (valid && held) return cached.credentials;
    if (held && !valid) throw failed.error;
    // Concurrent calls use the valid credentials during the refresh.
    if (valid) this.#cached = { ...cached, refreshAt: now + REFRESH_RETRY_DELAY };
    return this.#inFlight.run(() => this.#refresh(valid));
  }

  async #refresh(isEarly: boolean): Promise<Credentials> {
    try {
      const provided = this.#inner.provide();
      const onTimeout = () => {
        throw CredentialsError.timedOut(EARLY_REFRESH_TIMEOUT);
      };
      const credentials = await (isEarly
        ? inTime(provided, EARLY_REFRESH_TIMEOUT, onTimeout)
        : provided);
      const now = this.#clock.now();
      const expiry = credentials.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
      if (!(expiry > now)) {
        throw CredentialsError.invalidConfiguration(
          `its credentials expired at ${shown(expiry)}, and this machine's clock says ${shown(now)}: check the clock`,
        );
      }
      this.#failed = undefined;
      this.#cached = {
        credentials,
        refreshAt: expiry - Math.min(this.#refreshBeforeExpiry, (expiry - now) / 2),
      };
      return credentials;
    } catch (thrown) {
      const error = CredentialsError.from(thrown);
      const now = this.#clock.now();
      const { hold } = CredentialsError.detailsOf(error);
      this.#failed =
        hold === undefined ? undefined : { error, until: this.#clock.elapsed() + hold };
      const cached = this.#cached;
      if (cached === undefined || !isValid(cached.credentials, now)) throw error;
      return cached.credentials;
    }
  }

  invalidate(rejected: Credentials): void {
    // Credentials fetched since stay cached.
    if (this.#cached && Credentials.areEqual(this.#cached.credentials, rejected))
      this.#cached = undefined;
    this.#inner.invalidate?.(rejected);
  }
}

function isValid(credentials: Credentials, now: number): boolean {
  return credentials.expiresAt === undefined || now < credentials.expiresAt.getTime();
}

function shown(millis: number): string {
  return Number.isNaN(millis) ? 'no time' : new Date(millis).toISOString();
}
