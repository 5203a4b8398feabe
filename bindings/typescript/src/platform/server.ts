import { system } from '#system';
import { officialChain } from '../credentials/official.js';
import { failureOf } from './failure.js';
import type { Platform } from './platform.js';
import { signed } from './signed.js';

/** Everywhere but in a browser. */
export const platform: Platform = {
  environment: system.environment,
  allowListeners: system.allowListeners,
  officialChain,
  signed,
  failureOf,
  sendsUserAgent: true,
  requestInit: {},
};
