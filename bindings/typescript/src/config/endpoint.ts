import { invalidInput } from '../errors.js';

/** Validates an endpoint, and returns it without trailing slashes. */
export function baseUrl(endpoint: string, allowPlainHttp: boolean, about = ''): string {
  const of = about === '' ? '' : `${about}: `;
  // First, because the other messages show the endpoint, which here may contain a secret.
  if (endpoint.includes('@')) {
    throw invalidInput(`${of}an endpoint with a user name or password is refused`);
  }
  if (/[?#]/.test(endpoint)) {
    throw invalidInput(`${of}an endpoint with a query or a fragment is refused`);
  }
  const refuse = (why: string, help?: string) =>
    invalidInput(`${of}the endpoint ${JSON.stringify(endpoint)} ${why}`, help);
  if (!URL.canParse(endpoint)) throw refuse('is not a URL');
  const url = new URL(endpoint);
  const plain = url.protocol === 'http:';
  if (url.protocol !== 'https:' && !plain) throw refuse('is not a URL of https');
  if (plain && !allowPlainHttp && !isLoopback(url)) {
    throw refuse(
      'is plain http',
      'use https, or the option allowPlainHttp to send the token in the clear',
    );
  }
  if (url.pathname.includes('%')) throw refuse('has a percent-encoded path');
  const base = url.href.replace(/\/+$/, '');
  // The published Kafka document has the version in its server URL; this client has it in its paths.
  if (/\/(?:v2|v1\.0)$/.test(base)) {
    throw refuse('ends in the version of the API, which the client adds', 'leave it out');
  }
  return base;
}

/** Whether the host of a URL is this machine, which needs no TLS. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
