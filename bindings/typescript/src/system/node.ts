import { setMaxListeners } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { System } from './system.js';

/** Node.js and compatible runtimes. */
export const system: System = {
  env: () => process.env,
  home: (env) => (env === process.env && homedir()) || undefined,
  join,
  async readFile(path, limit) {
    try {
      const file = await open(path);
      try {
        const bytes = new Uint8Array(limit);
        let length = 0;
        while (length < limit) {
          const { bytesRead } = await file.read(bytes, length, limit - length);
          if (bytesRead === 0) break;
          length += bytesRead;
        }
        return bytes.subarray(0, length);
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  readFileSync(path, limit) {
    try {
      const file = openSync(path, 'r');
      try {
        const bytes = new Uint8Array(limit);
        let length = 0;
        while (length < limit) {
          const count = readSync(file, bytes, length, limit - length, null);
          if (count === 0) break;
          length += count;
        }
        return bytes.subarray(0, length);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  connect(url, millis) {
    const { hostname, port, protocol } = new URL(url);
    return new Promise((resolve, reject) => {
      const host = hostname.replace(/^\[|\]$/g, '');
      const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) });
      const end = (error?: Error) => {
        clearTimeout(timer);
        socket.destroy();
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => end(new Error('no connection in time')), millis);
      socket.once('connect', () => end());
      socket.once('error', end);
    });
  },
  allowListeners: (signal) => setMaxListeners(0, signal),
};
