import type { Authorized } from '../authorize.js';
import { invalidInput } from '../error.js';
import { type SigningKeys, sign } from '../sign.js';
import type { Outgoing } from '../transport.js';

/** Signs a request of the client's. */
export async function signed(
  request: Outgoing,
  keys: SigningKeys,
  time: Date,
): Promise<Authorized> {
  const { url: given, method = 'GET', body = '' } = request;
  try {
    const { url, headers } = await sign({ url: given, method, body }, keys, time);
    // The URL says the host, and says it as it was signed.
    const { Host: _, ...others } = headers;
    return { url, headers: others };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw invalidInput(`the request cannot be signed: ${error.message}`);
  }
}
