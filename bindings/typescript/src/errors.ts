import { codeOf, messageOf, readErrorResponse, requestIdIn } from './body/error-response.js';
import { oneLine } from './body/one-line.js';
import { checks } from './config/checks.js';
import type { ErrorResponse, Task } from './generated/types.js';
import { isGatewayCode, isRetried, type RefusalReason } from './http/classify.js';
import type { ResponseInfo } from './http/response.js';
import { retryAfter } from './http/retry-after.js';

/** How many bytes of a body an error keeps. */
const MAX_KEPT_BODY = 64 * 1024;

/**
 * Broad category of a {@link HwtasksError}. New kinds may be added.
 *
 * - `InvalidInput`: an argument or the configuration is invalid; nothing was sent
 * - `Credentials`: no provider has usable credentials; nothing was sent
 * - `Transport`: no complete response: no connection, a broken connection, or a timeout
 * - `Api`: the service or the gateway returned an error status
 * - `Decode`: the service returned success, and the body is not what the document describes
 * - `BodyTooLarge`: the response is larger than the body limit
 * - `Unexpected`: a status that is neither the documented success nor an error, or a body that does
 *   not match the request
 * - `TaskFailed`: the task ended as FAILED, CANCELLED or DELETED during a wait
 * - `TaskNotFound`: the task was missing for longer than the grace period of a wait
 * - `WaitTimedOut`: the timeout of a wait passed before the task ended
 * - `Aborted`: the signal of the caller was aborted
 */
export type ErrorKind =
  | 'InvalidInput'
  | 'Credentials'
  | 'Transport'
  | 'Api'
  | 'Decode'
  | 'BodyTooLarge'
  | 'Unexpected'
  | 'TaskFailed'
  | 'TaskNotFound'
  | 'WaitTimedOut'
  | 'Aborted';

/** The details of an error. */
export interface ErrorInit {
  kind: ErrorKind;
  text: string;
  operation?: string | undefined;
  attempts?: number;
  /** How far the clock of the service is ahead of ours in milliseconds, if that is the cause. */
  clockSkew?: number | undefined;
  response?: ResponseInfo | undefined;
  /** The decoded error body. */
  body?: ErrorResponse | undefined;
  /** The path of the value that did not decode. */
  path?: string | undefined;
  task?: object | undefined;
  cause?: unknown;
  /** How to fix the configuration. */
  help?: string | undefined;
  /** Whether the credentials are unavailable now, and may be available later. */
  isRetryable?: boolean | undefined;
  /** The cause of a request without a complete response. */
  failure?: { timeout: boolean; connect: boolean };
}

/**
 * The error of a call, or of creating a client; the only class of error that the client throws.
 *
 * `message` is one line: what happened, and where. `cause` is the error behind it. The predicates say
 * what to do about the error.
 *
 * | condition | kind | predicate | retried? |
 * | --- | --- | --- | --- |
 * | an argument or the configuration is invalid | `InvalidInput` | | no |
 * | no provider has usable credentials | `Credentials` | `isCredentials` | no |
 * | no connection | `Transport` | `isConnectionError` | yes |
 * | the connection broke before or during the response | `Transport` | | yes |
 * | no response in time, or a slow response body | `Transport` | `isTimeout` | yes |
 * | 400 | `Api` | `isBadRequest` | no |
 * | 401 | `Api` | `isUnauthorized` | no |
 * | 401: the signature is expired | `Api` | `isUnauthorized` | once, with the time of the service |
 * | 401: the provider now has other credentials | `Api` | `isUnauthorized` | once, with these |
 * | 403 | `Api` | `isForbidden` | no |
 * | 404 | `Api` | `isNotFound` | no |
 * | 429 | `Api` | `isThrottled` | yes, after `Retry-After` |
 * | 408 | `Api` | | yes, after `Retry-After` |
 * | 500, 502, 503, 504 | `Api` | `isServerError` | yes, after `Retry-After` |
 * | any other 4xx | `Api` | | no |
 * | any other 5xx | `Api` | `isServerError` | no |
 * | a success whose body is empty, truncated or not UTF-8 | `Decode` | `isDecode` | no |
 * | a body larger than the limit, compressed or not | `BodyTooLarge` | | no |
 * | a redirect; the client follows none | `Unexpected` | | no |
 * | an unexpected content type or `Date` | no error: only the body counts | | no |
 * | the `signal` of the caller was aborted | `Aborted` | `isAborted` | no |
 *
 * Retries follow the {@link RetryPolicy}. No attempt starts after the timeout of the call.
 *
 * @example
 * ```ts
 * try {
 *   const task = await client.kafka.show(instance, id);
 *   console.log(task.status);
 * } catch (error) {
 *   if (error instanceof HwtasksError && error.isNotFound) console.log('no such task');
 *   else throw error;
 * }
 * ```
 */
