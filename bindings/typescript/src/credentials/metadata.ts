import { system } from '#system';
import { isObject } from '../body/json.js';
import { type Clock, systemClock } from '../body/time.js';
import { readTime } from '../body/timestamp.js';
import { checks } from '../config/checks.js';
import { baseUrl } from '../config/endpoint.js';
import { HwtasksError } from '../errors.js';
import { providerHttp } from '../http/provider-http.js';
import type { ResponseInfo } from '../http/response.js';
import { Call, type Fetch } from '../http/transport.js';
import { CachedProvider } from './cached.js';
import { secretFlaw } from './check.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type CredentialsProvider } from './provide.js';

const BASE_URL = 'http://169.254.169.254';
const TOKEN_PATH = '/meta-data/latest/api/token';
const KEYS_PATH = '/openstack/latest/securitykey';
/** Requested lifetime of a token of the second version of the service, in seconds. */
const TOKEN_TTL = '21600';
/** Timeout of connecting, and of an attempt as a whole. */
const ATTEMPT_TIMEOUT = 3000;
const LIMITS = { attempt: ATTEMPT_TIMEOUT, call: 15_000, body: 64 * 1024 };
/** How long before their expiry the keys are refreshed. */
const REFRESH_BEFORE_EXPIRY = 40 * 60_000;
/** How long the absence of a metadata service is cached. */
const ABSENCE_HOLD = 60_000;

/** Options of a {@link MetadataProvider}. */
export interface MetadataOptions {
  /** Base URL of the service. Default: `http://169.254.169.254`. For tests. */
  readonly baseUrl?: string | undefined;
  /** The clock. Default: the system clock. For tests. */
  readonly clock?: Clock;
  /** The function that sends requests. Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/**
 * Fetches temporary keys from the metadata service of an Elastic Cloud Server (ECS) with an agency.
 *
 * It tries the second version of the service first, which requires a token. If the service issues no
 * token, it sends the request without one. An attempt times out after 3 seconds. The provider caches
 * the keys, and refreshes them 40 minutes before they expire. It follows no redirects.
 */
export class MetadataProvider implements CredentialsProvider {
  readonly name = 'metadata service';
  readonly #cached: CachedProvider;

  /** @throws HwtasksError of kind `InvalidInput` when an option is unknown or of a wrong type */
  constructor(options: MetadataOptions = {}) {
    checks.current?.options('metadata', options);
    const { baseUrl = BASE_URL, clock = systemClock, fetch } = options;
    const provide = () => fetchKeys(baseUrl, clock, fetch);
    this.#cached = new CachedProvider(
      { name: this.name, provide },
      { refreshBeforeExpiry: REFRESH_BEFORE_EXPIRY, clock },
    );
  }

  provide(): Promise<Credentials> {
    return this.#cached.provide();
  }

  invalidate(rejected: Credentials): void {
    this.#cached.invalidate(rejected);
  }
}

async function fetchKeys(
  given: string,
  clock: Clock,
  fetch: Fetch | undefined,
): Promise<Credentials> {
  const base = baseUrl(given, true);
  const token = await fetchToken(base, clock, fetch);
  const headers = token === undefined ? {} : { 'x-metadata-token': token };
  const call = new Call('GetSecurityKey', providerHttp(clock, LIMITS, fetch));
  const response = await call.send({ url: base + KEYS_PATH, headers }, (response) => response);
  const { status } = response;
  if (status === 200) return keysOf(response);
  if (status === 404) {
    const why = 'this machine has no agency, so there are no keys for it';
    throw CredentialsError.notConfigured(why, { hold: ABSENCE_HOLD });
  }
  if ((status === 401 || status === 403) && token === undefined) {
    throw CredentialsError.invalidConfiguration(
      `it returned ${status} without a token, and issued no token: allow this machine or container to use the metadata service`,
    );
  }
  throw CredentialsError.invalidConfiguration(`it returned ${status}`);
}

/** Fetches a token; `undefined` when the service issues none, or one that no header can carry. */
async function fetchToken(
  base: string,
  clock: Clock,
  fetch: Fetch | undefined,
): Promise<string | undefined> {
  // No retries: a machine without the service must find out at once.
  const call = new Call('GetMetadataToken', providerHttp(clock, LIMITS, fetch, { maxAttempts: 1 }));
  const headers = { 'x-metadata-token-ttl-seconds': TOKEN_TTL };
  try {
    // `fetch` does not distinguish a slow connection from a slow response.
    if (fetch === undefined) await system.connect(base, ATTEMPT_TIMEOUT);
    const request = { url: base + TOKEN_PATH, method: 'PUT', headers };
    const response = await call.send(request, (response) => response);
    const token = new TextDecoder().decode(response.rawBody).trim();
    return response.status === 200 && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  } catch (error) {
    // In a container the response to PUT may get lost; a request without a token then works.
    if (error instanceof HwtasksError && error.isTimeout && !error.isConnectionError)
      return undefined;
    const why = error instanceof Error ? error.message : String(error);
    const message = `not reachable at ${base}: ${why}`;
    const isRetryable = !(error instanceof HwtasksError) || error.isRetryable;
    throw CredentialsError.notConfigured(message, {
      cause: error,
      hold: ABSENCE_HOLD,
      isRetryable,
    });
  }
}

function keysOf(response: ResponseInfo): Credentials {
  // The message shows nothing of the body, which may be secret.
  const wrong = () =>
    CredentialsError.invalidConfiguration(
      'its response does not hold the keys that the document describes',
    );
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(response.rawBody));
  } catch {
    throw wrong();
  }
  const keys = isObject(body) ? body.credential : undefined;
  if (!isObject(keys)) throw wrong();
  const [access, secret, securityToken, expiry] = [
    'access',
    'secret',
    'securitytoken',
    'expires_at',
  ].map((name) => {
    const value = keys[name];
    if (typeof value !== 'string') throw wrong();
    return value;
  });
  const named = { 'access key': access, 'secret key': secret, 'security token': securityToken };
  for (const [what, value = ''] of Object.entries(named)) {
    const flaw = secretFlaw(value);
    if (flaw !== undefined) {
      throw CredentialsError.invalidConfiguration(`in its response, the ${what} ${flaw}`);
    }
  }
  const expires = readTime(expiry ?? '');
  if (expires === undefined) {
    throw CredentialsError.invalidConfiguration('its response does not say when the keys expire');
  }
  return Credentials.keys(access ?? '', secret ?? '', {
    securityToken,
    expiresAt: new Date(expires.millis),
  });
}
