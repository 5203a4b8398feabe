import { refusalsOf, TokenRecovery, TokenRefusals } from '../http/token-recovery.js';
import type { Auth } from './auth.js';

/** A browser: pages cannot keep keys secret, so keys are rejected and the signer is left out. */
export const auth: Auth = {
  recovery(provider, clock) {
    const refusals = refusalsOf(provider, clock, () => new TokenRefusals());
    return { refusals, recovery: (call) => new TokenRecovery(call, refusals) };
  },
};
