import type { ResponseInfo } from './answer.js';
import { HwtasksError, invalidInput, isGatewayCode, isRetried } from './error.js';
import { codeOf, readErrorResponse } from './error-response.js';
import { parseHttpDate } from './http-date.js';

/** A clock that is off by less is not why a signature was refused: the gateway allows 15 minutes. */
const TOLERATED = 5 * 60_000;
/** No wait is longer. */
const LONGEST = 24 * 60 * 60_000;

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
  /** How many attempts are made in all; 3 by default. 0 counts as 1. */
  readonly attempts?: number;
  /**
   * The limit of the first wait in milliseconds, which then doubles; 200 by default. Never more than a
   * day.
   */
  readonly firstBackoff?: number;
  /** What the limit never exceeds, in milliseconds; 10 000 by default. Never more than a day. */
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
  /** The clock skew that was signed with before. */
  reclocked: number | undefined;
  renewed: boolean;
}

/** A policy with its defaults, checked. */
export function retryPolicy(policy: RetryPolicy = {}): Required<RetryPolicy> {
  const { attempts = 3, firstBackoff = 200, mostBackoff = 10_000 } = policy;
  if (!Number.isInteger(attempts) || attempts < 0) {
    throw invalidInput(`the retry policy has ${attempts} attempts, and must have a number of them`);
  }
  if (!(firstBackoff >= 0 && mostBackoff >= 0)) {
    throw invalidInput('the retry policy has a backoff that is not a number of milliseconds');
  }
  const most = Math.min(Math.max(firstBackoff, mostBackoff), LONGEST);
  return { attempts: Math.max(attempts, 1), firstBackoff, mostBackoff: most };
}

/** What to do after the `attempts`-th attempt, signed for the time `signed`, ended in `outcome` at `now`. */
export function decide(
  policy: Required<RetryPolicy>,
  attempts: number,
  tried: Readonly<Tried>,
  outcome: ResponseInfo | HwtasksError,
  now: number,
  signed: number,
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
    const skew = clockSkew(outcome, now);
    const isOff = Math.abs(clockSkew(outcome, signed) ?? 0) >= TOLERATED;
    if (isOff && skew !== undefined && tried.reclocked === undefined && hasCode(outcome, '0303')) {
      return { do: 'reclock', skew };
    }
    if (!tried.renewed && hasCode(outcome, '0307')) return { do: 'renew' };
  }
  return isRetried(outcome.status) ? after(retryAfter(outcome.headers, now)) : { do: 'done' };
}

/** Whether the gateway refused the signature, or its date. */
export function isSignatureRefused(answer: ResponseInfo): boolean {
  return answer.status === 401 && hasCode(answer, '0303');
}

function hasCode(answer: ResponseInfo, number: string): boolean {
  return isGatewayCode(codeOf(readErrorResponse(answer.raw)), number);
}

/** How far the service's clock is ahead of ours in milliseconds, by the header `Date`. */
export function clockSkew(answer: ResponseInfo, now: number): number | undefined {
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
