import { inTime } from '../body/time.js';
import { Credentials } from '../credentials/credentials.js';
import { CredentialsError, type CredentialsProvider } from '../credentials/provide.js';
import { invalidInput } from '../errors.js';
import type { Authorized, OutgoingRequest, SignRequest } from './outgoing.js';

/** Gets credentials from a provider within so many milliseconds. */
export async function provideWithin(
  provider: CredentialsProvider,
  millis: number,
): Promise<Credentials> {
  const provide = async () => provider.provide();
  const nothing = () => undefined;
  const first = provide();
  const credentials = await inTime(first, millis / 2, nothing);
  if (credentials !== undefined) return credentials;
  // An early refresh may be slow: its cached credentials come at once, and leave time for the request.
  const cached = await inTime(provide().catch(nothing), 0, nothing);
  const late = () => {
    throw CredentialsError.timedOut(millis);
  };
  return cached ?? inTime(first, millis / 2, late);
}

/** Adds the header of a token, or a signature as of `time`. */
export async function authorize(
  request: OutgoingRequest,
  credentials: Credentials,
  time: Date,
  signRequest: SignRequest | undefined,
): Promise<Authorized> {
  const secrets = Credentials.secretsOf(credentials);
  if ('token' in secrets) {
    if (secrets.token === '') throw invalidInput('the token is empty');
    return { url: request.url, headers: { 'x-auth-token': header(secrets.token, 'token') } };
  }
  if (signRequest === undefined) {
    throw invalidInput('keys do not belong in a browser', 'use a token');
  }
  const { securityToken } = secrets;
  if (securityToken !== undefined) header(securityToken, 'security token');
  return signRequest(request, { ...secrets, accessKey: credentials.accessKey ?? '' }, time);
}

/** Checks the value of a header: the errors of `fetch` would show the secret. */
function header(value: string, what: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value;
  throw invalidInput(`the ${what} has characters that no header can carry`);
}
