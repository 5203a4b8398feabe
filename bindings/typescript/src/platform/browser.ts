import { type Platform, UNKNOWN } from './platform.js';

/** A browser: no environment variables, and no details of a failed request. */
export const platform: Platform = {
  env: () => undefined,
  failureOf: () => UNKNOWN,
  sendsUserAgent: false,
  // A page from the cache would never show that a task has ended.
  requestInit: { cache: 'no-store', credentials: 'omit' },
};
