import { type Failure, UNKNOWN } from './platform.js';

/** Codes of Node.js for a failed connection. */
const NO_CONNECTION =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT|CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;
const TIMED_OUT = /^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/;

/** Classifies an exception of `fetch` by the error codes of Node.js. */
export function failureOf(cause: unknown, _hasResponse: boolean, url: string): Failure {
  const codes = codesOf(cause);
  const connect = codes.some((code) => NO_CONNECTION.test(code));
  const timeout = codes.some((code) => TIMED_OUT.test(code));
  const text = timeout
    ? 'no response in time'
    : connect
      ? 'cannot connect to the endpoint'
      : codes.length > 0
        ? 'the connection broke before the response was complete'
        : UNKNOWN.text;
  const { origin } = new URL(url);
  const help = `check the endpoint ${origin}, its region, the proxy and DNS`;
  return { text, timeout, connect, ...(connect && !timeout && { help }) };
}

/** The codes of an error and of its causes. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const { code, errors = [] } = error as { code?: unknown; errors?: unknown[] };
  const causes = [error.cause, ...errors].flatMap((cause) => codesOf(cause, depth + 1));
  return typeof code === 'string' ? [code, ...causes] : causes;
}
