import { type Platform, UNKNOWN } from './platform.js';

/** A browser, in which everybody can read what a program holds: no keys, and so no signer. */
export const platform: Platform = {
  environment: () => undefined,
  failureOf: () => UNKNOWN,
  sendsUserAgent: false,
  // A page that was cached would never show that a task has ended.
  requestInit: { cache: 'no-store', credentials: 'omit' },
};
