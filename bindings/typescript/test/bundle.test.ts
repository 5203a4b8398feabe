import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, it } from 'vitest';

import { bundle } from '../scripts/bundle.mjs';
import type * as Hwtasks from '../src/index.js';
import { Emulator, INSTANCE } from './emulator.js';

/** What a bundle exports. */
async function load(text: string): Promise<typeof Hwtasks> {
  const folder = mkdtempSync(join(tmpdir(), 'hwtasks-'));
  try {
    const file = join(folder, 'bundle.mjs');
    writeFileSync(file, text);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('a bundle for a browser has no module of Node.js, no signer and no chain, and works', async () => {
  const text = await bundle('browser');
  expect(text).not.toMatch(/node:|SDK-HMAC-SHA256|169\.254\.169\.254|\.huaweicloud"/);
  expect(text).not.toMatch(/\b(?:require|import)\s*\(/);
  // It may not grow unseen: `npm run size`.
  expect(Buffer.byteLength(text)).toBeLessThan(59_000);

  const { Client, Credentials } = await load(text);
  await using emulator = await Emulator.start();
  const site = { kafkaEndpoint: emulator.kafka, projectId: emulator.projectId };
  const client = new Client({ ...site, credentials: Credentials.token(emulator.token) });
  expect((await client.kafka.list(INSTANCE)).tasks.length).toBeGreaterThan(0);
  const [request] = await emulator.control<{ headers: [string, string][] }[]>('GET', 'requests');
  const headers = Object.fromEntries(request?.headers ?? []);
  // A browser sends its own user agent.
  expect(headers['user-agent']).not.toContain('hwtasks');
  // A page that was kept would show old states, and cookies are none of the service's business.
  const inits: RequestInit[] = [];
  const fetch = async (_: string, init: RequestInit) => {
    inits.push(init);
    return new Response('{"tasks":[]}');
  };
  await new Client({ ...site, token: 'a-token', fetch }).kafka.list(INSTANCE);
  expect(inits).toMatchObject([{ cache: 'no-store', credentials: 'omit', redirect: 'manual' }]);
  const signing = new Client({ ...site, credentials: Credentials.keys('AK', 'SK') });
  await expect(signing.kafka.list(INSTANCE)).rejects.toThrow(
    'keys do not belong in a browser; use a token',
  );
  await expect(Client.fromEnv()).rejects.toThrow('there are no environment variables in a browser');
});

it('a bundle for neither a browser nor Node.js signs', async () => {
  const text = await bundle('neutral');
  expect(text).not.toMatch(/node:/);
  const { Client, Credentials } = await load(text);
  const sent: RequestInit[] = [];
  const fetch = async (_: string, init: RequestInit) => {
    sent.push(init);
    return new Response('{"tasks":[]}');
  };
  const credentials = Credentials.keys('AK', 'SK');
  const client = new Client({ region: 'cn-north-4', projectId: 'p', credentials, fetch });
  await client.kafka.list(INSTANCE);
  expect(new Headers(sent[0]?.headers).get('authorization')).toMatch(/^SDK-HMAC-SHA256 Access=AK,/);
});

it('a bundle for Node.js needs nothing but Node.js', async () => {
  const text = await bundle('all');
  const modules = [...text.matchAll(/from\s*"([^"]+)"/g)].map(([, name]) => name);
  expect(modules.length).toBeGreaterThan(0);
  for (const name of modules) expect(name).toMatch(/^node:/);
});
