import { chainWith } from '../credentials/official.js';
import { ProfileFile } from '../credentials/profile.js';
import { Gate } from '../http/gate.js';
import { AuthRecovery } from '../http/recovery.js';
import { signRequest } from '../http/sign-request.js';
import { refusalsOf } from '../http/token-recovery.js';
import type { Auth } from './auth.js';

/** Every runtime except a browser. */
export const auth: Auth = {
  chainWith,
  readProfile: ProfileFile.readSync,
  recovery(provider, clock) {
    const gate = refusalsOf(provider, clock, () => new Gate());
    return { refusals: gate, recovery: (call) => new AuthRecovery(call, gate) };
  },
  signRequest,
};
