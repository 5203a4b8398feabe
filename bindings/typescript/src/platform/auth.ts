import type { officialChain } from '../credentials/official.js';
import type { SignRequest } from '../http/outgoing.js';

/** The differences between a browser and other runtimes in how requests are authorized. */
export interface Auth {
  /** The credentials that an environment names; `undefined` where there is no environment. */
  readonly officialChain?: typeof officialChain;
  /** Signs requests; `undefined` where keys are refused. */
  readonly signRequest?: SignRequest;
}
