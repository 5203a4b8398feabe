import { platform } from '#platform';
import { abortable, abortedError } from './abort.js';
import type { ResponseInfo } from './answer.js';
import { Credentials } from './credentials/credentials.js';
import { CredentialsError, type ProvideCredentials } from './credentials/provide.js';
import { type ErrorKind, HwtasksError, invalidInput } from './error.js';
import {
  clockSkew,
  decide,
  isSignatureRefused,
  type Next,
  type RetryPolicy,
  type Tried,
} from './retry.js';
import { after, inTime, type TimeSource } from './time.js';

/** What sends a request: `fetch`, or something like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How an attempt ended: what `onAttempt` is told. Holds no header, body or secret. */
export interface AttemptEvent {
  /** The operation, by its `operationId`. */
  readonly operation: string;
  /** Which attempt of the call it was, counted from 1. */
  readonly attempt: number;
  /** How long it took, in milliseconds. */
  readonly duration: number;
  /** The HTTP status, when an answer came. */
  readonly status: number | undefined;
  /** The request's ID, where the answer has one. */
  readonly requestId: string | undefined;
  /** What kind of error it was, when no answer came. */
  readonly error: ErrorKind | undefined;
  /** Whether another attempt follows. */
  readonly again: boolean;
}

/** What every call of a client shares. */
export interface Transport {
  readonly fetch: Fetch;
  /** `undefined` sends requests without authorization. */
  readonly provider: ProvideCredentials | undefined;
  readonly time: TimeSource;
  readonly retry: Required<RetryPolicy>;
  readonly limits: Limits;
  readonly userAgent: string;
  readonly onAttempt?: ((event: AttemptEvent) => void) | undefined;
  /** How far the service's clock is ahead of ours, in milliseconds, once it has said so. */
  clockSkew: number;
}

/** What a request may take. */
export interface Limits {
  /** How many milliseconds an attempt may take. */
  readonly attempt: number;
  /** How many milliseconds a call may take with all its attempts. */
  readonly call: number;
  /** The largest body that is read, in bytes. */
  readonly body: number;
}

/** A request, as yet without authorization. */
export interface Outgoing {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What bounds a call from outside. */
export interface Bounds {
  /** When the call must have ended, by the transport's clock. */
  readonly deadline?: number | undefined;
  /** The caller's signal. */
  readonly signal?: AbortSignal | undefined;
}

/** What an attempt used. */
interface Used {
  credentials?: Credentials | undefined;
  /** Whether the request was sent. */
  isSent?: boolean;
}

/** How a call ended. */
interface Outcome {
  readonly outcome: ResponseInfo | HwtasksError;
  readonly attempts: number;
  /** How far the service's clock was ahead of ours, when it refused a signature for its date. */
  readonly skew?: number | undefined;
}

/**
 * One call. The one place that sends: every operation of both services, and whatever is asked of IAM
 * and of the metadata service, goes through {@link Call.send}.
 */
export class Call {
  readonly operation: string;
  readonly transport: Transport;
  readonly signal: AbortSignal | undefined;
  readonly #deadline: number;

  constructor(operation: string, transport: Transport, bounds: Bounds = {}) {
    const { deadline = Number.POSITIVE_INFINITY, signal } = bounds;
    this.operation = operation;
    this.transport = transport;
    this.signal = signal;
    if (signal !== undefined) platform.allowListeners?.(signal);
    this.#deadline = Math.min(deadline, transport.time.elapsed() + transport.limits.call);
  }

  /** A call that this one needs first, and that others may share: it has a timeout of its own. */
  first(operation: string): Call {
    return new Call(operation, this.transport);
  }

