import { platform } from '#platform';
import { after, type Clock } from '../body/time.js';
import type { Credentials } from '../credentials/credentials.js';
import { CredentialsError, type CredentialsProvider } from '../credentials/provide.js';
import { asHwtasksError, type ErrorKind, HwtasksError, invalidInput } from '../errors.js';
import { abortable, abortedError } from './abort.js';
import { authorize, provideWithin } from './authorize.js';
import type { OutgoingRequest, SignRequest } from './outgoing.js';
import type { ResponseInfo } from './response.js';
import {
  type AuthRecovery,
  clockSkew,
  isSignatureRejected,
  nextAction,
  type RetryAction,
  type RetryPolicy,
} from './retry.js';

const TIMED_OUT = { text: 'no response in time', timeout: true, connect: false };

/** What sends a request: `fetch`, or something like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The end of an attempt, as `onAttempt` receives it. Holds no header, body or secret. */
export interface AttemptEvent {
  /** The operation, by its `operationId`. */
  readonly operation: string;
  /** Number of the attempt within its call, counted from 1. */
  readonly attempt: number;
  /** Duration of the attempt in milliseconds. */
  readonly duration: number;
  /** The HTTP status; `undefined` without a response. */
  readonly status: number | undefined;
  /** The request ID, if the response has one. */
  readonly requestId: string | undefined;
  /** The kind of error; `undefined` with a response. */
  readonly error: ErrorKind | undefined;
  /** Whether the client makes another attempt. */
  readonly willRetry: boolean;
}

/** What every call of a client shares. */
export interface Transport {
  readonly fetch: Fetch;
  /** `undefined` sends requests without authorization. */
  readonly provider: CredentialsProvider | undefined;
  readonly clock: Clock;
  readonly retry: Required<RetryPolicy>;
  readonly limits: Limits;
  /** `undefined` where keys are refused. */
  readonly signRequest?: SignRequest | undefined;
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

/** What bounds a call from outside. */
export interface Bounds {
  /** When the call must have ended, by the transport's clock. */
  readonly deadline?: number | undefined;
  /** The caller's signal. */
  readonly signal?: AbortSignal | undefined;
}

/** What an attempt used. */
interface AttemptContext {
  credentials?: Credentials | undefined;
  /** The clock skew that was signed with, which another call may have changed since. */
  skew: number;
  /** Whether the request was sent. */
  isSent?: boolean;
}

/** How a call ended. */
interface CallOutcome {
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
    this.#deadline = Math.min(deadline, transport.clock.elapsed() + transport.limits.call);
  }

  /** A call that this one needs first, and that others may share: it has a timeout of its own. */
  prerequisite(operation: string): Call {
    return new Call(operation, this.transport);
  }