export class HwtasksError extends Error {
  /** `AbortError` when the signal of the caller was aborted, `HwtasksError` otherwise. */
  override readonly name: string;
  /** Broad category of the error. */
  declare readonly kind: ErrorKind;
  /** The `operationId` of the operation that failed; `undefined` for an error before a call. */
  declare readonly operation: string | undefined;
  /** Number of attempts of the last call; 0 when nothing was sent. */
  declare readonly attempts: number;
  /** The HTTP status; `undefined` without a response. */
  declare readonly status: number | undefined;
  /** The error code of the service (`DCS.4070`), the gateway (`APIGW.0301`) or IAM (`401`). */
  declare readonly code: string | undefined;
  /**
   * The request ID, from the body or else the header `X-Request-Id`. Include it when you ask Huawei
   * Cloud for help.
   */
  declare readonly requestId: string | undefined;

  readonly #details: ErrorInit;

  /** @internal */
  constructor(init: ErrorInit, from?: HwtasksError) {
    super(line(init), init.cause === undefined ? undefined : { cause: init.cause });
    this.#details = init;
    this.name = init.kind === 'Aborted' ? 'AbortError' : 'HwtasksError';
    const { kind, operation, attempts = 0, response, body } = init;
    const shown = {
      kind,
      operation,
      attempts,
      status: response?.status,
      code: codeOf(body),
      requestId: requestIdIn(body) ?? response?.requestId,
    };
    for (const [key, value] of Object.entries(shown)) {
      // `console.log` shows only known values.
      Object.defineProperty(this, key, { value, enumerable: value !== undefined });
    }
    const frames = framesOf(from ?? this);
    if (frames !== undefined) this.stack = `${this.name}: ${this.message}${frames}`;
  }

