import { system } from '#system';
import type { ResponseInfo } from '../answer.js';
import { channel } from '../channel.js';
import { baseUrl } from '../endpoint.js';
import { HwtasksError } from '../error.js';
import { isObject } from '../json.js';
import { readTime, systemTime, type TimeSource } from '../time.js';
import { Call, type Fetch } from '../transport.js';
import { CachedProvider } from './cached.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type ProvideCredentials } from './provide.js';

const BASE_URL = 'http://169.254.169.254';
const TOKEN_PATH = '/meta-data/latest/api/token';
const KEYS_PATH = '/openstack/latest/securitykey';
/** How long a token of the service's second version is asked to live, in seconds. */
const TOKEN_TTL = '21600';
/** How long connecting, and an attempt as a whole, may take. */
const TIMEOUT = 3000;
const LIMITS = { attempt: TIMEOUT, call: 15_000, body: 64 * 1024 };
const EARLY = 40 * 60_000;
/** How long a machine without a metadata service is not asked again. */
const ABSENT = 60_000;

/** Where the metadata service is, and how it is asked. */
export interface MetadataOptions {
  /** Where the service answers; `http://169.254.169.254` by default. For tests. */
  readonly baseUrl?: string | undefined;
  /** Where the time comes from; the system's clock by default. For tests. */
  readonly time?: TimeSource;
  /** What sends the requests; the global `fetch` by default. */
  readonly fetch?: Fetch;
}

/**
 * Temporary keys that the metadata service gives an Elastic Cloud Server (ECS) with an agency.
 *
 * The service's second version is tried first, whose token keeps others from asking; a service that
 * gives no token is asked without. An attempt may take 3 seconds. The keys are kept, and renewed 40
 * minutes before they expire by one call while the others go on. Redirects are not followed.
 */
export class MetadataProvider implements ProvideCredentials {
  readonly name = 'metadata service';
  readonly #cached: CachedProvider;

  constructor(options: MetadataOptions = {}) {
    const { baseUrl = BASE_URL, time = systemTime, fetch } = options;
    const provide = () => ask(baseUrl, time, fetch);
    this.#cached = new CachedProvider({ name: this.name, provide }, { renewedBefore: EARLY, time });
  }

  provide(): Promise<Credentials> {
    return this.#cached.provide();
  }

  forget(refused: Credentials): void {
    this.#cached.forget(refused);
  }
}

async function ask(
  given: string,
  time: TimeSource,
  fetch: Fetch | undefined,
): Promise<Credentials> {
  const base = baseUrl(given, true);
  const token = await askToken(base, time, fetch);
  const headers = token === undefined ? {} : { 'x-metadata-token': token };
  const call = new Call('GetSecurityKey', channel(time, LIMITS, fetch));
  const answer = await call.send({ url: base + KEYS_PATH, headers }, (answer) => answer);
  const { status } = answer;
  if (status === 200) return keysOf(answer);
  if (status === 404) {
    const why = 'this machine has no agency, so there are no keys for it';
    throw CredentialsError.notConfigured(why, { hold: ABSENT });
  }
  if ((status === 401 || status === 403) && token === undefined) {
    throw CredentialsError.broken(
      `it answered ${status} without a token, and gave no token: allow this machine or container to ask the metadata service`,
    );
  }
  throw CredentialsError.broken(`it answered ${status}`);
}

/** The service's token; `undefined` when it gives none, or one that no header can carry. */
async function askToken(
  base: string,
  time: TimeSource,
  fetch: Fetch | undefined,
): Promise<string | undefined> {
  // A machine without the service is found out at once; one that has it is worth a retry.
  const call = new Call('GetMetadataToken', channel(time, LIMITS, fetch, { maxAttempts: 1 }));
  const headers = { 'x-metadata-token-ttl-seconds': TOKEN_TTL };
  try {
    // `fetch` does not tell a connection that takes too long from an answer that does.
    if (fetch === undefined) await system.connect(base, TIMEOUT);
    const request = { url: base + TOKEN_PATH, method: 'PUT', headers };
    const answer = await call.send(request, (answer) => answer);
    const token = new TextDecoder().decode(answer.rawBody).trim();
    return answer.status === 200 && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  } catch (error) {
    // Through a container's network the answer may not come back; without a token it does.
    if (error instanceof HwtasksError && error.isTimeout && !error.isConnectionError)
      return undefined;
    const why = error instanceof Error ? error.message : String(error);
    const message = `there is none at ${base}: ${why}`;
    const isRetryable = !(error instanceof HwtasksError) || error.isRetryable;
    throw CredentialsError.notConfigured(message, { cause: error, hold: ABSENT, isRetryable });
  }
}

function keysOf(answer: ResponseInfo): Credentials {
  // No message shows what came, which may be secret.
  const wrong = () => CredentialsError.broken('its answer is not the keys the document describes');
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.rawBody));
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
  if (!access || !secret || !securityToken)
    throw CredentialsError.broken('its answer has an empty key');
  const expires = readTime(expiry ?? '');
  if (expires === undefined) {
    throw CredentialsError.broken('its answer does not say when the keys expire');
  }
  return Credentials.keys(access, secret, { securityToken, expiresAt: new Date(expires.millis) });
}
