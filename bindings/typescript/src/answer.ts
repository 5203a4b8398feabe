/** An answer as it came over the wire: what an {@link Answered} body has as `response`. */
export interface ResponseInfo {
  /** The HTTP status. */
  readonly status: number;
  /** The headers of the answer. */
  readonly headers: Headers;
  /** Identifies the request in the logs of the service: the header `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** The bytes of the body as the service sent them. */
  readonly raw: Uint8Array;
  /** How many attempts it took. */
  readonly attempts: number;
}

/**
 * A decoded body, with the answer it came in as `response`.
 *
 * `response` is not enumerable: a body is printed, compared and written as JSON without it. Should the
 * service ever send a `response` of its own, that is written as JSON, and stands in `response.raw`.
 */
export type Answered<T extends object> = T & { readonly response: ResponseInfo };

/** Adds the answer to the body that came in it. */
export function answered<T extends object>(body: T, response: ResponseInfo): Answered<T> {
  if ('response' in body) {
    const own = body.response;
    const toJSON = () => ({ ...body, response: own });
    Object.defineProperty(body, 'toJSON', { value: toJSON });
  }
  return Object.defineProperty(body, 'response', {
    value: response,
    enumerable: false,
  }) as Answered<T>;
}
