import type { Answer } from './answer.js';
import { HwtasksError, invalidInput } from './error.js';
import { codeOf, readErrorResponse } from './error-response.js';
import { parseHttpDate } from './http-date.js';

/**
 * How often a call is attempted, and how long it waits in between.
 *
 * What is attempted again: no connection, a broken one, a timeout, and the statuses 408, 429, 500,
 * 502, 503 and 504. The wait is what `Retry-After` says, or else exponential with full jitter: a
 * random part of a limit that doubles from one attempt to the next. A call never waits past its
 * timeout.
 *
 * @example
 * ```ts
 * const patient = { attempts: 6, firstBackoff: 500, mostBackoff: 30_000 };
 * const once = { attempts: 1 };
 * ```
 */
export interface RetryPolicy {
  /** How many attempts are made in all; 3 by default. */
  readonly attempts?: number;
  /** The limit of the first wait in milliseconds, which then doubles; 200 by default. */
  readonly firstBackoff?: number;
  /** What the limit never exceeds, in milliseconds; 10 000 by default. */
  readonly mostBackoff?: number;
}

/** What to do after an attempt. */
export type Next =
  /** It is the outcome. */
  | { readonly do: 'done' }
  /** Try again after so many milliseconds. */
  | { readonly do: 'wait'; readonly millis: number }
  /** Sign again with the service's clock, which is ahead of ours by so many milliseconds. */
  | { readonly do: 'reclock'; readonly skew: number }
  /** Sign again, with new credentials. */
  | { readonly do: 'renew' };

/** What has been tried in a call that is tried only once. */
export interface Tried {
  reclocked: boolean;
  renewed: boolean;
}

/** A policy with its defaults, checked. */
export function retryPolicy(policy: RetryPolicy = {}): Required<RetryPolicy> {
  const { attempts = 3, firstBackoff = 200, mostBackoff = 10_000 } = policy;
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw invalidInput(`the retry policy has ${attempts} attempts, and must have 1 or more`);
  }
  if (!(firstBackoff >= 0 && mostBackoff >= 0)) {
    throw invalidInput('the retry policy has a backoff that is not a number of milliseconds');
  }
  return { attempts, firstBackoff, mostBackoff: Math.max(firstBackoff, mostBackoff) };
}

/** What to do after the `attempts`-th attempt ended in `outcome` at `now`. */
export function decide(
  policy: Required<RetryPolicy>,
  attempts: number,
  tried: Readonly<Tried>,
  outcome: Answer | HwtasksError,
  now: number,
): Next {
  const after = (asked: number | undefined): Next => {
    if (attempts >= policy.attempts) return { do: 'done' };
    const limit = Math.min(policy.firstBackoff * 2 ** (attempts - 1), policy.mostBackoff);
    return { do: 'wait', millis: asked ?? Math.random() * limit };
  };
  if (outcome instanceof HwtasksError) {
    return outcome.kind === 'Transport' ? after(undefined) : { do: 'done' };
  }
  if (outcome.status === 401) {
    const code = codeOf(readErrorResponse(outcome.body));
    const skew = clockSkew(outcome, now);
    if (code === 'APIGW.0303' && skew !== undefined && !tried.reclocked)
      return { do: 'reclock', skew };
    if (code === 'APIGW.0307' && !tried.renewed) return { do: 'renew' };
  }
  return isRetried(outcome.status) ? after(retryAfter(outcome.headers, now)) : { do: 'done' };
}

/** Whether an answer with this status is worth another attempt. */
export function isRetried(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status);
}

/** How far the service's clock is ahead of ours in milliseconds, by the header `Date`. */
export function clockSkew(answer: Answer, now: number): number | undefined {
  const date = parseHttpDate(answer.headers.get('date') ?? '');
  return date === undefined ? undefined : date - now;
}

/** How long the service asks to wait, in seconds or until a date. */
function retryAfter(headers: Headers, now: number): number | undefined {
  const value = (headers.get('retry-after') ?? '').trim();
  if (/^\d+$/.test(value)) {
    const seconds = Number(value);
    return seconds < 2 ** 64 ? seconds * 1000 : undefined;
  }
  const date = parseHttpDate(value);
  // A date that has passed is no wait.
  return date === undefined ? undefined : Math.max(0, date - now);
}
