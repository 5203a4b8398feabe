import { type Failure, type Platform, UNKNOWN } from './platform.js';

/** A request without a response: a browser tells no page whether CORS is the reason. */
const NO_RESPONSE: Failure = {
  text: 'no response: the network failed, or CORS refused the request',
  help: 'the console of the browser shows which: the service must allow the origin of the page, or a proxy must',
  timeout: false,
  connect: false,
};

/** A browser: no environment variables, and no details of a failed request. */
export const platform: Platform = {
  env: () => undefined,
  failureOf: (_, hasResponse) => (hasResponse ? UNKNOWN : NO_RESPONSE),
  sendsUserAgent: false,
  // A page from the cache would never show that a task has ended.
  requestInit: { cache: 'no-store', credentials: 'omit' },
};
