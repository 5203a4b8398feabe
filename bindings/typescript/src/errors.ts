import { codeOf, messageOf, readErrorResponse, requestIdIn } from './body/error-response.js';
import { oneLine } from './body/one-line.js';
import type { Task } from './body/tasks.js';
import type { ErrorResponse } from './generated/dcs/types.gen.js';
import type { ResponseInfo } from './http/response.js';

/** How much of a body an error keeps. */
const MAX_KEPT_BODY = 64 * 1024;

/**
 * What went wrong, roughly; new kinds may be added.
 *
 * - `InvalidInput`: nothing was sent: an argument or the configuration is not valid
 * - `Credentials`: no provider gave credentials; nothing was sent
 * - `Transport`: no answer came: no connection, a broken one, or a timeout
 * - `Api`: the service or the gateway answered with an error status
 * - `Decode`: a success was answered whose body is not what the document describes
 * - `BodyTooLarge`: the answer is larger than the body limit
 * - `Unexpected`: a status that is neither the documented success nor an error, or a body that does
 *   not answer what was asked
 * - `TaskFailed`: the task waited for ended as FAILED, CANCELLED or DELETED
 * - `TaskNotFound`: the task waited for did not appear, or vanished, for longer than the grace period
 * - `WaitTimedOut`: the wait's time was up before the task had ended
 * - `Aborted`: the caller's signal was aborted
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

/** What an error is made of. */
export interface ErrorInit {
  kind: ErrorKind;
  text: string;
  operation?: string | undefined;
  attempts?: number;
  /** How far the service's clock is ahead of ours, in milliseconds, when that was why. */
  clockSkew?: number | undefined;
  answer?: ResponseInfo | undefined;
  response?: ErrorResponse | undefined;
  /** Where in the body the value is that did not decode. */
  path?: string | undefined;
  task?: Task | undefined;
  cause?: unknown;
  /** How to fix the configuration. */
  help?: string | undefined;
  /** Whether the credentials may be had later, which cannot be had now. */
  isRetryable?: boolean | undefined;
  /** How a request failed that got no answer. */
  failure?: { timeout: boolean; connect: boolean };
}

