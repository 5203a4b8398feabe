import type { Clock } from '../body/time.js';
import type { chainWith } from '../credentials/official.js';
import type { ProfileFile } from '../credentials/profile.js';
import type { CredentialsProvider } from '../credentials/provide.js';
import type { SignRequest } from '../http/outgoing.js';
import type { Transport } from '../http/transport.js';

/** The differences between a browser and other runtimes in how requests are authorized. */
export interface Auth {
  /** Creates the official provider chain; `undefined` without environment variables. */
  readonly chainWith?: typeof chainWith;
  /** Reads the credentials file; `undefined` without files. */
  readonly readProfile?: typeof ProfileFile.readSync;
  /** Returns what the clients of a provider share to recover from refused credentials. */
  readonly recovery: (
    provider: CredentialsProvider | undefined,
    clock: Clock,
  ) => Pick<Transport, 'refusals' | 'recovery'>;
  /** Signs requests; `undefined` where keys are rejected. */
  readonly signRequest?: SignRequest;
}
