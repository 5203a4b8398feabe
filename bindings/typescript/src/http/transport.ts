import { platform } from '#platform';
import { after, type Clock } from '../body/time.js';
import type { CallOptions } from '../config/options.js';
import { Credentials } from '../credentials/credentials.js';
import { CredentialsError, type CredentialsProvider } from '../credentials/provide.js';
import { asHwtasksError, type ErrorKind, HwtasksError, invalidInput } from '../errors.js';
import type { Failure } from '../platform/platform.js';
import { abortable, abortedError } from './abort.js';
import { authorize, provideWithin } from './authorize.js';
import type { OutgoingRequest, SignRequest } from './outgoing.js';
import type { ResponseInfo } from './response.js';
import { type RetryAction, type RetryPolicy, retryPolicy } from './retry.js';
import type { AttemptContext, Recovery, Refusals } from './token-recovery.js';

const TIMED_OUT: Failure = { text: 'no response in time', timeout: true, connect: false };

/** Sends a request: `fetch`, or a function with its signature. */
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

/** The state that the calls of a client share. */
export interface Transport {
  readonly fetch: Fetch;
  /** `undefined` sends requests without authorization. */
  readonly provider: CredentialsProvider | undefined;
  readonly clock: Clock;
  readonly retry: Required<RetryPolicy>;
  readonly limits: Limits;
  /** `undefined` where keys are rejected. */
  readonly signRequest?: SignRequest | undefined;
  readonly userAgent: string;
  readonly onAttempt?: ((event: AttemptEvent) => void) | undefined;
  /** What aborts the requests under way. */
  readonly running: Set<() => void>;
  /** Whether the client is closed, and sends no more. */
  isClosed: boolean;
  /** Those of the provider, which its clients share. */
  readonly refusals: Refusals;
  /** Starts the recovery of a call. */
  readonly recovery: (call: Call) => Recovery;
}

/** The limits of a call. */
export interface Limits {
  /** Timeout of an attempt in milliseconds. */
  readonly attempt: number;
  /** Timeout of a call with all its attempts, in milliseconds. */
  readonly call: number;
  /** Maximum size of a response body, in bytes. */
  readonly body: number;
}

/** The bounds of a call that its caller sets. */
export interface Bounds extends CallOptions {
  /**
   * When the call must end, by the clock of the transport. It is a poll of a wait then: a 429 is not
   * retried, but decides when the next poll comes.
   */
  readonly deadline?: number | undefined;
  /** Whether a throttled request is retried here and not by the caller, as without a deadline. */
  readonly retriesThrottled?: boolean;
}

/** The outcome of the last attempt of a call. */
interface CallOutcome {
  readonly outcome: ResponseInfo | HwtasksError;
  readonly attempts: number;
  /** How far the clock of the service is ahead of ours, if it rejected the date of a signature. */
  readonly skew?: number | undefined;
}

/**
 * A call with its retries and its timeout. Every request goes through {@link Call.send}: those of both
 * services, of IAM and of the metadata service.
 */
export class Call {
  readonly operation: string;
  readonly transport: Transport;
  readonly signal: AbortSignal | undefined;
  readonly retry: Required<RetryPolicy>;
  readonly #attemptTimeout: number;
  readonly #deadline: number;
  /** Whether a throttled request is retried here, and not by the caller. */
  readonly retriesThrottled: boolean;

  constructor(operation: string, transport: Transport, bounds: Bounds = {}) {
    const { limits } = transport;
    const { deadline, signal, timeout = limits.call } = bounds;
    // A poll of a wait has a deadline.
    const { retriesThrottled = deadline === undefined } = bounds;
    const end = transport.clock.elapsed() + timeout;
    this.operation = operation;
    this.transport = transport;
    this.signal = signal;
    this.retriesThrottled = retriesThrottled;
    this.retry =
      bounds.retry === undefined ? transport.retry : retryPolicy(bounds.retry, transport.retry);
    this.#attemptTimeout = bounds.attemptTimeout ?? limits.attempt;
    if (signal !== undefined) platform.allowListeners?.(signal);
    this.#deadline = Math.min(deadline ?? end, end);
  }

