import { expect } from 'vitest';

import { type SigningRequest, sign } from '../../src/signer.js';
import { errorOf, type Keys } from './call.js';
import { cases, known } from './corpus.js';
import { checkRefusal, type Refusal } from './normal.js';

interface Case {
  readonly request: SigningRequest & { body?: string };
  readonly credentials: Keys & { project_id?: string };
  readonly now: string;
  readonly expect: {
    authorization?: string;
    signed_headers?: string;
    canonical_request?: string;
    target?: string;
    headers?: Record<string, string>;
    published_signature?: string;
    error?: Refusal;
  };
}

cases<Case>('signing.json', ['request', 'credentials', 'now', 'expect'], async (of) => {
  known('request', of.request, ['method', 'url', 'headers', 'body']);
  known('credentials', of.credentials, ['ak', 'sk', 'security_token', 'project_id']);
  const { ak = '', sk = '', security_token, project_id: projectId } = of.credentials;
  const keys = { accessKey: ak, secretKey: sk, securityToken: security_token, projectId };
  const { error, headers = {}, published_signature: published, ...expected } = of.expect;
  if (error !== undefined) {
    const refusal = await errorOf(() => sign(of.request, keys, new Date(of.now)));
    expect(refusal).toBeInstanceOf(TypeError);
    checkRefusal(refusal.message, error);
    return;
  }
  const signed = await sign(of.request, keys, new Date(of.now));
  expect({
    authorization: signed.headers.Authorization,
    signed_headers: signed.signedHeaders,
    canonical_request: signed.canonicalRequest,
    target: signed.requestTarget,
  }).toEqual(expected);
  expect(signed.url.endsWith(signed.requestTarget)).toBe(true);
  const all = { ...lower(of.request.headers ?? {}), ...lower(signed.headers) };
  expect(all).toEqual(lower(headers));
  if (published !== undefined) expect(signed.headers.Authorization).toContain(`=${published}`);
});

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, v]) => [name.toLowerCase(), v]));
}