  /** How many milliseconds the call has left. */
  left(): number {
    return Math.max(0, this.#deadline - this.transport.time.elapsed());
  }

  /** Names the operation in an error that comes before or after its request. */
  async check<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HwtasksError)) throw error;
      throw HwtasksError.amend(error, { operation: this.operation });
    }
  }

  /** Valid credentials, fetched in the time the call has left; `undefined` when requests go without. */
  async credentials(): Promise<Credentials | undefined> {
    const { provider } = this.transport;
    if (provider === undefined) return undefined;
    try {
      return await abortable(provided(provider, this.left()), this.signal);
    } catch (thrown) {
      if (thrown instanceof HwtasksError && thrown.isAborted) throw thrown;
      const error = CredentialsError.of(thrown);
      const { namesProviders, isTransient } = CredentialsError.whyOf(error);
      const text = `no credentials: ${namesProviders ? '' : `${provider.name}: `}${error.message}`;
      throw new HwtasksError({ kind: 'Credentials', text, cause: error, isTransient });
    }
  }

  /** Sends a request and reads its answer, of whatever status. */
  send<T>(request: Outgoing, read: (answer: ResponseInfo) => T): Promise<T> {
    return this.check(async () => {
      const { outcome, attempts, skew } = await this.#attempts(request);
      try {
        if (outcome instanceof HwtasksError) throw outcome;
        return read(outcome);
      } catch (error) {
        if (!(error instanceof HwtasksError)) throw error;
        throw HwtasksError.amend(error, { attempts, clockSkew: skew });
      }
    });
  }

  /** Attempts until one is the outcome, or the call's time is up. */
  async #attempts(request: Outgoing): Promise<Outcome> {
    const { time, retry, provider } = this.transport;
    const tried: Tried = { reclocked: undefined, renewed: false };
    let refusal: ResponseInfo | undefined;
    for (let attempts = 1; ; attempts += 1) {
      const started = time.elapsed();
      const used: Used = {};
      const outcome = await this.#outcome(request, attempts, used);
      const now = time.now();
      const next = decide(retry, attempts, tried, outcome, now, now + this.transport.clockSkew);
      const wait = waitOf(next);
      const again = wait !== undefined && wait < this.left();
      this.#report(outcome, attempts, time.elapsed() - started, again);
      if (next.do === 'reclock') {
        tried.reclocked = this.transport.clockSkew;
        this.transport.clockSkew = next.skew;
      }
      if (next.do === 'renew') {
        tried.renewed = true;
        if (used.credentials !== undefined) provider?.forget?.(used.credentials);
      }
      const failed = outcome instanceof HwtasksError;
      if (!again) {
        const skew = failed ? undefined : this.#checkReclocked(tried, outcome, now);
        // Why it was attempted again says more than that the time was up, which timers count in whole
        // milliseconds.
        const isLate = failed && outcome.isTimeout && this.left() < 1;
        if (isLate && refusal !== undefined) return { outcome: refusal, attempts, skew };
        return { outcome, attempts: attempts - (used.isSent ? 0 : 1), skew };
      }
      if (!failed) refusal = outcome;
      if (wait > 0) await time.sleep(wait, this.signal);
      if (this.signal?.aborted) return { outcome: abortedError(this.signal), attempts };
    }
  }

  /**
   * How far the clock is off, when that is why the last signature was refused, too.
   *
   * The service's clock was no help then, and may not have been its own: what was signed with before
   * is taken up again.
   */
  #checkReclocked(tried: Tried, answer: ResponseInfo, now: number): number | undefined {
    if (tried.reclocked === undefined || !isSignatureRefused(answer)) return undefined;
    this.transport.clockSkew = tried.reclocked;
    return clockSkew(answer, now);
  }

  async #outcome(
    request: Outgoing,
    attempts: number,
    used: Used,
  ): Promise<ResponseInfo | HwtasksError> {
    try {
      return await this.#attempt(request, attempts, used);
    } catch (error) {
      if (error instanceof HwtasksError) return error;
      throw error;
    }
  }

  async #attempt(request: Outgoing, attempts: number, used: Used): Promise<ResponseInfo> {
    if (this.signal?.aborted) throw abortedError(this.signal);
    const { fetch, limits, userAgent } = this.transport;
    used.credentials = await this.credentials();
    const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
    if (platform.sendsUserAgent) headers['user-agent'] = userAgent;
    let { url } = request;
    if (used.credentials !== undefined) {
      const authorized = await this.#authorize(request, used.credentials);
      url = authorized.url;
      Object.assign(headers, authorized.headers);
    }
    // What is sent must be, byte for byte, what was signed.
    if (new URL(url).href !== url) throw invalidInput('the URL would be sent in another spelling');

    const controller = new AbortController();
    const abort = () => controller.abort();
    this.signal?.addEventListener('abort', abort);
    let isLate = false;
    // What is left once the credentials are there.
    const stop = after(Math.min(this.left(), limits.attempt), () => {
      isLate = true;
      abort();
    });
    try {
      used.isSent = true;
      const response = await fetch(url, {
        ...platform.requestInit,
        method: request.method ?? 'GET',
        headers,
        ...(request.body !== undefined && { body: request.body }),
        // One to another host would carry the secrets there.
        redirect: 'manual',
        signal: controller.signal,
      });
      const raw = await read(response, limits.body);
      const { status, headers: answered } = response;
      const requestId = answered.get('x-request-id') || undefined;
      return { status, headers: answered, requestId, raw, attempts };
    } catch (error) {
      // Whatever is left of the answer is not waited for.
      abort();
      if (this.signal?.aborted) throw abortedError(this.signal);
      if (error instanceof HwtasksError) throw error;
      throw transportError(error, isLate);
    } finally {
      stop();
      this.signal?.removeEventListener('abort', abort);
    }
  }

  async #authorize(request: Outgoing, credentials: Credentials) {
    const secrets = Credentials.secretsOf(credentials);
    if ('token' in secrets) {
      if (secrets.token === '') throw invalidInput('the token is empty');
      return { url: request.url, headers: { 'x-auth-token': header(secrets.token, 'token') } };
    }
    const { sign } = platform;
    if (sign === undefined) {
      throw invalidInput(
        'keys do not belong in a browser, where everybody can read them: give a token',
      );
    }
    const { secretKey, securityToken } = secrets;
    if (securityToken !== undefined) header(securityToken, 'security token');
    const keys = { accessKey: credentials.accessKey ?? '', secretKey, securityToken };
    const time = new Date(this.transport.time.now() + this.transport.clockSkew);
    const signing = { method: request.method ?? 'GET', url: request.url, body: request.body ?? '' };
    try {
      const { url, headers } = await sign(signing, keys, time);
      // The URL says the host, and says it as it was signed.
      const { Host: _, ...others } = headers;
      return { url, headers: others };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw invalidInput(`the request cannot be signed: ${error.message}`);
    }
  }

  #report(
    outcome: ResponseInfo | HwtasksError,
    attempt: number,
    duration: number,
    again: boolean,
  ): void {
    const { onAttempt } = this.transport;
    if (onAttempt === undefined) return;
    const { status, requestId } = outcome;
    const error = outcome instanceof HwtasksError ? outcome.kind : undefined;
    const event = { operation: this.operation, attempt, duration, status, requestId, error, again };
    // Whether it throws or promises: who watches a call does not end it.
    (async () => onAttempt(event))().catch(() => {});
  }
}

