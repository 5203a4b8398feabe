/** An HTTP response: a body of type {@link WithResponse} has it as `response`. */
export interface ResponseInfo {
  /** The HTTP status. */
  readonly status: number;
  /** The headers of the response. */
  readonly headers: Headers;
  /** The request ID in the logs of the service: the header `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** The bytes of the body as the service sent them. */
  readonly rawBody: Uint8Array;
  /** Number of attempts the call made. */
  readonly attempts: number;
}

/**
 * A decoded body together with its HTTP response as `response`.
 *
 * `response` is not enumerable: printing, comparing and writing a body as JSON leave it out. If the
 * service sends a field `response`, JSON output has that field, and `response.rawBody` holds it too.
 */
export type WithResponse<T extends object> = T & { readonly response: ResponseInfo };

/** Attaches the response to its decoded body. */
export function withResponse<T extends object>(body: T, response: ResponseInfo): WithResponse<T> {
  if ('response' in body) {
    const own = body.response;
    const inner = body as { toJSON?: () => object };
    const write = typeof inner.toJSON === 'function' ? inner.toJSON : () => body;
    const toJSON = () => ({ ...write(), response: own });
    Object.defineProperty(body, 'toJSON', { value: toJSON });
  }
  return Object.defineProperty(body, 'response', {
    value: response,
    enumerable: false,
  }) as WithResponse<T>;
}
