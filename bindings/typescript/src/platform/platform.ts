import type { Environment } from '../environment.js';

/** What differs between Node.js and a browser. */
export interface Platform {
  /** The variables and the home directory of this process, or `undefined` where there is none. */
  environment(): Environment | undefined;
  /** The file in the home directory's folder. */
  join(home: string, ...names: string[]): string;
  /** The first `limit` bytes of a file; `undefined` when it does not exist. */
  readFile(path: string, limit: number): Promise<Uint8Array | undefined>;
  /** Ends well when a connection can be made in this time; an error says why not. */
  connect(url: string, millis: number): Promise<void>;
  /** Whether everybody who looks at the program sees what is in it, so that keys do not belong there. */
  readonly isPublic: boolean;
  /** Whether a request may say which program sent it. */
  readonly sendsUserAgent: boolean;
  /** What every request is sent with. */
  readonly requestInit: RequestInit;
}