  /** The milliseconds until the timeout of the call. */
  remaining(): number {
    return Math.max(0, this.#deadline - this.transport.clock.elapsed());
  }

  /** Fetches valid credentials; `undefined` when requests are sent without authorization. */
  async credentials(): Promise<Credentials | undefined> {
    const { provider } = this.transport;
    if (provider === undefined || provider instanceof Credentials) return provider;
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

  /** Sends a request, retries it by the policy, and decodes its response with `read`. */
  async send<T>(request: OutgoingRequest, read: (response: ResponseInfo) => T): Promise<T> {
    const recovery = this.transport.recovery(this);
    let came: CallOutcome | undefined;
    try {
      came = await this.#attempts(request, recovery);
      if (came.outcome instanceof HwtasksError) throw came.outcome;
      return read(came.outcome);
    } catch (error) {
      const { operation } = this;
      const failed = asHwtasksError(error);
      const attempts = came?.attempts ?? failed.attempts;
      const clockSkew = came?.skew ?? failed.clockSkew;
      throw HwtasksError.withDetails(failed, { operation, attempts, clockSkew });
    } finally {
      recovery.stepDown();
    }
  }

  /** Makes attempts until one is the outcome, or the timeout of the call passes. */
  async #attempts(request: OutgoingRequest, recovery: Recovery): Promise<CallOutcome> {
    const { clock } = this.transport;
    /** The last response that the call retried. */
    let retried: ResponseInfo | undefined;
    for (let attempts = 1; ; attempts += 1) {
      const started = clock.elapsed();
      const used: AttemptContext = { skew: this.transport.refusals.clockSkew };
      let result: ResponseInfo | HwtasksError;
      try {
        result = await this.#attempt(request, attempts, used, recovery);
      } catch (error) {
        result = asHwtasksError(error);
      }
      const { action, outcome } = await recovery.after(attempts, result, used);
      const wait = waitOf(action);
      const willRetry = wait !== undefined && wait < this.remaining();
      this.#report(outcome, attempts, clock.elapsed() - started, willRetry);
      const failed = outcome instanceof HwtasksError;
      if (!willRetry) {
        const skew = wait === undefined ? recovery.end(outcome, used) : undefined;
        // The response that caused the retry says more than the timeout. Timers count whole milliseconds.
        const isTimeUp = failed && outcome.isTimeout && this.remaining() < 1;
        if (isTimeUp && retried !== undefined) return { outcome: retried, attempts, skew };
        return { outcome, attempts: attempts - (used.isSent ? 0 : 1), skew };
      }
      if (!failed && action.do === 'retry') retried = outcome;
      if (wait > 0) await clock.sleep(wait, this.signal);
      if (this.signal?.aborted) return { outcome: abortedError(this.signal), attempts };
    }
  }

  async #attempt(
    request: OutgoingRequest,
    attempts: number,
    used: AttemptContext,
    recovery: Recovery,
  ): Promise<ResponseInfo> {
    if (this.signal?.aborted) throw abortedError(this.signal);
    const { fetch, limits, userAgent, running, refusals, clock, signRequest } = this.transport;
    if (this.transport.isClosed) throw invalidInput('the client is closed', 'create a new client');
    used.credentials = await recovery.credentials();
    const sent: Record<string, string> = { accept: 'application/json', ...request.headers };
    if (platform.sendsUserAgent) sent['user-agent'] = userAgent;
    let { url } = request;
    if (used.credentials !== undefined) {
      // After the credentials, whose fetch may take time.
      used.skew = refusals.clockSkew;
      const time = clock.now() + used.skew;
      if (!used.credentials.isToken) used.signed = time;
      const authorized = await authorize(request, used.credentials, new Date(time), signRequest);
      url = authorized.url;
      Object.assign(sent, authorized.headers);
    }
    // The URL must be sent byte for byte as it was signed.
    if (new URL(url).href !== url) throw invalidInput('the URL is not normalized');

    const controller = new AbortController();
    const abort = () => controller.abort();
    this.signal?.addEventListener('abort', abort);
    running.add(abort);
    let isTimedOut = false;
    // After the credentials, which count towards the timeout of the call.
    const stop = after(Math.min(this.remaining(), this.#attemptTimeout), () => {
      isTimedOut = true;
      abort();
    });
    let response: Response | undefined;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    try {
      used.isSent = true;
      response = await fetch(url, {
        ...platform.requestInit,
        method: request.method ?? 'GET',
        headers: sent,
        ...(request.body !== undefined && { body: request.body }),
        // A redirect to another host would receive the secrets.
        redirect: 'manual',
        signal: controller.signal,
      });
      await read(response, limits.body, chunks);
    } catch (error) {
      // Stops reading the rest of the response.
      abort();
      if (this.signal?.aborted) throw abortedError(this.signal);
      if (this.transport.isClosed) {
        throw new HwtasksError({ kind: 'Aborted', text: 'the client was closed', cause: error });
      }
      // The status of an error decides; its body is what could be read.
      if (response === undefined || response.ok) {
        if (error instanceof HwtasksError) throw error;
        const failure = isTimedOut
          ? TIMED_OUT
          : platform.failureOf(error, response !== undefined, url);
        throw new HwtasksError({ kind: 'Transport', ...failure, cause: error, failure });
      }
    } finally {
      stop();
      this.signal?.removeEventListener('abort', abort);
      running.delete(abort);
    }
    const { status, headers } = response;
    const requestId = headers.get('x-request-id') || undefined;
    const [only, second] = chunks;
    const rawBody = only === undefined || second !== undefined ? await joined(chunks) : only;
    return { status, headers, requestId, rawBody, attempts };
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
    // An exception or a rejection of the listener does not end the call.
    (async () => onAttempt(event))().catch(() => {});
  }
}

/** The milliseconds before the next attempt; `undefined` without one. */
function waitOf(action: RetryAction): number | undefined {
  if (action.do === 'stop') return undefined;
  return action.do === 'retry' ? action.millis : 0;
}

/** Reads a body into `chunks`, which hold what came before a failure. */
async function read(
  response: Response,
  limit: number,
  chunks: Uint8Array<ArrayBuffer>[],
): Promise<void> {
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
}

async function joined(chunks: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
