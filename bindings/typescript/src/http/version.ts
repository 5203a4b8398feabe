/** The version of this package. */
export const VERSION = '0.1.0';

/** What every client calls itself. */
export const USER_AGENT = `hwtasks-typescript/${VERSION}`;
