import { Flight } from '../flight.js';
import { inTime, systemTime, type TimeSource } from '../time.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type ProvideCredentials } from './provide.js';

/** How long before they expire credentials are renewed, unless told otherwise. */
const EARLY = 15 * 60_000;
/** How long after a failed early renewal the next one is tried. */
const AGAIN = 60_000;
/** How long an early renewal may take. */
const PATIENCE = 5000;

/** How credentials are kept. */
export interface CacheOptions {
  /**
   * How many milliseconds before they expire credentials are renewed; 15 minutes by default.
   * Credentials that live for less than twice as long are renewed in the middle of their life.
   */
  readonly renewedBefore?: number;
  /** Where the time comes from; the system's clock by default. For tests. */
  readonly time?: TimeSource;
}

/**
 * Keeps what another provider gives, and asks it again shortly before that expires.
 *
 * One renewal runs at a time: while credentials are still valid the others go on using them, and once
 * they are not the others wait for it. A renewal that fails early, or takes longer than 5 seconds, costs
 * no call: the credentials that are still valid stay in use, and it is tried again a minute later.
 */
export class CachedProvider implements ProvideCredentials {
  readonly #inner: ProvideCredentials;
  readonly #early: number;
  readonly #time: TimeSource;
  readonly #flight = new Flight<Credentials>();
  #kept: { readonly credentials: Credentials; readonly renewAt: number } | undefined;
  /** A failure that asking again would not mend, and until when it is held. */
  #failed: { readonly error: CredentialsError; readonly until: number } | undefined;

  /** Keeps what `inner` gives; for good when it is not known when that expires. */
  constructor(inner: ProvideCredentials, options: CacheOptions = {}) {
    this.#inner = inner;
    this.#early = options.renewedBefore ?? EARLY;
    this.#time = options.time ?? systemTime;
  }

  get name(): string {
    return this.#inner.name;
  }

  async provide(): Promise<Credentials> {
    const now = this.#time.now();
    const kept = this.#kept;
    if (kept !== undefined && now < kept.renewAt) return kept.credentials;
    const valid = kept !== undefined && isValid(kept.credentials, now);
    const failed = this.#failed;
    const held = failed !== undefined && this.#time.elapsed() < failed.until;
    if (valid && held) return kept.credentials;
    if (held && !valid) throw failed.error;
    // While one renews, the others go on with what is valid.
    if (valid) this.#kept = { ...kept, renewAt: now + AGAIN };
    return this.#flight.run(() => this.#renew(valid));
  }

  async #renew(isEarly: boolean): Promise<Credentials> {
    try {
      const asked = this.#inner.provide();
      const late = () => {
        throw CredentialsError.slow(PATIENCE);
      };
      const credentials = await (isEarly ? inTime(asked, PATIENCE, late) : asked);
      const now = this.#time.now();
      const expiry = credentials.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
      if (!(expiry > now)) {
        throw CredentialsError.broken(
          `its credentials expired at ${shown(expiry)}, and this machine's clock says ${shown(now)}: check the clock`,
        );
      }
      this.#failed = undefined;
      this.#kept = { credentials, renewAt: expiry - Math.min(this.#early, (expiry - now) / 2) };
      return credentials;
    } catch (thrown) {
      const error = CredentialsError.of(thrown);
      const now = this.#time.now();
      const { hold } = CredentialsError.whyOf(error);
      this.#failed = hold === undefined ? undefined : { error, until: this.#time.elapsed() + hold };
      const kept = this.#kept;
      if (kept === undefined || !isValid(kept.credentials, now)) throw error;
      return kept.credentials;
    }
  }

  forget(refused: Credentials): void {
    // Not what has been renewed since.
    if (this.#kept && Credentials.areSame(this.#kept.credentials, refused)) this.#kept = undefined;
    this.#inner.forget?.(refused);
  }
}

function isValid(credentials: Credentials, now: number): boolean {
  return credentials.expiresAt === undefined || now < credentials.expiresAt.getTime();
}

function shown(millis: number): string {
  return Number.isNaN(millis) ? 'no time' : new Date(millis).toISOString();
}
