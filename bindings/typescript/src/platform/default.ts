import { system } from '#system';
import { failureOf } from './failure.js';
import type { Platform } from './platform.js';

/** Every runtime except a browser. */
export const platform: Platform = {
  env: system.env,
  allowListeners: system.allowListeners,
  failureOf,
  sendsUserAgent: true,
  requestInit: {},
};
