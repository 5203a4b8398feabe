import { invalidInput } from '../errors.js';
import { sign } from '../signer.js';
import type { SignRequest } from './outgoing.js';

/** Signs a request of the client. */
export const signRequest: SignRequest = async (request, keys, time) => {
  const { url: given, method = 'GET', body = '' } = request;
  try {
    const { url, headers } = await sign({ url: given, method, body }, keys, time);
    // `fetch` derives the header Host from the URL, which is sent as it was signed.
    const { Host: _, ...others } = headers;
    return { url, headers: others };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw invalidInput(`the request cannot be signed: ${error.message}`);
  }
};
