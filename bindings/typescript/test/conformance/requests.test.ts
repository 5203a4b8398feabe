import { expect } from 'vitest';

import { Client, HwtasksError } from '../../src/index.js';
import {
  type Call,
  checkHeaders,
  errorOf,
  optionsOf,
  type Sent,
  type Settings,
  send,
} from './call.js';
import { cases, known } from './corpus.js';
import { checkRefusal, kindOf, type Refusal } from './normal.js';

interface Case {
  readonly client: Settings;
  readonly call: Call;
  readonly expect: Sent & { method?: string; target?: string; error?: Refusal };
}

cases<Case>('requests.json', ['client', 'call', 'expect'], async ({ client, call, expect: of }) => {
  known('expect', of, ['method', 'target', 'headers', 'absent', 'error']);
  const sent: Request[] = [];
  // The refusal of keys is that of the credentials, before there is a client.
  const options = () =>
    optionsOf(client, {
      retry: { maxAttempts: 1 },
      fetch: async (url, init) => {
        // What fetch makes of it: it would refuse a header that cannot be sent.
        const request = new Request(url, init);
        expect(request.url).toBe(url);
        sent.push(request);
        return new Response('{"tasks":[],"instances":[]}');
      },
    });
  if (of.error !== undefined) {
    const error = await errorOf(async () => send(new Client(options()), call));
    if (!(error instanceof HwtasksError)) throw error;
    expect([kindOf(error), error.attempts]).toEqual([of.error.kind, 0]);
    checkRefusal(error.message, of.error);
    const { token, sk, security_token } = client.credentials ?? {};
    for (const secret of [token, sk, security_token]) {
      if (secret) expect(error.message + error.stack + JSON.stringify(error)).not.toContain(secret);
    }
    expect(sent).toEqual([]);
    return;
  }
  // The empty list is an error for the operation that shows one task.
  await send(new Client(options()), call).catch((error) => expect(error.kind).toBe('Unexpected'));
  const [request, ...others] = sent;
  expect(others).toEqual([]);
  const url = new URL(request?.url ?? '');
  expect(request?.method).toBe(of.method);
  expect(url.pathname + url.search).toBe(of.target);
  checkHeaders((name) => (name === 'host' ? url.host : request?.headers.get(name)), of);
});
