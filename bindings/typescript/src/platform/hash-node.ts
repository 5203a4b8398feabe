import { createHash, createHmac } from 'node:crypto';

import type { Hash } from './hash.js';

/** Node.js and compatible runtimes: a call of WebCrypto costs them a hop to another thread. */
export const hash: Hash = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  hmac: (key, text) => createHmac('sha256', key).update(text).digest('hex'),
};
