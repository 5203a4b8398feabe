import type { officialChain } from '../credentials/official.js';
import type { Environment } from '../environment.js';
import type { signed } from './signed.js';

/** How a request failed that got no answer. */
export interface Failure {
  readonly text: string;
  readonly timeout: boolean;
  readonly connect: boolean;
}

/** A browser tells no program why a request failed. */
export const UNKNOWN: Failure = {
  text: 'no answer, or not the whole of it',
  timeout: false,
  connect: false,
};

/** What differs between a browser and everywhere else. */
export interface Platform {
  /** The variables and the home directory of this process, or `undefined` where there is none. */
  readonly environment: () => Environment | undefined;
  /** The credentials that an environment points to, where there may be one. */
  readonly officialChain?: typeof officialChain;
  /** Signs requests, where keys may be. */
  readonly signed?: typeof signed;
  /** How a request failed, by what `fetch` has thrown. */
  readonly failureOf: (cause: unknown) => Failure;
  /** Says that as many may listen to a signal as like. */
  readonly allowListeners?: (signal: AbortSignal) => void;
  /** Whether a request may say which program sent it. */
  readonly sendsUserAgent: boolean;
  /** What every request is sent with. */
  readonly requestInit: RequestInit;
}
