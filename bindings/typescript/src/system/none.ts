import type { System } from './system.js';

/** Where there is no process and no file, as in a browser. */
export const system: System = {
  environment: () => undefined,
  join: (...names) => names.join('/'),
  readFile: async () => undefined,
  connect: async () => {
    throw new Error('nothing but fetch can connect from here');
  },
  allowListeners: () => {},
};
