import { invalidInput } from '../errors.js';
import { type Moment, readTime } from './timestamp.js';

/**
 * The clock of a client: tells the time of day, measures elapsed time, and sleeps.
 *
 * Set the option `clock` in tests, so that retries, expiring credentials and waiting take no real time.
 */
export interface Clock {
  /** Returns the time of day in milliseconds since 1970 UTC, for signatures and expiry dates. */
  now(): number;
  /**
   * Returns the milliseconds since an arbitrary moment, for deadlines. Never decreases, even when the
   * time of day is set back.
   */
  elapsed(): number;
  /** Sleeps for milliseconds, or until the signal is aborted; resolves in both cases. */
  sleep(millis: number, signal?: AbortSignal): Promise<void>;
}

/** Upper bound of a timer in milliseconds: a longer sleep takes several timers. */
const MAX_TIMER = 2 ** 31 - 1;

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  async sleep(millis, signal) {
    const end = performance.now() + millis;
    for (let left = millis; left > 0 && !signal?.aborted; left = end - performance.now()) {
      await timer(Math.min(left, MAX_TIMER), signal);
    }
  },
};

function timer(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(handle);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const handle = setTimeout(done, millis);
    signal?.addEventListener('abort', done);
  });
}

/**
 * Calls back after so many milliseconds of real time. The returned function cancels that.
 *
 * Beyond the upper bound of a timer, 24 days, it never calls back.
 */
export function after(millis: number, callback: () => void): () => void {
  if (millis > MAX_TIMER) return () => {};
  const handle = setTimeout(callback, millis);
  return () => clearTimeout(handle);
}

/**
 * Resolves with a promise, or with the result of `late` after so many milliseconds of real time. The
 * work behind the promise goes on, for other callers.
 */
export async function inTime<T, L>(
  promise: Promise<T>,
  millis: number,
  late: () => L,
): Promise<T | Awaited<L>> {
  let stop = () => {};
  const up = new Promise<void>((resolve) => {
    stop = after(millis, resolve);
  });
  try {
    return await Promise.race([promise, up.then(late)]);
  } finally {
    stop();
  }
}

/**
 * A point in time: a `Date`, a number of milliseconds since 1970, RFC 3339 text with a zone or offset,
 * or anything with `epochMilliseconds`, such as a `Temporal.Instant`.
 */
export type Time =
  | Date
  | number
  | string
  | { readonly epochMilliseconds: number; readonly epochNanoseconds?: bigint };

/** The moment a time says. */
export function momentOf(what: string, time: Time): Moment {
  if (typeof time === 'string') {
    const read = readTime(time);
    if (read !== undefined) return read;
    throw invalidInput(
      `${what}: ${JSON.stringify(time)} is not a time with a zone, such as 2020-06-17T07:38:42.503Z`,
    );
  }
  const given = time instanceof Date ? time.getTime() : time;
  const exact: unknown = typeof given === 'object' ? given?.epochMilliseconds : given;
  const millis = typeof exact === 'number' ? Math.floor(exact) : Number.NaN;
  // Not a Date of it, which would round what lies past its range.
  if (typeof exact !== 'number' || !Number.isSafeInteger(millis)) {
    const shown = typeof exact === 'number' ? exact : typeof exact;
    throw invalidInput(`${what}: ${shown} is not a time`);
  }
  const nanos = typeof given === 'object' ? given.epochNanoseconds : undefined;
  return {
    millis,
    more: exact > millis || (nanos !== undefined && nanos > BigInt(millis) * 1_000_000n),
  };
}

/** The whole second at or before, as `yyyyMMddHHmmss` in UTC: no task at the lower edge is lost. */
export function lowerBound(what: string, time: Time | undefined): string | undefined {
  return time === undefined
    ? undefined
    : compact(what, Math.floor(momentOf(what, time).millis / 1000));
}

/** The whole second at or after, as `yyyyMMddHHmmss` in UTC: no task at the upper edge is lost. */
export function upperBound(what: string, time: Time | undefined): string | undefined {
  if (time === undefined) return undefined;
  const { millis, more } = momentOf(what, time);
  const floor = Math.floor(millis / 1000);
  return compact(what, more || millis > floor * 1000 ? floor + 1 : floor);
}

function compact(what: string, second: number): string {
  const date = new Date(second * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    throw invalidInput(`${what}: the time cannot be sent: its year does not have four digits`);
  }
  return date.toISOString().replace(/[-:T]|\..*/g, '');
}