/**
 * What went wrong in a call, or before one: the only class of error this package throws.
 *
 * `message` is one line that says what happened and where; `cause` has the error behind it. The
 * predicates sort errors by what to do about them.
 *
 * | what went wrong | kind | predicate | retried? |
 * | --- | --- | --- | --- |
 * | an argument or the configuration is not valid | `InvalidInput` | | no |
 * | no provider gave credentials | `Credentials` | `isCredentials` | no |
 * | no connection | `Transport` | `isConnectionError` | yes |
 * | the connection broke before or during the response | `Transport` | | yes |
 * | no response in time, or a response body that is too slow | `Transport` | `isTimeout` | yes |
 * | 400 | `Api` | `isBadRequest` | no |
 * | 401 | `Api` | `isUnauthorized` | no |
 * | 401 `APIGW.0303`: the clock is off | `Api` | `isUnauthorized` | once, by the service's clock |
 * | 401 `APIGW.0307`: the token has expired | `Api` | `isUnauthorized` | once, with new credentials |
 * | 403 | `Api` | `isForbidden` | no |
 * | 404 | `Api` | `isNotFound` | no |
 * | 429 | `Api` | `isThrottled` | yes, when `Retry-After` says |
 * | 408 | `Api` | | yes, when `Retry-After` says |
 * | 500, 502, 503, 504 | `Api` | `isServerError` | yes, when `Retry-After` says |
 * | any other 4xx | `Api` | | no |
 * | any other 5xx | `Api` | `isServerError` | no |
 * | a success whose body is empty, truncated or not UTF-8 | `Decode` | `isDecode` | no |
 * | a body larger than the limit, also once decompressed | `BodyTooLarge` | | no |
 * | a redirect, which is never followed | `Unexpected` | | no |
 * | another content type, or another `Date` | none: the body alone counts | | no |
 * | the caller's `signal` was aborted | `Aborted` | `isAborted` | no |
 *
 * Attempts follow the {@link RetryPolicy}, and none begins after the call's timeout.
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
  /** `AbortError` when the caller's signal was aborted, `HwtasksError` otherwise. */
  override readonly name: string;
  /** What went wrong, roughly. */
  declare readonly kind: ErrorKind;
  /** The operation that failed, by its `operationId`; `undefined` before any call. */
  declare readonly operation: string | undefined;
  /** How many attempts were made; 0 when nothing was sent. */
  declare readonly attempts: number;
  /** The HTTP status; `undefined` when no answer came. */
  declare readonly status: number | undefined;
  /** The error code of the service (`DCS.4070`), the gateway (`APIGW.0301`) or IAM (`401`). */
  declare readonly code: string | undefined;
  /**
   * Identifies the request in the logs of the service, from the body or else the header
   * `X-Request-Id`. Name it when you ask Huawei Cloud for help.
   */
  declare readonly requestId: string | undefined;

  readonly #facts: ErrorInit;

  /** @internal */
  constructor(facts: ErrorInit, from?: HwtasksError) {
    super(line(facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.#facts = facts;
    this.name = facts.kind === 'Aborted' ? 'AbortError' : 'HwtasksError';
    const { kind, operation, attempts = 0, answer, response } = facts;
    const shown = {
      kind,
      operation,
      attempts,
      status: answer?.status,
      code: codeOf(response),
      requestId: requestIdIn(response) ?? answer?.requestId,
    };
    for (const [key, value] of Object.entries(shown)) {
      // What is not known is not printed.
      Object.defineProperty(this, key, { value, enumerable: value !== undefined });
    }
    const frames = framesOf(from ?? this);
    if (frames !== undefined) this.stack = `${this.name}: ${this.message}${frames}`;
  }

  /** The same error, with more known about it. @internal */
  static withDetails(error: HwtasksError, facts: Partial<ErrorInit>): HwtasksError {
    return new HwtasksError({ ...error.#facts, ...facts }, error);
  }

  /** The same error, saying in which matter it happened. @internal */
  static withContext(what: string, error: HwtasksError): HwtasksError {
    return HwtasksError.withDetails(error, { text: `${what}: ${error.#facts.text}` });
  }

  /** What the service says went wrong. */
  get serviceMessage(): string | undefined {
    return messageOf(this.#facts.response);
  }

  /** How to fix the configuration, as {@link message} ends; `undefined` when there is no advice. */
  get help(): string | undefined {
    return this.#facts.help;
  }

  /** The body as it came, its first 64 KiB; `undefined` when no answer came. */
  get body(): Uint8Array | undefined {
    return this.#facts.answer?.rawBody;
  }

  /** The headers of the answer; `undefined` when no answer came. */
  get headers(): Headers | undefined {
    return this.#facts.answer?.headers;
  }

  /** The body of the error, decoded; `undefined` when it is not a JSON object. */
  get response(): ErrorResponse | undefined {
    return this.#facts.response;
  }

  /**
   * Where in the body the value stands that did not decode, such as `tasks[0].details.old_port`;
   * `undefined` when it is the whole body, and for an error of another kind.
   */
  get path(): string | undefined {
    return this.#facts.path;
  }

  /**
   * How far the service's clock is ahead of this machine's, in milliseconds, when it refused the
   * signature for its date and signing with the service's clock did not help either.
   */
  get clockSkew(): number | undefined {
    return this.#facts.clockSkew;
  }

  /** The task, as it was last seen: of a wait that ended in this error. */
  get task(): Task | undefined {
    return this.#facts.task;
  }

  /**
   * The project, instance or task does not exist (404), or a task waited for did not appear.
   *
   * Check the project ID and the region: an instance of another region or project is not found.
   */
  get isNotFound(): boolean {
    return this.#has(404) || this.kind === 'TaskNotFound';
  }

  /**
   * The service asks to slow down (429, or `APIGW.0308`).
   *
   * The calls have been repeated as often and as patiently as the retry policy says. Wait for as long
   * as `Retry-After` in {@link headers} says, if it is there, and call less often.
   */
  get isThrottled(): boolean {
    return this.#has(429) || isGatewayCode(this.code, '0308');
  }

  /**
   * The token or the signature was not accepted (401).
   *
   * A token lives for 24 hours; `APIGW.0307` asks for a new one. `APIGW.0303` says that the clock is
   * off by more than 15 minutes. After more than five failures an access key is locked for five
   * minutes.
   */
  get isUnauthorized(): boolean {
    return this.#has(401);
  }

  /**
   * The user may not do this (403).
   *
   * Grant the permission `dcs:instance:getBackgroundTask` or `dms:instance:getBackgroundTask`.
   */
  get isForbidden(): boolean {
    return this.#has(403);
  }

  /**
   * The service refused the request as not valid (400).
   *
   * {@link serviceMessage} names the parameter; the documented ranges are on the options.
   */
  get isBadRequest(): boolean {
    return this.#has(400);
  }

  /**
   * The service or the gateway failed (5xx).
   *
   * Try again later; a failure that lasts is worth a ticket with the request ID.
   */
  get isServerError(): boolean {
    const { kind, status = 0 } = this;
    return kind === 'Api' && status >= 500 && status <= 599;
  }

  /** No answer came in time. Raise the timeout, or look at the path to the endpoint. */
  get isTimeout(): boolean {
    return this.#facts.failure?.timeout ?? false;
  }

  /**
   * No connection was made, so nothing was sent. Check the endpoint, the region in it, the proxy and
   * the name server. A browser does not tell, nor does it tell a refusal by CORS.
   */
  get isConnectionError(): boolean {
    return this.#facts.failure?.connect ?? false;
  }

  /**
   * A success whose body is not what the document describes.
   *
   * The message names the place in the body; {@link body} has what came. A proxy may have answered in
   * place of the service.
   */
  get isDecode(): boolean {
    return this.kind === 'Decode';
  }

  /**
   * A call made later may go well: what is attempted again within a call, too, and credentials whose
   * source could not be reached. A {@link Wait} goes on after it.
   *
   * Call again after a while; the {@link RetryPolicy} says how often a call tries.
   */
  get isRetryable(): boolean {
    const { kind, status } = this;
    return kind === 'Api' ? isRetried(status) : kind === 'Transport' || !!this.#facts.isRetryable;
  }

  /** No provider gave credentials. The message names each that was asked, and why it gave nothing. */
  get isCredentials(): boolean {
    return this.kind === 'Credentials';
  }

  /**
   * The task waited for ended as FAILED, CANCELLED or DELETED; {@link task} has it.
   *
   * A task's `params` and `details` say what it was to change; the console says why it failed.
   */
  get isTaskFailed(): boolean {
    return this.kind === 'TaskFailed';
  }

  /**
   * The wait's time was up before the task had ended; {@link task} has it as it was last seen.
   *
   * The task goes on, and can be waited for again; or raise the wait's timeout.
   */
  get isWaitTimedOut(): boolean {
    return this.kind === 'WaitTimedOut';
  }

  /** The `signal` given with the call was aborted; `cause` has its reason. */
  get isAborted(): boolean {
    return this.kind === 'Aborted';
  }

  #has(status: number): boolean {
    return this.kind === 'Api' && this.status === status;
  }

  /** The facts of the error, without headers and body. */
  toJSON(): Record<string, unknown> {
    const { name, message, kind, operation, attempts, status, code, requestId } = this;
    const { serviceMessage } = this;
    return { name, message, kind, operation, attempts, status, code, serviceMessage, requestId };
  }
}

/** Whether an answer with this status is worth another attempt. */
export function isRetried(status: number | undefined): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status ?? 0);
}

/** Whether a code is this one of the gateway, whose own document and answers differ in the prefix. */
export function isGatewayCode(code: string | undefined, number: string): boolean {
  return code === `APIGW.${number}` || code === `APIG.${number}`;
}

/** Where an error comes from, as its stack says behind the message. */
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

/** What was thrown, if it is ours; anything else is thrown on. */
export function asHwtasksError(thrown: unknown): HwtasksError {
  if (thrown instanceof HwtasksError) return thrown;
  throw thrown;
}

/** Milliseconds as people read them. */
export function seconds(millis: number): string {
  return `${millis / 1000} s`;
}

/** An error of the caller's: nothing was sent. */
export function invalidInput(text: string, help?: string): HwtasksError {
  return new HwtasksError({ kind: 'InvalidInput', text, help });
}

/** The error of a body that does not answer what was asked. */
export function unexpected(answer: ResponseInfo, text: string): HwtasksError {
  return new HwtasksError({ kind: 'Unexpected', text, answer: withKeptBody(answer) });
}

/** The error of a body that is not what the document describes. */
export function decodeError(answer: ResponseInfo, place: string, why: string): HwtasksError {
  const at = place === '' ? '' : ` at ${oneLine(place)}`;
  const text = `cannot decode the response body${at}: ${oneLine(why)}`;
  return new HwtasksError({
    kind: 'Decode',
    text,
    answer: withKeptBody(answer),
    path: place || undefined,
  });
}

/** The error of an answer with another status than the documented success. */
export function statusError(answer: ResponseInfo): HwtasksError {
  const { status } = answer;
  if (status < 400) {
    const what = status === 0 ? 'a redirect' : String(status);
    const why = `the service returned ${what}, which is neither the documented success nor an error`;
    return unexpected(answer, why);
  }
  const response = readErrorResponse(answer.rawBody);
  const code = codeOf(response);
  const message = messageOf(response);
  const shown = message === undefined ? excerpt(answer) : oneLine(message);
  const text = `the service returned ${status}${code === undefined ? '' : `, ${oneLine(code)}`}: ${shown}`;
  return new HwtasksError({ kind: 'Api', text, answer: withKeptBody(answer), response });
}

/** The beginning of a body that is no error response, on one line. */
function excerpt(answer: ResponseInfo): string {
  const text = oneLine(new TextDecoder().decode(answer.rawBody));
  if (text === '') return 'the body is empty';
  const kind = answer.headers.get('content-type') ?? 'no content type';
  return `the body (${oneLine(kind)}) begins: ${text}`;
}

/** The answer with as much of its body as an error keeps. */
export function withKeptBody(answer: ResponseInfo): ResponseInfo {
  // A copy: a view would keep the whole body in memory for as long as the error lives.
  return answer.rawBody.length > MAX_KEPT_BODY
    ? { ...answer, rawBody: answer.rawBody.slice(0, MAX_KEPT_BODY) }
    : answer;
}
