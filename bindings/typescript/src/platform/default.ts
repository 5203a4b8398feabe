import type { Platform } from './platform.js';

/** A page or a worker of it, rather than a server's runtime that only lacks Node's modules. */
const isBrowser = 'document' in globalThis || 'importScripts' in globalThis;

/** Where there is no process and no file: browsers, and servers' runtimes that are like them. */
export const platform: Platform = {
  environment: () => undefined,
  join: (...names) => names.join('/'),
  readFile: async () => undefined,
  connect: async () => {
    throw new Error('nothing but fetch can connect from here');
  },
  isPublic: isBrowser,
  sendsUserAgent: !isBrowser,
  // A page that was cached would never show that a task has ended.
  requestInit: isBrowser ? { cache: 'no-store', credentials: 'omit' } : {},
};