/** What a provider gives in this time. */
async function provided(provider: ProvideCredentials, within: number): Promise<Credentials> {
  const ask = async () => provider.provide();
  const nothing = () => undefined;
  const asked = ask();
  const given = await inTime(asked, within / 2, nothing);
  if (given !== undefined) return given;
  // It may be renewing early: what it still keeps comes at once, and leaves time for the request.
  const kept = await inTime(ask().catch(nothing), 0, nothing);
  if (kept !== undefined) return kept;
  return inTime(asked, within / 2, () => {
    throw CredentialsError.slow(within);
  });
}

/** How many milliseconds to wait before the next attempt; `undefined` when there is none. */
function waitOf(next: Next): number | undefined {
  if (next.do === 'done') return undefined;
  return next.do === 'wait' ? next.millis : 0;
}

async function read(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    const { value, done } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      const text = `the answer is larger than the body limit of ${limit} bytes; see the option bodyLimit`;
      throw new HwtasksError({ kind: 'BodyTooLarge', text });
    }
    chunks.push(value);
  }
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** A secret as the value of a header; `fetch` would show one it refuses. */
function header(value: string, what: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value;
  throw invalidInput(`the ${what} has characters no header can carry`);
}

/** Codes by which Node.js says that there was no connection. */
const NO_CONNECTION =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT|CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;
const NO_ANSWER_IN_TIME = /^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/;

function transportError(cause: unknown, isLate: boolean): HwtasksError {
  const codes = codesOf(cause);
  const connect = !isLate && codes.some((code) => NO_CONNECTION.test(code));
  const timeout = isLate || codes.some((code) => NO_ANSWER_IN_TIME.test(code));
  const text = timeout
    ? 'no answer in time'
    : connect
      ? 'cannot connect to the endpoint'
      : codes.length > 0
        ? 'the connection broke before the answer was complete'
        : 'no answer, or not the whole of it';
  return new HwtasksError({ kind: 'Transport', text, cause, failure: { timeout, connect } });
}

/** The codes of an error and of what caused it. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const { code, errors = [] } = error as { code?: unknown; errors?: unknown[] };
  const causes = [error.cause, ...errors].flatMap((cause) => codesOf(cause, depth + 1));
  return typeof code === 'string' ? [code, ...causes] : causes;
}
