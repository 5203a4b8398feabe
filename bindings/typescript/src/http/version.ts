/** The version of this package. */
export const VERSION = '0.1.0';

/** The `User-Agent` of every client. */
export const USER_AGENT = `hwtasks-typescript/${VERSION}`;
