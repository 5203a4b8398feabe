import { codeOf, readErrorResponse } from '../body/error-response.js';
import { requireInteger, requireNotNegative } from '../body/ids.js';
import { HwtasksError, isGatewayCode, isRetried } from '../errors.js';
import { parseHttpDate } from './http-date.js';
import type { ResponseInfo } from './response.js';

/** A smaller clock skew does not explain a rejected signature: the gateway allows 15 minutes. */
const CLOCK_SKEW_TOLERANCE = 5 * 60_000;
/** Upper bound of every backoff. */
const MAX_BACKOFF = 24 * 60 * 60_000;

/**
 * How many attempts a call makes, and how long it waits between them.
 *
 * The client retries connection failures, timeouts, and the statuses 408, 429, 500, 502, 503 and 504.
 * It waits for as long as `Retry-After` says, or else uses exponential backoff with full jitter: a
 * random part of a limit that doubles with each attempt. A call never waits past its timeout.
 *
 * @example
 * ```ts
 * const patient = { maxAttempts: 6, initialBackoff: 500, maxBackoff: 30_000 };
 * const once = { maxAttempts: 1 };
 * ```
 */
export interface RetryPolicy {
  /** Number of attempts in all, the first one included; 3 by default. 0 counts as 1. */
  readonly maxAttempts?: number;
  /** Limit of the first backoff in milliseconds; 200 by default, one day at the most. */
  readonly initialBackoff?: number;
  /** Upper bound of the limit in milliseconds; 10 000 by default, one day at the most. */
  readonly maxBackoff?: number;
}

/** What to do after an attempt. */
export type RetryAction =
  /** It is the outcome. */
  | { readonly do: 'done' }
  /** Try again after so many milliseconds. */
  | { readonly do: 'wait'; readonly millis: number }
  /** Sign again with the service's clock, which is ahead of ours by so many milliseconds. */
  | { readonly do: 'reclock'; readonly skew: number }
  /** Sign again, with new credentials. */
  | { readonly do: 'renew' };

/** What has been tried in a call that is tried only once. */
export interface AuthRecovery {
  /** The clock skew that was signed with before. */
  formerClockSkew: number | undefined;
  credentialsRefreshed: boolean;
}

/** Checks a policy and fills in the defaults. */
export function retryPolicy(policy: RetryPolicy = {}): Required<RetryPolicy> {
  const { maxAttempts = 3, initialBackoff = 200, maxBackoff = 10_000 } = policy;
  requireInteger('option retry.maxAttempts', maxAttempts, 0);
  requireNotNegative({ 'retry.initialBackoff': initialBackoff, 'retry.maxBackoff': maxBackoff });
  const limit = Math.min(Math.max(initialBackoff, maxBackoff), MAX_BACKOFF);
  return { maxAttempts: Math.max(maxAttempts, 1), initialBackoff, maxBackoff: limit };
}

/** What to do after the `attempts`-th attempt, signed for the time `signed`, ended in `outcome` at `now`. */
export function nextAction(
  policy: Required<RetryPolicy>,
  attempts: number,
  tried: Readonly<AuthRecovery>,
  outcome: ResponseInfo | HwtasksError,
  now: number,
  signed: number,
): RetryAction {
  const after = (asked: number | undefined): RetryAction => {
    if (attempts >= policy.maxAttempts) return { do: 'done' };
    const limit = Math.min(policy.initialBackoff * 2 ** (attempts - 1), policy.maxBackoff);
    return { do: 'wait', millis: asked ?? Math.random() * limit };
  };
  if (outcome instanceof HwtasksError) {
    return outcome.kind === 'Transport' ? after(undefined) : { do: 'done' };
  }
  if (outcome.status === 401) {
    const skew = clockSkew(outcome, now);
    const isOff = Math.abs(clockSkew(outcome, signed) ?? 0) >= CLOCK_SKEW_TOLERANCE;
    if (
      isOff &&
      skew !== undefined &&
      tried.formerClockSkew === undefined &&
      hasCode(outcome, '0303')
    ) {
      return { do: 'reclock', skew };
    }
    if (!tried.credentialsRefreshed && hasCode(outcome, '0307')) return { do: 'renew' };
  }
  return isRetried(outcome.status) ? after(retryAfter(outcome.headers, now)) : { do: 'done' };
}

/** Whether the gateway refused the signature, or its date. */
export function isSignatureRejected(answer: ResponseInfo): boolean {
  return answer.status === 401 && hasCode(answer, '0303');
}

function hasCode(answer: ResponseInfo, number: string): boolean {
  return isGatewayCode(codeOf(readErrorResponse(answer.rawBody)), number);
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
