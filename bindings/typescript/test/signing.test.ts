import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { sign } from '../src/signer.js';

interface Vector {
  name: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  ak: string;
  sk: string;
  security_token: string | null;
  project_id: string | null;
  date: string;
  expected_authorization: string;
  expected_signed_headers: string;
  expected_canonical_request: string;
  expected_request_target: string;
  expected_headers: Record<string, string>;
}

const file = new URL('../../../crates/signer/tests/data/signing_vectors.json', import.meta.url);
const { vectors }: { vectors: Vector[] } = JSON.parse(readFileSync(file, 'utf8'));

/** The time of an `X-Sdk-Date`. */
function time(date: string): Date {
  return new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
}

describe('the vectors of the official signer', () => {
  it('are all there', () => expect(vectors.length).toBeGreaterThanOrEqual(16));

  it.each(vectors)('$name', async (vector) => {
    const { method, url, headers, body } = vector;
    const keys = {
      accessKey: vector.ak,
      secretKey: vector.sk,
      securityToken: vector.security_token ?? undefined,
      projectId: vector.project_id ?? undefined,
    };
    const signed = await sign({ method, url, headers, body }, keys, time(vector.date));
    expect(signed.canonicalRequest).toBe(vector.expected_canonical_request);
    expect(signed.signedHeaders).toBe(vector.expected_signed_headers);
    expect(signed.requestTarget).toBe(vector.expected_request_target);
    expect(signed.headers.Authorization).toBe(vector.expected_authorization);
    expect(signed.url.endsWith(signed.requestTarget)).toBe(true);
    expect({ ...lower(headers), ...lower(signed.headers) }).toEqual(lower(vector.expected_headers));
  });
});

function lower(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, v]) => [name.toLowerCase(), v]));
}
