import type { officialChain } from '../credentials/official.js';
import type { SignRequest } from '../http/outgoing.js';

/** The differences between a browser and other runtimes in how requests are authorized. */
export interface Auth {
  /** Creates the official provider chain; `undefined` without environment variables. */
  readonly officialChain?: typeof officialChain;
  /** Signs requests; `undefined` where keys are rejected. */
  readonly signRequest?: SignRequest;
}
