import { requireInteger, requireNotNegative } from '../body/ids.js';
import { checks } from '../config/checks.js';
import { HwtasksError } from '../errors.js';
import { isRetried } from './classify.js';
import type { ResponseInfo } from './response.js';
import { retryAfter } from './retry-after.js';

/** Upper bound of every backoff. */
const MAX_BACKOFF = 24 * 60 * 60_000;

/**
 * How many attempts a call makes, and how long it waits between them.
 *
 * The client retries connection failures, timeouts, and the statuses 408, 429, 500, 502, 503 and 504.
 * The backoff is exponential with full jitter: a random part of a limit that doubles with each attempt.
 * The client waits longer if `Retry-After` says so, and then for a random part of a tenth more. A call
 * never waits past its timeout.
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
  /** The attempt is the outcome. */
  | { readonly do: 'stop' }
  /** Retry after so many milliseconds. */
  | { readonly do: 'retry'; readonly millis: number }
  /** Send again at once: the clock skew or the credentials are corrected. */
  | { readonly do: 'resend' };

/** Checks a policy and fills in the defaults, or the policy of the client for one of a call. */
export function retryPolicy(
  policy: RetryPolicy = {},
  defaults: Required<RetryPolicy> = { maxAttempts: 3, initialBackoff: 200, maxBackoff: 10_000 },
): Required<RetryPolicy> {
  checks.current?.options('retry', policy);
  const {
    maxAttempts = defaults.maxAttempts,
    initialBackoff = defaults.initialBackoff,
    maxBackoff = defaults.maxBackoff,
  } = policy;
  requireInteger('option retry.maxAttempts', maxAttempts, 0, 2 ** 31 - 1);
  requireNotNegative({ 'retry.initialBackoff': initialBackoff, 'retry.maxBackoff': maxBackoff });
  const limit = Math.min(Math.max(initialBackoff, maxBackoff), MAX_BACKOFF);
  return { maxAttempts: Math.max(maxAttempts, 1), initialBackoff, maxBackoff: limit };
}

/**
 * What to do after the `attempts`-th attempt ended in `outcome`, which is no 401, at `now`, with `left`
 * milliseconds until the timeout of the call.
 */
export function nextAction(
  policy: Required<RetryPolicy>,
  attempts: number,
  outcome: ResponseInfo | HwtasksError,
  now: number,
  left: number,
): RetryAction {
  const after = (requested: number | undefined): RetryAction => {
    if (attempts >= policy.maxAttempts) return { do: 'stop' };
    const limit = Math.min(policy.initialBackoff * 2 ** (attempts - 1), policy.maxBackoff);
    const backoff = Math.random() * limit;
    if (requested === undefined) return { do: 'retry', millis: backoff };
    return { do: 'retry', millis: withJitter(Math.max(requested, backoff), left) };
  };
  if (outcome instanceof HwtasksError) {
    return outcome.kind === 'Transport' ? after(undefined) : { do: 'stop' };
  }
  return isRetried(outcome.status) ? after(retryAfter(outcome.headers, now)) : { do: 'stop' };
}

/**
 * The requested wait and up to a tenth more: clients that a service sends away together must not return
 * together. The jitter takes at most half of what remains of `left` after the wait.
 */
export function withJitter(wait: number, left: number): number {
  return wait + Math.random() * Math.min(wait / 10, Math.max(0, left - wait) / 2);
}
