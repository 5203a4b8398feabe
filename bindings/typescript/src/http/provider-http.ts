import { isObject } from '../body/json.js';
import type { Clock } from '../body/time.js';
import { decodeError, statusError } from '../errors.js';
import type { ResponseInfo } from './response.js';
import { type RetryPolicy, retryPolicy } from './retry.js';
import type { Fetch, Limits, Transport } from './transport.js';
import { USER_AGENT } from './version.js';

/** What sends a credential provider's requests, by the same `Call` as every other. */
export function providerHttp(
  clock: Clock,
  limits: Limits,
  fetch: Fetch = globalThis.fetch,
  retry?: RetryPolicy,
): Transport {
  const shared = { fetch, clock, limits, retry: retryPolicy(retry), userAgent: USER_AGENT };
  return { ...shared, provider: undefined, clockSkew: 0 };
}

/** The JSON object that a success is; no message shows what it holds, which may be secret. */
export function objectOf(answer: ResponseInfo, status: number): Record<string, unknown> {
  if (answer.status !== status) throw statusError(answer);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.rawBody));
  } catch {
    throw decodeError(answer, '', 'it is not JSON');
  }
  if (isObject(value)) return value;
  throw decodeError(answer, '', 'it is not a JSON object');
}
