import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';

import { bundle } from '../scripts/bundle.mjs';
import type * as Core from '../src/core.js';
import type * as Hwtasks from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { Emulator, INSTANCE } from './emulator.js';

/** What a bundle exports. */
async function loaded(text: string): Promise<typeof Hwtasks> {
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

  const { Client, Credentials } = await loaded(text);
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

describe('bundle of the small client', () => {
  const site = { kafkaEndpoint: 'http://127.0.0.1:1', projectId: 'p' };
  const load = async () => {
    const text = await bundle('core');
    return { text, ...((await loaded(text)) as unknown as typeof Core) };
  };
  const refused = () => new Response('{"error_code":"APIGW.0307"}', { status: 401 });

  it('has what it uses, and lists', async () => {
    const { text, CoreClient, list, pages, items, listKafkaTasks, listDcsTasks } = await load();
    // It may not grow unseen: `npm run size`.
    expect(Buffer.byteLength(text)).toBeLessThan(36_000);
    expect(text).not.toMatch(/did you mean|signature expired|initialInterval|concurrency|HWTASKS_/);
    await using emulator = await Emulator.start();
    const { dcs: dcsEndpoint, kafka: kafkaEndpoint, projectId, token } = emulator;
    const client = new CoreClient({ dcsEndpoint, kafkaEndpoint, projectId, token });
    const { tasks } = await list(client, listKafkaTasks, INSTANCE, { limit: 50 });
    const found = [];
    for await (const task of items(client, listKafkaTasks, INSTANCE, { limit: 2 }))
      found.push(task);
    expect(found.map(({ id }) => id)).toEqual(tasks.map(({ id }) => id));
    for await (const page of pages(client, listDcsTasks, INSTANCE)) {
      expect(page.response.status).toBe(200);
    }
  });

  it('checks what would send nonsense', async () => {
    const { CoreClient, list, listKafkaTasks } = await load();
    const create = (options: object) => new CoreClient({ ...site, token: 't', ...options });
    expect(() => create({ timeout: '5' })).toThrow('the option timeout is 5, and must be a number');
    expect(() => create({ kafkaEndpoint: 'http://example.com' })).toThrow('is plain http');
    expect(() => create({ token: '' })).toThrow('the token is empty');
    expect(() => create({ projectId: undefined })).not.toThrow();
    expect(() => new CoreClient(site)).toThrow('no credentials are set');
    const withoutProject = create({ projectId: undefined });
    await expect(list(withoutProject, listKafkaTasks, 'i')).rejects.toThrow('no project ID is set');
    await expect(list(create({}), listKafkaTasks, '')).rejects.toThrow('instance ID "" is empty');
  });

  it('token that is refused twice is not sent for five minutes', async () => {
    const { CoreClient, list, listKafkaTasks } = await load();
    const clock = new ManualClock('2026-01-02T03:04:05Z');
    let isRefused = true;
    let requests = 0;
    const fetch = async () => {
      requests += 1;
      return isRefused ? refused() : new Response('{"tasks":[]}');
    };
    const client = new CoreClient({ ...site, token: 't', fetch, clock });
    const call = () => list(client, listKafkaTasks, 'i').catch((error) => error);
    expect(await call()).toMatchObject({ isUnauthorized: true, attempts: 1 });
    expect(await call()).toMatchObject({ isUnauthorized: true, attempts: 1 });
    const held = await call();
    expect(held).toMatchObject({ isUnauthorized: true, attempts: 0 });
    expect(held.message).toContain('not sent, because the credentials were refused');
    expect(requests).toBe(2);
    clock.advance(300_000);
    isRefused = false;
    expect(await call()).toEqual({ tasks: [] });
    isRefused = true;
    // Accepted in between: the count starts again.
    expect(await call()).toMatchObject({ attempts: 1 });
    expect(await call()).toMatchObject({ attempts: 1 });
    expect(await call()).toMatchObject({ attempts: 0 });
  });

  it('token that expires is fetched again, and the request sent once more', async () => {
    const all = (await loaded(await bundle('functions'))) as unknown as typeof Core;
    const { CoreClient, Credentials, list, listKafkaTasks } = all;
    const sent: (string | null)[] = [];
    const fetch = async (_: string, init: RequestInit) => {
      const token = new Headers(init.headers).get('x-auth-token');
      sent.push(token);
      return token === 'new' ? new Response('{"tasks":[]}') : refused();
    };
    let token = 'old';
    const credentials = {
      name: 'page',
      provide: async () => Credentials.token(token),
      invalidate: () => {
        token = 'new';
      },
    };
    const client = new CoreClient({ ...site, credentials, fetch });
    expect(await list(client, listKafkaTasks, 'i')).toEqual({ tasks: [] });
    expect(sent).toEqual(['old', 'new']);
  });
});

it('a bundle for neither a browser nor Node.js signs', async () => {
  const text = await bundle('neutral');
  expect(text).not.toMatch(/node:/);
  const { Client, Credentials } = await loaded(text);
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
