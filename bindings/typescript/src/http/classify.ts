/**
 * Why the gateway refused a request (401). New reasons may be added.
 *
 * - `KeyLocked`: the access key is locked after more than five refused requests. The lock ends after
 *   five minutes without a request; fix the keys first
 * - `UnknownAccessKey`: the gateway does not know the access key: it is mistyped, deleted or of another
 *   cloud
 * - `WrongSecretKey`: the secret key does not belong to the access key, or has a blank at one end
 * - `SignatureExpired`: the date of the signature is too far from the service's time, and was still
 *   after it was corrected by the service's own clock
 * - `TokenExpired`: the token has expired
 * - `InvalidToken`: the gateway cannot read the token: it is cut, or another cloud or region issued it
 */
export type RefusalReason =
  | 'KeyLocked'
  | 'UnknownAccessKey'
  | 'WrongSecretKey'
  | 'SignatureExpired'
  | 'TokenExpired'
  | 'InvalidToken';

/** Whether the client retries a response with this status. */
export function isRetried(status: number | undefined): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status ?? 0);
}

/** Whether a response with this status shows that the credentials were accepted. */
export function isAuthorized(status: number): boolean {
  return status !== 401 && status < 500 && !isRetried(status);
}

/** Whether a code is this one of the gateway. */
export function isGatewayCode(code: string | undefined, number: string): boolean {
  return gatewayNumber(code) === number;
}

/** The number in a code of the gateway, whose document and responses use different prefixes. */
export function gatewayNumber(code: string | undefined): string | undefined {
  return /^APIGW?\.(.*)/.exec(code ?? '')?.[1];
}
