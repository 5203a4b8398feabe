import { officialChain } from '../credentials/official.js';
import { signRequest } from '../http/sign-request.js';
import type { Auth } from './auth.js';

/** Every runtime except a browser. */
export const auth: Auth = { officialChain, signRequest };
