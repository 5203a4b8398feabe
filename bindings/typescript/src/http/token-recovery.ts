import type { Clock } from '../body/time.js';
import { Credentials } from '../credentials/credentials.js';
import type { CredentialsProvider } from '../credentials/provide.js';
import { asHwtasksError, HwtasksError, statusError } from '../errors.js';
import { isAuthorized } from './classify.js';
import type { ResponseInfo } from './response.js';
import { nextAction, type RetryAction } from './retry.js';
import type { Call } from './transport.js';

/** Milliseconds without a request after a final refusal; a locked key is locked for as long. */
export const HOLD = 5 * 60_000;
/** How often a token is refused before nothing more is sent. */
const MAX_REFUSALS = 2;

/** The credentials and the clock skew of an attempt; another call may have changed them since. */
export interface AttemptContext {
  credentials?: Credentials | undefined;
  skew: number;
  /** The time in the signature; `undefined` without one. */
  signed?: number;
  /** Whether the request was sent. */
  isSent?: boolean;
}

export type Outcome = ResponseInfo | HwtasksError;

/** What to do after an attempt, and what it came to. */
export interface Next {
  readonly action: RetryAction;
  readonly outcome: Outcome;
}

export const STOP: RetryAction = { do: 'stop' };
export const RESEND: RetryAction = { do: 'resend' };

/** What a call does about refused credentials (401). It sends once more at the most. */
export interface Recovery {
  /**
   * Gets the credentials of an attempt, once the service accepts credentials; throws the kept error when
   * it refused them less than five minutes ago.
   */
  credentials(): Promise<Credentials | undefined>;
  /** Decides what to do after an attempt; after a 401 it corrects what that refused. */
  after(attempts: number, outcome: Outcome, used: AttemptContext): Promise<Next>;
  /**
   * Keeps a final refusal for the calls to come. Returns the clock skew when the service refused the
   * corrected signature too.
   */
  end(outcome: Outcome, used: AttemptContext): number | undefined;
  /** Lets the next call lead, if this one ended without a decision. */
  stepDown(): void;
}

/**
 * What the refusals of a provider's credentials have told. The clients of the provider share it, if they
 * also share their clock: refusals lock a key, whichever client sent the requests.
 */
export interface Refusals {
  /** How far the clock of the service is ahead of ours, in milliseconds; 0 until it is known. */
  clockSkew: number;
  /** Whether a refusal is final, so that no request follows for now. */
  isShut(now: number): boolean;
}

/** The refusals by provider and by clock, for as long as these live. */
const known = new WeakMap<CredentialsProvider, WeakMap<Clock, Refusals>>();

/** Returns the refusals of a provider, and makes them for its first client. */
export function refusalsOf<R extends Refusals>(
  provider: CredentialsProvider | undefined,
  clock: Clock,
  make: () => R,
): R {
  if (provider === undefined) return make();
  const byClock = known.get(provider) ?? new WeakMap<Clock, R>();
  known.set(provider, byClock);
  const refusals = (byClock as WeakMap<Clock, R>).get(clock) ?? make();
  byClock.set(clock, refusals);
  return refusals;
}

/** The refusals of tokens. */
export class TokenRefusals implements Refusals {
  clockSkew = 0;
  /** How often tokens were refused in a row. */
  count = 0;
  /** The last refusal that ended a call, and until when it counts. */
  kept:
    | {
        readonly response: ResponseInfo;
        readonly rejected: Credentials;
        readonly until: number;
      }
    | undefined;

  isShut(now: number): boolean {
    return this.count >= MAX_REFUSALS && this.kept !== undefined && now < this.kept.until;
  }
}

/**
 * The recovery of a client that has no keys, as in a browser: there is no clock to correct, and no key
 * that refusals could lock.
 */
export class TokenRecovery implements Recovery {
  readonly #call: Call;
  readonly #refusals: TokenRefusals;
  /** What the provider gave in place of the refused token. */
  #fetched: Credentials | undefined;
  #isResent = false;

  constructor(call: Call, refusals: TokenRefusals) {
    this.#call = call;
    this.#refusals = refusals;
  }

  async credentials(): Promise<Credentials | undefined> {
    const refusals = this.#refusals;
    const { kept } = refusals;
    const { clock, provider } = this.#call.transport;
    const now = clock.elapsed();
    if (kept !== undefined) {
      if (refusals.isShut(now)) throw heldError(kept.response);
      if (now >= kept.until) {
        // They were refused five minutes ago: the source may have others by now.
        refusals.kept = undefined;
        provider?.invalidate?.(kept.rejected);
      }
    }
    const fetched = this.#fetched;
    this.#fetched = undefined;
    return fetched ?? this.#call.credentials();
  }

  async after(attempts: number, outcome: Outcome, { credentials }: AttemptContext): Promise<Next> {
    const { provider } = this.#call.transport;
    const refusals = this.#refusals;
    const isResponse = !(outcome instanceof HwtasksError);
    if (!isResponse || outcome.status !== 401 || credentials === undefined) {
      if (isResponse && isAuthorized(outcome.status)) {
        refusals.count = 0;
        refusals.kept = undefined;
      }
      return afterOther(this.#call, attempts, outcome);
    }
    refusals.count += 1;
    if (this.#isResent || refusals.count >= MAX_REFUSALS) return { action: STOP, outcome };
    this.#isResent = true;
    provider?.invalidate?.(credentials);
    try {
      const fetched = await this.#call.credentials();
      if (fetched === undefined || Credentials.areEqual(fetched, credentials)) {
        return { action: STOP, outcome };
      }
      this.#fetched = fetched;
      return { action: RESEND, outcome };
    } catch (error) {
      return ended(error);
    }
  }

  end(outcome: Outcome, { credentials }: AttemptContext): undefined {
    const isRefused = !(outcome instanceof HwtasksError) && outcome.status === 401;
    if (!isRefused || credentials === undefined) return;
    const until = this.#call.transport.clock.elapsed() + HOLD;
    this.#refusals.kept = { response: outcome, rejected: credentials, until };
  }

  stepDown(): void {}
}

/** The error of a call that sends nothing because of a final refusal. */
export function heldError(response: ResponseInfo): HwtasksError {
  const what = 'not sent, because the credentials were refused less than five minutes ago';
  return HwtasksError.withContext(what, statusError(response));
}

/** What to do after an attempt that was not refused. */
export function afterOther(call: Call, attempts: number, outcome: Outcome): Next {
  const { retry, transport } = call;
  const isLeft = !call.retriesThrottled && outcome.status === 429;
  if (isLeft) return { action: STOP, outcome };
  const now = transport.clock.now();
  return { action: nextAction(retry, attempts, outcome, now, call.remaining()), outcome };
}

export function ended(thrown: unknown): Next {
  return { action: STOP, outcome: asHwtasksError(thrown) };
}
