import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { bundle } from '../scripts/bundle.mjs';
import { Client, Credentials } from '../src/index.js';
import { hash as nodeHash } from '../src/platform/hash-node.js';
import { hash as webHash } from '../src/platform/hash-web.js';
import { json, Wire } from './wire.js';

type Module = typeof import('../src/index.js');

/** What a bundle exports, built with these conditions of package.json. */
async function load(conditions: string[]): Promise<Module> {
  const text = await bundle('browser', conditions);
  const folder = mkdtempSync(join(tmpdir(), 'hwtasks-'));
  try {
    const file = join(folder, 'bundle.mjs');
    writeFileSync(file, text);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `fetch` as Cloudflare Workers had it before 2024-11-11: a page's options of a request are refused. */
function formerFetch(sent: RequestInit[]) {
  return async (_: string, init: RequestInit) => {
    for (const field of ['cache', 'credentials', 'mode', 'integrity']) {
      if (!(field in init)) continue;
      throw new Error(`The '${field}' field on 'RequestInitializerDict' is not implemented.`);
    }
    sent.push(init);
    return new Response('{"tasks":[]}');
  };
}

describe('bundle for a worker', () => {
  it.each([
    ['workerd', ['workerd', 'worker', 'browser']],
    ['edge-light', ['edge-light', 'browser']],
    ['workerd with node', ['workerd', 'node', 'browser']],
  ])('condition %s selects the build that signs, before browser', async (_, conditions) => {
    const text = await bundle('browser', conditions);
    expect(/from\s*"node:/.test(text)).toBe(false);
    expect(text.includes('SDK-HMAC-SHA256')).toBe(true);
    const { Client, Credentials } = await load(conditions);
    const sent: RequestInit[] = [];
    const client = new Client({
      region: 'cn-north-4',
      projectId: 'p',
      credentials: Credentials.keys('AK', 'SK'),
      fetch: formerFetch(sent),
    });
    expect(await client.kafka.list('i')).toEqual({ tasks: [] });
    const headers = new Headers(sent[0]?.headers);
    expect(headers.get('authorization')).toMatch(/^SDK-HMAC-SHA256 Access=AK,/);
    expect(headers.get('user-agent')).toContain('hwtasks-typescript/');
  });

  it('configuration comes from the record that the worker is given', async () => {
    const { Client } = await load(['workerd', 'worker', 'browser']);
    const env = {
      HWTASKS_REGION: 'cn-north-4',
      HUAWEICLOUD_SDK_PROJECT_ID: 'p',
      HUAWEICLOUD_SDK_AK: 'AK',
      HUAWEICLOUD_SDK_SK: 'SK',
    };
    expect((await (await Client.fromEnv({ env })).credentials())?.accessKey).toBe('AK');
    const error = await Client.fromEnv().catch((error) => error);
    expect(error.message).toBe(
      'there are no environment variables in a browser or a worker; set the option env, or use new Client',
    );
  });
});

describe('without WebCrypto, as in a page served over http', () => {
  afterEach(() => vi.unstubAllGlobals());
  const help = 'use https, where crypto.subtle is available, or a token instead of keys';

  it.each([
    ['no crypto', undefined],
    ['no subtle', {}],
  ])('%s: a signed call says what to do', async (_, crypto) => {
    await using wire = await Wire.replying(json(200, { tasks: [] }));
    const site = { kafkaEndpoint: wire.url, projectId: 'p' };
    const { Client, Credentials } = await load(['workerd', 'browser']);
    const signing = new Client({ ...site, credentials: Credentials.keys('AK', 'SK') });
    vi.stubGlobal('crypto', crypto);
    const error = await signing.kafka.list('i').catch((error) => error);
    expect(error).toMatchObject({ name: 'HwtasksError', kind: 'InvalidInput', attempts: 0 });
    expect(error.message).toBe(
      `ListKafkaTasks: the request cannot be signed: crypto.subtle is not available here: ${help}`,
    );
    expect(wire.take()).toEqual([]);
    // A token needs none.
    expect(await new Client({ ...site, token: 't' }).kafka.list('i')).toEqual({ tasks: [] });
  });

  it('Node.js signs without it', async () => {
    await using wire = await Wire.replying(json(200, { tasks: [] }));
    vi.stubGlobal('crypto', undefined);
    const credentials = Credentials.keys('AK', 'SK');
    const client = new Client({ kafkaEndpoint: wire.url, projectId: 'p', credentials });
    expect(await client.kafka.list('i')).toEqual({ tasks: [] });
  });
});

describe('WebCrypto', () => {
  it.each(['', 'abc', 'ü€😀', 'x'.repeat(1000)])('hashes as Node.js does: %j', async (text) => {
    const bytes = new TextEncoder().encode(text);
    expect(await webHash.sha256(bytes)).toBe(await nodeHash.sha256(bytes));
    for (const key of ['SK', 'another ü', 'SK']) {
      expect(await webHash.hmac(key, text)).toBe(await nodeHash.hmac(key, text));
    }
  });

  it('key is imported once for all requests in a row', async () => {
    const imports = vi.spyOn(crypto.subtle, 'importKey');
    for (const key of ['one', 'one', 'one', 'two', 'two']) await webHash.hmac(key, 'text');
    expect(imports).toHaveBeenCalledTimes(2);
    imports.mockRestore();
  });
});
