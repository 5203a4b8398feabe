import { platform } from '#platform';
import { Credentials } from './credentials/credentials.js';
import { CredentialsError, type CredentialsProvider } from './credentials/provide.js';
import { invalidInput } from './error.js';
import { inTime } from './time.js';
import type { Outgoing } from './transport.js';

/** What a request is sent with once it is authorized. */
export interface Authorized {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a provider gives in this time. */
export async function provided(
  provider: CredentialsProvider,
  within: number,
): Promise<Credentials> {
  const ask = async () => provider.provide();
  const nothing = () => undefined;
  const asked = ask();
  const given = await inTime(asked, within / 2, nothing);
  if (given !== undefined) return given;
  // It may be renewing early: what it still keeps comes at once, and leaves time for the request.
  const kept = await inTime(ask().catch(nothing), 0, nothing);
  if (kept !== undefined) return kept;
  return inTime(asked, within / 2, () => {
    throw CredentialsError.timedOut(within);
  });
}

/** A token's header, or a signature as of this time. */
export async function authorize(
  request: Outgoing,
  credentials: Credentials,
  time: Date,
): Promise<Authorized> {
  const secrets = Credentials.secretsOf(credentials);
  if ('token' in secrets) {
    if (secrets.token === '') throw invalidInput('the token is empty');
    return { url: request.url, headers: { 'x-auth-token': header(secrets.token, 'token') } };
  }
  const { signed } = platform;
  if (signed === undefined) {
    throw invalidInput(
      'keys do not belong in a browser, where everybody can read them',
      'use a token',
    );
  }
  const { securityToken } = secrets;
  if (securityToken !== undefined) header(securityToken, 'security token');
  return signed(request, { ...secrets, accessKey: credentials.accessKey ?? '' }, time);
}

/** A secret as the value of a header; `fetch` would show one it refuses. */
function header(value: string, what: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value;
  throw invalidInput(`the ${what} has characters no header can carry`);
}
