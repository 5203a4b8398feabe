import { TokenRecovery, TokenRefusals } from '../http/token-recovery.js';
import type { Auth } from './auth.js';

/** A browser: pages cannot keep keys secret, so keys are rejected and the signer is left out. */
export const auth: Auth = {
  recovery() {
    const refusals = new TokenRefusals();
    return { refusals, recovery: (call) => new TokenRecovery(call, refusals) };
  },
};
