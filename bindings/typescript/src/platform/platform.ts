import type { officialChain } from '../credentials/official.js';
import type { Environment } from '../environment.js';
import type { sign } from '../sign.js';

/** What differs between a browser and everywhere else. */
export interface Platform {
  /** The variables and the home directory of this process, or `undefined` where there is none. */
  readonly environment: () => Environment | undefined;
  /** The credentials that an environment points to, where there may be one. */
  readonly officialChain?: typeof officialChain;
  /** Signs requests, where keys may be. */
  readonly sign?: typeof sign;
  /** Says that as many may listen to a signal as like. */
  readonly allowListeners?: (signal: AbortSignal) => void;
  /** Whether a request may say which program sent it. */
  readonly sendsUserAgent: boolean;
  /** What every request is sent with. */
  readonly requestInit: RequestInit;
}
