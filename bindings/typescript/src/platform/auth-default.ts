import { chainWith } from '../credentials/official.js';
import { ProfileFile } from '../credentials/profile.js';
import { signRequest } from '../http/sign-request.js';
import type { Auth } from './auth.js';

/** Every runtime except a browser. */
export const auth: Auth = { chainWith, readProfile: ProfileFile.readSync, signRequest };
