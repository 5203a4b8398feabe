/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** The answer a body came in: what an {@link Answered} body has as `response`. */
export interface ResponseInfo {
  /** The HTTP status. */
  readonly status: number;
  /** The headers of the answer. */
  readonly headers: Headers;
  /** Identifies the request in the logs of the service: the header `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** The bytes of the body as the service sent them. */
  readonly raw: Uint8Array;
}

/**
 * A decoded body, with the answer it came in as `response`.
 *
 * `response` is not enumerable: a body is printed, compared and written as JSON without it.
 */
export type Answered<T extends object> = T & { readonly response: ResponseInfo };

/** The request's ID as the gateway's header names it. */
export function requestIdOf(answer: Answer): string | undefined {
  return answer.headers.get('x-request-id') || undefined;
}

/** Adds the answer to the body that came in it. */
export function answered<T extends object>(body: T, answer: Answer): Answered<T> {
  const response: ResponseInfo = {
    status: answer.status,
    headers: answer.headers,
    requestId: requestIdOf(answer),
    raw: answer.body,
  };
  return Object.defineProperty(body, 'response', { value: response }) as Answered<T>;
}
