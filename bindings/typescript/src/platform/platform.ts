import type { Env } from '../config/environment.js';

/** The reason why a request got no complete response. */
export interface Failure {
  readonly text: string;
  readonly timeout: boolean;
  readonly connect: boolean;
  /** What to do about it. */
  readonly help?: string;
}

/** A failure without details: a browser reports none. */
export const UNKNOWN: Failure = {
  text: 'no response, or an incomplete one',
  timeout: false,
  connect: false,
};

/** The differences between a browser and other runtimes, as far as HTTP requests need them. */
export interface Platform {
  /** Returns the environment variables of this process; `undefined` without a process. */
  readonly env: () => Env | undefined;
  /** Classifies an exception of `fetch`, or one of reading the body of a response. */
  readonly failureOf: (cause: unknown, hasResponse: boolean, url: string) => Failure;
  /** Removes the limit for listeners of a signal, which makes Node.js print warnings. */
  readonly allowListeners?: (signal: AbortSignal) => void;
  /** Whether the client may set the header `User-Agent`. */
  readonly sendsUserAgent: boolean;
  /** Options of every request. */
  readonly requestInit: RequestInit;
}
