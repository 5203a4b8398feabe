import { system } from '#system';
import { officialChain } from '../credentials/official.js';
import { sign } from '../sign.js';
import type { Platform } from './platform.js';

/** Everywhere but in a browser. */
export const platform: Platform = {
  environment: system.environment,
  allowListeners: system.allowListeners,
  officialChain,
  sign,
  sendsUserAgent: true,
  requestInit: {},
};