  /** Returns the error with more details. @internal */
  static withDetails(error: HwtasksError, init: Partial<ErrorInit>): HwtasksError {
    return new HwtasksError({ ...error.#details, ...init }, error);
  }

  /** Returns the error with a prefix of its message. @internal */
  static withContext(what: string, error: HwtasksError): HwtasksError {
    return HwtasksError.withDetails(error, { text: `${what}: ${error.#details.text}` });
  }

  /** Why the gateway refused the request (401); `undefined` when it does not say. */
  get reason(): RefusalReason | undefined {
    return this.#has(401) ? checks.current?.refusal(this.#details.body)?.reason : undefined;
  }

  /** The error message of the service. */
  get serviceMessage(): string | undefined {
    return messageOf(this.#details.body);
  }

  /** How to fix the configuration, also at the end of {@link message}; `undefined` without advice. */
  get help(): string | undefined {
    return this.#details.help;
  }

  /** The first 64 KiB of the raw body; `undefined` without a response. */
  get body(): Uint8Array | undefined {
    return this.#details.response?.rawBody;
  }

  /** The headers of the response; `undefined` without a response. */
  get headers(): Headers | undefined {
    return this.#details.response?.headers;
  }

  /** The decoded error body; `undefined` when it is not a JSON object. */
  get response(): ErrorResponse | undefined {
    return this.#details.body;
  }

  /**
   * The path of the value that did not decode, such as `tasks[0].details.old_port`. `undefined` for
   * the whole body, and for other kinds of error.
   */
  get path(): string | undefined {
    return this.#details.path;
  }

  /**
   * How far the clock of the service is ahead of this machine's, in milliseconds. Set only when the
   * service rejected the date of the signature, and rejected the corrected date too.
   */
  get clockSkew(): number | undefined {
    return this.#details.clockSkew;
  }

  /** The task as last seen by the wait that ended in this error. */
  get task(): Task | undefined {
    return this.#details.task as Task | undefined;
  }

  /**
   * The project, instance or task does not exist (404), or the task of a wait did not appear.
   *
   * Check the project ID and the region: an instance of another region or project is not found.
   */
  get isNotFound(): boolean {
    return this.#has(404) || this.kind === 'TaskNotFound';
  }

  /**
   * The service throttled the call (429, or `APIGW.0308`).
   *
   * The client has already retried as the retry policy allows. Wait for the time in the header
   * `Retry-After` of {@link headers}, if it is present, and call less often.
   */
  get isThrottled(): boolean {
    return this.#has(429) || isGatewayCode(this.code, '0308');
  }

  /**
   * The service rejected the token or the signature (401).
   *
   * {@link reason} says what was refused, if the gateway does. More than five refusals lock an access
   * key for five minutes, so the client sends nothing for five minutes once the service has refused its
   * credentials twice: its calls throw the same error, after 0 {@link attempts}. To go on at once
   * with corrected keys, create a new client.
   */
  get isUnauthorized(): boolean {
    return this.#has(401);
  }

  /**
   * The user lacks a permission (403).
   *
   * Grant the permission `dcs:instance:getBackgroundTask` or `dms:instance:getBackgroundTask`.
   */
  get isForbidden(): boolean {
    return this.#has(403);
  }

  /**
   * The service rejected the request as invalid (400).
   *
   * {@link serviceMessage} names the parameter. The options document the ranges.
   */
  get isBadRequest(): boolean {
    return this.#has(400);
  }

  /**
   * The service or the gateway failed (5xx).
   *
   * Try again later. If the failure persists, open a ticket with the request ID.
   */
  get isServerError(): boolean {
    const { kind, status = 0 } = this;
    return kind === 'Api' && status >= 500 && status <= 599;
  }

  /** The service did not respond in time. Raise the timeout, or check the network path to it. */
  get isTimeout(): boolean {
    return this.#details.failure?.timeout ?? false;
  }

  /**
   * The client could not connect; nothing was sent. Check the endpoint, its region, the proxy and DNS.
   * Always false in a browser, which reports neither a failed connection nor a rejection by CORS.
   */
  get isConnectionError(): boolean {
    return this.#details.failure?.connect ?? false;
  }

  /**
   * The service returned success, and the body does not decode.
   *
   * The message names the position in the body; {@link body} is the raw body. Check whether a proxy
   * responded in place of the service.
   */
  get isDecode(): boolean {
    return this.kind === 'Decode';
  }

  /**
   * The same call may succeed later. Includes every failure that the client itself retries, and
   * credentials whose source was unreachable. A {@link Wait} continues after it.
   *
   * Call again later, or raise the maximum attempts of the {@link RetryPolicy}.
   */
  get isRetryable(): boolean {
    const { kind, status } = this;
    return kind === 'Api' ? isRetried(status) : kind === 'Transport' || !!this.#details.isRetryable;
  }

  /** No provider has usable credentials. The message names each provider, and why it has none. */
  get isCredentials(): boolean {
    return this.kind === 'Credentials';
  }

  /**
   * The task of a wait ended as FAILED, CANCELLED or DELETED; {@link task} is that task.
   *
   * The `params` and `details` of a task say what it was to change. The API does not report why it
   * failed; see the Huawei Cloud console.
   */
  get isTaskFailed(): boolean {
    return this.kind === 'TaskFailed';
  }

  /**
   * The timeout of a wait passed before the task ended; {@link task} is the task as last seen.
   *
   * The task keeps running. Wait for it again, or raise the timeout of the wait.
   */
  get isWaitTimedOut(): boolean {
    return this.kind === 'WaitTimedOut';
  }

  /** The `signal` of the call was aborted; `cause` is its reason. */
  get isAborted(): boolean {
    return this.kind === 'Aborted';
  }

  #has(status: number): boolean {
    return this.kind === 'Api' && this.status === status;
  }

  /**
   * How many milliseconds the service asks to wait (`Retry-After`); `undefined` without a readable
   * header. A date counts from the header `Date`, or else from the clock of the system.
   */
  get retryAfter(): number | undefined {
    return this.headers && retryAfter(this.headers, Date.now());
  }

  /** The details of the error, without headers and body. */
  toJSON(): Pick<
    HwtasksError,
    | 'name'
    | 'message'
    | 'kind'
    | 'operation'
    | 'attempts'
    | 'status'
    | 'code'
    | 'serviceMessage'
    | 'requestId'
  > {
    const { name, message, kind, operation, attempts, status, code, serviceMessage, requestId } =
      this;
    return { name, message, kind, operation, attempts, status, code, serviceMessage, requestId };
  }
}

/** The frames in the stack of an error, after its message. */
function framesOf(error: Error): string | undefined {
  const at = error.stack?.indexOf('\n    at ') ?? -1;
  return at < 0 ? undefined : error.stack?.slice(at);
}

function line({ text, operation, attempts = 0, clockSkew, help }: ErrorInit): string {
  let shown = operation === undefined ? text : `${operation}: ${text}`;
  if (clockSkew !== undefined) {
    const way = clockSkew < 0 ? 'ahead of' : 'behind';
    shown += `; this machine's clock is ${way} the service's by ${Math.trunc(Math.abs(clockSkew) / 1000)} s`;
  }
  if (help !== undefined) shown += `; ${help}`;
  return attempts > 1 ? `${shown} (after ${attempts} attempts)` : shown;
}

/** Narrows an exception to a `HwtasksError`; rethrows any other. */
export function asHwtasksError(thrown: unknown): HwtasksError {
  if (thrown instanceof HwtasksError) return thrown;
  throw thrown;
}

/** Writes milliseconds as seconds, for messages. */
export function seconds(millis: number): string {
  return `${millis / 1000} s`;
}

/** The error of an invalid argument or configuration; nothing was sent. */
export function invalidInput(text: string, help?: string): HwtasksError {
  return new HwtasksError({ kind: 'InvalidInput', text, help });
}

/** The error of a response that does not match the request. */
export function unexpected(response: ResponseInfo, text: string): HwtasksError {
  return new HwtasksError({ kind: 'Unexpected', text, response: withKeptBody(response) });
}

/** The error of a body that is not what the document describes. */
export function decodeError(response: ResponseInfo, place: string, why: string): HwtasksError {
  const at = place && ` at ${oneLine(place)}`;
  const text = `cannot decode the response body${at}: ${oneLine(why)}`;
  return new HwtasksError({
    kind: 'Decode',
    text,
    response: withKeptBody(response),
    path: place || undefined,
  });
}

/** The error of a response without the documented success status. */
export function statusError(response: ResponseInfo): HwtasksError {
  const { status } = response;
  if (status < 400) {
    const what = status === 0 ? 'a redirect' : status;
    const why = `the service returned ${what}, which is neither the documented success nor an error`;
    return unexpected(response, why);
  }
  const body = readErrorResponse(response.rawBody);
  const code = codeOf(body);
  const message = messageOf(body);
  const shown = message === undefined ? excerpt(response) : oneLine(message);
  const text = `the service returned ${status}${code === undefined ? '' : `, ${oneLine(code)}`}: ${shown}`;
  const help = status === 401 ? checks.current?.refusal(body)?.help : undefined;
  return new HwtasksError({ kind: 'Api', text, response: withKeptBody(response), body, help });
}

/** The beginning of a body that is not an error response, on one line. */
function excerpt(response: ResponseInfo): string {
  const text = oneLine(new TextDecoder().decode(response.rawBody));
  if (text === '') return 'the body is empty';
  const kind = response.headers.get('content-type') ?? 'no content type';
  return `the body (${oneLine(kind)}) begins: ${text}`;
}

/** The response with as much of its body as an error keeps. */
export function withKeptBody(response: ResponseInfo): ResponseInfo {
  // A copy: a view would keep the whole body in memory for as long as the error lives.
  return response.rawBody.length > MAX_KEPT_BODY
    ? { ...response, rawBody: response.rawBody.slice(0, MAX_KEPT_BODY) }
    : response;
}
