import type { Auth } from './auth.js';

/** A browser: everybody can read what a page holds, so keys are refused and the signer is left out. */
export const auth: Auth = {};
