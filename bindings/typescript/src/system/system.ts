import type { Env } from '../config/environment.js';

/** The functions of a process that differ between runtimes. */
export interface System {
  /** Returns the environment variables of this process; `undefined` without a process. */
  env(): Env | undefined;
  /** Returns the home directory of this process if `env` is its environment. */
  home(env: Env): string | undefined;
  /** Joins a path. */
  join(folder: string, ...names: string[]): string;
  /** Reads the first `limit` bytes of a file; `undefined` when it does not exist. */
  readFile(path: string, limit: number): Promise<Uint8Array | undefined>;
  /** As `readFile`, without waiting for other work. */
  readFileSync(path: string, limit: number): Uint8Array | undefined;
  /** Connects within this time, and rejects otherwise. */
  connect(url: string, millis: number): Promise<void>;
  /** Removes the limit for listeners of a signal, which makes Node.js print warnings. */
  allowListeners(signal: AbortSignal): void;
}
