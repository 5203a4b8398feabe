import { isObject } from '../body/json.js';
import type { Clock } from '../body/time.js';
import { decodeError, statusError } from '../errors.js';
import type { ResponseInfo } from './response.js';
import { type RetryPolicy, retryPolicy } from './retry.js';
import { TokenRecovery, TokenRefusals } from './token-recovery.js';
import type { Call, Fetch, Limits, Transport } from './transport.js';
import { USER_AGENT } from './version.js';

/** The transport of a credentials provider, whose requests need no authorization. */
export function providerHttp(
  clock: Clock,
  limits: Limits,
  fetch: Fetch = globalThis.fetch,
  retry?: RetryPolicy,
): Transport {
  const shared = { fetch, clock, limits, retry: retryPolicy(retry), userAgent: USER_AGENT };
  const refusals = new TokenRefusals();
  const recovery = (call: Call) => new TokenRecovery(call, refusals);
  return {
    ...shared,
    provider: undefined,
    running: new Set(),
    isClosed: false,
    refusals,
    recovery,
  };
}

/** Decodes the JSON object in a success. No message shows the body, which may be secret. */
export function objectOf(response: ResponseInfo, status: number): Record<string, unknown> {
  if (response.status !== status) throw statusError(response);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(response.rawBody));
  } catch {
    throw decodeError(response, '', 'it is not JSON');
  }
  if (isObject(value)) return value;
  throw decodeError(response, '', 'it is not a JSON object');
}