  /** How many milliseconds the call has left. */
  remaining(): number {
    return Math.max(0, this.#deadline - this.transport.clock.elapsed());
  }

  /** Names the operation in an error that comes before or after its request. */
  async annotate<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw HwtasksError.withDetails(asHwtasksError(error), { operation: this.operation });
    }
  }

  /** Valid credentials, fetched in the time the call has left; `undefined` when requests go without. */
  async credentials(): Promise<Credentials | undefined> {
    const { provider } = this.transport;
    if (provider === undefined) return undefined;
    try {
      return await abortable(provideWithin(provider, this.remaining()), this.signal);
    } catch (thrown) {
      if (thrown instanceof HwtasksError && thrown.isAborted) throw thrown;
      const error = CredentialsError.from(thrown);
      const { namesProviders, isRetryable } = CredentialsError.detailsOf(error);
      const text = `no credentials: ${namesProviders ? '' : `${provider.name}: `}${error.message}`;
      throw new HwtasksError({ kind: 'Credentials', text, cause: error, isRetryable });
    }
  }

  /** Sends a request and reads its answer, of whatever status. */
  send<T>(request: OutgoingRequest, read: (answer: ResponseInfo) => T): Promise<T> {
    return this.annotate(async () => {
      const { outcome, attempts, skew } = await this.#attempts(request);
      try {
        if (outcome instanceof HwtasksError) throw outcome;
        return read(outcome);
      } catch (error) {
        throw HwtasksError.withDetails(asHwtasksError(error), { attempts, clockSkew: skew });
      }
    });
  }

  /** Attempts until one is the outcome, or the call's time is up. */
  async #attempts(request: OutgoingRequest): Promise<CallOutcome> {
    const { clock, retry, provider } = this.transport;
    const tried: AuthRecovery = { formerClockSkew: undefined, credentialsRefreshed: false };
    let refusal: ResponseInfo | undefined;
    for (let attempts = 1; ; attempts += 1) {
      const started = clock.elapsed();
      const used: AttemptContext = { skew: this.transport.clockSkew };
      const outcome = await this.#attempt(request, attempts, used).catch(asHwtasksError);
      const now = clock.now();
      const next = nextAction(retry, attempts, tried, outcome, now, now + used.skew);
      const wait = waitOf(next);
      const willRetry = wait !== undefined && wait < this.remaining();
      this.#report(outcome, attempts, clock.elapsed() - started, willRetry);
      if (next.do === 'reclock') {
        tried.formerClockSkew = used.skew;
        this.transport.clockSkew = next.skew;
      }
      if (next.do === 'renew') {
        tried.credentialsRefreshed = true;
        if (used.credentials !== undefined) provider?.invalidate?.(used.credentials);
      }
      const failed = outcome instanceof HwtasksError;
      if (!willRetry) {
        const skew = failed ? undefined : this.#checkReclocked(tried, outcome, now);
        // Why it was attempted again says more than that the time was up, which timers count in whole
        // milliseconds.
        const isLate = failed && outcome.isTimeout && this.remaining() < 1;
        if (isLate && refusal !== undefined) return { outcome: refusal, attempts, skew };
        return { outcome, attempts: attempts - (used.isSent ? 0 : 1), skew };
      }
      if (!failed && next.do === 'wait') refusal = outcome;
      if (wait > 0) await clock.sleep(wait, this.signal);
      if (this.signal?.aborted) return { outcome: abortedError(this.signal), attempts };
    }
  }

  /**
   * How far the clock is off, when that is why the last signature was refused, too.
   *
   * The service's clock was no help then, and may not have been its own: what was signed with before
   * is taken up again.
   */
  #checkReclocked(tried: AuthRecovery, answer: ResponseInfo, now: number): number | undefined {
    if (tried.formerClockSkew === undefined || !isSignatureRejected(answer)) return undefined;
    this.transport.clockSkew = tried.formerClockSkew;
    return clockSkew(answer, now);
  }

  async #attempt(
    request: OutgoingRequest,
    attempts: number,
    used: AttemptContext,
  ): Promise<ResponseInfo> {
    if (this.signal?.aborted) throw abortedError(this.signal);
    const { fetch, limits, userAgent } = this.transport;
    used.credentials = await this.credentials();
    const sent: Record<string, string> = { accept: 'application/json', ...request.headers };
    if (platform.sendsUserAgent) sent['user-agent'] = userAgent;
    let { url } = request;
    if (used.credentials !== undefined) {
      // Credentials may have taken a while.
      used.skew = this.transport.clockSkew;
      const signed = new Date(this.transport.clock.now() + used.skew);
      const authorized = await authorize(
        request,
        used.credentials,
        signed,
        this.transport.signRequest,
      );
      url = authorized.url;
      Object.assign(sent, authorized.headers);
    }
    // What is sent must be, byte for byte, what was signed.
    if (new URL(url).href !== url) throw invalidInput('the URL would be sent in another spelling');

    const controller = new AbortController();
    const abort = () => controller.abort();
    this.signal?.addEventListener('abort', abort);
    let isLate = false;
    // What is left once the credentials are there.
    const stop = after(Math.min(this.remaining(), limits.attempt), () => {
      isLate = true;
      abort();
    });
    try {
      used.isSent = true;
      const response = await fetch(url, {
        ...platform.requestInit,
        method: request.method ?? 'GET',
        headers: sent,
        ...(request.body !== undefined && { body: request.body }),
        // One to another host would carry the secrets there.
        redirect: 'manual',
        signal: controller.signal,
      });
      const rawBody = await read(response, limits.body);
      const { status, headers } = response;
      const requestId = headers.get('x-request-id') || undefined;
      return { status, headers, requestId, rawBody, attempts };
    } catch (error) {
      // Whatever is left of the answer is not waited for.
      abort();
      if (this.signal?.aborted) throw abortedError(this.signal);
      if (error instanceof HwtasksError) throw error;
      const { text, ...failure } = isLate ? TIMED_OUT : platform.failureOf(error);
      throw new HwtasksError({ kind: 'Transport', text, cause: error, failure });
    } finally {
      stop();
      this.signal?.removeEventListener('abort', abort);
    }
  }

  #report(
    outcome: ResponseInfo | HwtasksError,
    attempt: number,
    duration: number,
    willRetry: boolean,
  ): void {
    const { onAttempt } = this.transport;
    if (onAttempt === undefined) return;
    const { status, requestId } = outcome;
    const error = outcome instanceof HwtasksError ? outcome.kind : undefined;
    const event = {
      operation: this.operation,
      attempt,
      duration,
      status,
      requestId,
      error,
      willRetry,
    };
    // Whether it throws or promises: who watches a call does not end it.
    (async () => onAttempt(event))().catch(() => {});
  }
}

/** How many milliseconds to wait before the next attempt; `undefined` when there is none. */
function waitOf(next: RetryAction): number | undefined {
  if (next.do === 'done') return undefined;
  return next.do === 'wait' ? next.millis : 0;
}

async function read(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    const { value, done } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      const text = `the body is larger than the option bodyLimit, ${limit} bytes`;
      throw new HwtasksError({ kind: 'BodyTooLarge', text });
    }
    chunks.push(value);
  }
  const [only, ...others] = chunks;
  if (only !== undefined && others.length === 0) return only;
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
