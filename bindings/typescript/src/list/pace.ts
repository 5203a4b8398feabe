import type { Clock } from '../body/time.js';
import { HwtasksError } from '../errors.js';
import { retryAfter } from '../http/retry-after.js';
import type { Refusals } from '../http/token-recovery.js';
import type { Transport } from '../http/transport.js';

/** The first pause without `Retry-After` in milliseconds; it doubles with each pause in a row. */
const FIRST_PAUSE = 1000;
/** The longest pause without `Retry-After`. */
const LONGEST_PAUSE = 30_000;
/** How long a sweep goes on while the service throttles everything. Quotas are per five minutes. */
const PATIENCE = 15 * 60_000;
/** How often a throttled request is sent. */
const MAX_SENDS = 10;
/** The fewest equal responses 403 or 401 that end a sweep, if there is no other response. */
const MIN_DENIED = 5;

interface Pause {
  readonly began: number;
  /** The random part that is added to each wait of the pause. */
  readonly jitter: number;
  end: number;
}

/** The pace of a sweep: how many requests it sends at the same time, and when it pauses or ends. */
export class Pace {
  readonly #clock: Clock;
  readonly #refusals: Refusals;
  readonly #signal: AbortSignal;
  readonly #widest: number;
  /** How many requests may be in flight now. */
  #width: number;
  #inFlight = 0;
  /** Responses since the width has changed. */
  #responses = 0;
  /** Number of the pause. A throttled request of an earlier round does not slow down again. */
  #round = 0;
  #pause: Pause | undefined;
  /** When the throttling began that no other response has interrupted. */
  #throttledSince: number | undefined;
  /** Pauses since then. */
  #pauses = 0;
  /** The only response so far: 403 or 401 with this code, so many times. */
  #denied: { readonly code: string | undefined; count: number } | undefined;
  /** Whether there is another response. */
  #isAccepted = false;
  #end: HwtasksError | undefined;
  /** The last request in the queue. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Wakes the head of the queue after a response. */
  #wake = new AbortController();

  /** Creates a pace, which the signal of the sweep ends. */
  constructor({ clock, refusals }: Transport, concurrency: number, signal: AbortSignal) {
    this.#clock = clock;
    this.#refusals = refusals;
    this.#widest = concurrency;
    this.#width = concurrency;
    this.#signal = signal;
  }

  /** The error that has ended the sweep before all instances were read. */
  get end(): HwtasksError | undefined {
    return this.#end;
  }

  /** Whether an error is that of an instance whose request was not sent because of the end. */
  isUnsent(error: HwtasksError): boolean {
    return this.#end !== undefined && error.kind === 'Api' && error.attempts === 0;
  }

  /**
   * Sends a request when it may be sent, again while it is throttled, and returns its result. After the
   * end of the sweep, that is an error with no attempts.
   */
  async run<T>(send: () => Promise<T>): Promise<T> {
    for (let sends = 1; ; sends += 1) {
      const turn = this.#queue.then(() => this.#permit());
      this.#queue = turn.catch(() => {});
      const round = await turn;
      try {
        const result = await send();
        this.#settle(round, undefined, sends);
        return result;
      } catch (error) {
        if (!(error instanceof HwtasksError) || !this.#settle(round, error, sends)) throw error;
      } finally {
        this.#inFlight -= 1;
        this.#wake.abort();
      }
    }
  }

  /** Waits until a request may be sent. Returns the number of the last pause. */
  async #permit(): Promise<number> {
    for (;;) {
      if (this.#end !== undefined) throw HwtasksError.withDetails(this.#end, { attempts: 0 });
      const pause = (this.#pause?.end ?? 0) - this.#clock.elapsed();
      const width = this.#denied === undefined || this.#isAccepted ? this.#width : 1;
      const isPaused = this.#pause !== undefined && pause > 0;
      if ((!isPaused && this.#inFlight < width) || this.#signal.aborted) {
        this.#inFlight += 1;
        return this.#round;
      }
      this.#wake = new AbortController();
      const { signal } = this.#wake;
      const abort = () => this.#wake.abort();
      this.#signal.addEventListener('abort', abort);
      // A response may end the sweep meanwhile, or extend the pause.
      if (isPaused) await this.#clock.sleep(pause, signal);
      else await new Promise((resolve) => signal.addEventListener('abort', resolve));
      this.#signal.removeEventListener('abort', abort);
    }
  }

  /** Adapts the pace to the end of a request. Returns whether it must be sent again. */
  #settle(round: number, error: HwtasksError | undefined, sends: number): boolean {
    if (error?.isThrottled) {
      if (!this.#throttle(round, error)) this.#end ??= error;
      return this.#end === undefined && sends < MAX_SENDS;
    }
    const status = error === undefined ? 200 : error.status;
    if (status === undefined || status >= 500 || status === 408) return false;
    this.#widen(round);
    // The transport decides which refusal is final.
    const isFinal = status === 401 && this.#refusals.isShut(this.#clock.elapsed());
    if (this.#isDeniedToAll(error) || isFinal) this.#end ??= error;
    return false;
  }

  /** Pauses all requests, and halves their number. Returns whether that is within the patience. */
  #throttle(round: number, { headers }: HwtasksError): boolean {
    const now = this.#clock.elapsed();
    this.#throttledSince ??= now;
    let wait = (headers && retryAfter(headers, this.#clock.now())) ?? 0;
    if (round === this.#round) {
      this.#round += 1;
      this.#width = Math.max(Math.floor(Math.min(this.#width, this.#inFlight) / 2), 1);
      this.#responses = 0;
      wait = Math.max(wait, Math.min(FIRST_PAUSE * 2 ** this.#pauses, LONGEST_PAUSE));
      this.#pauses += 1;
      this.#pause = { began: now, jitter: Math.random() / 10, end: now };
    }
    const pause = this.#pause as Pause;
    pause.end = Math.max(pause.end, pause.began + Math.ceil(wait * (1 + pause.jitter)));
    return pause.end - this.#throttledSince <= PATIENCE;
  }

  /** Counts a response that is not throttled: as many as the width raise it by one. */
  #widen(round: number): void {
    if (round !== this.#round) return;
    this.#throttledSince = undefined;
    this.#pauses = 0;
    this.#responses += 1;
    if (this.#width === this.#widest || this.#responses < this.#width) return;
    this.#responses = 0;
    this.#width += 1;
  }

  /** Counts what a response says about the permission. Returns whether it is missing for all instances. */
  #isDeniedToAll(error: HwtasksError | undefined): boolean {
    const isDenied = error?.status === 401 || error?.status === 403;
    this.#denied ??= isDenied ? { code: error.code, count: 0 } : undefined;
    this.#isAccepted ||= !isDenied || error.code !== this.#denied?.code;
    if (this.#denied === undefined || this.#isAccepted) return false;
    this.#denied.count += 1;
    return this.#denied.count >= Math.max(this.#widest, MIN_DENIED);
  }
}
