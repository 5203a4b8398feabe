import type { System } from './system.js';

/** A runtime without a process and files, such as a browser. */
export const system: System = {
  env: () => undefined,
  home: () => undefined,
  join: (...names) => names.join('/'),
  readFile: async () => undefined,
  readFileSync: () => undefined,
  connect: async () => {
    throw new Error('this runtime can connect by fetch only');
  },
  allowListeners: () => {},
};
