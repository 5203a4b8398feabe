import type { Environment } from '../config/environment.js';

/** What a process can look at besides the network. */
export interface System {
  /** The variables and the home directory of this process, or `undefined` where there is none. */
  environment(): Environment | undefined;
  /** A path in a folder. */
  join(folder: string, ...names: string[]): string;
  /** The first `limit` bytes of a file; `undefined` when it does not exist. */
  readFile(path: string, limit: number): Promise<Uint8Array | undefined>;
  /** Ends well when a connection can be made in this time; an error says why not. */
  connect(url: string, millis: number): Promise<void>;
  /** Says that as many may listen to a signal as like, for which some versions of Node.js warn. */
  allowListeners(signal: AbortSignal): void;
}
