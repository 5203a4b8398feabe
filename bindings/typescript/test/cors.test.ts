import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import { bundle } from '../scripts/bundle.mjs';
import { Emulator, INSTANCE } from './emulator.js';
import { json, Wire } from './wire.js';

type Module = typeof import('../src/index.js');

const ORIGIN = 'https://page.example';

/** `fetch` as a page of `ORIGIN` has it: a preflight, and an error without a reason if CORS refuses. */
async function pageFetch(url: string, init: RequestInit): Promise<Response> {
  const refuse = () => new TypeError('Failed to fetch');
  const sent = new Headers(init.headers);
  const names = [...sent.keys()].filter((name) => name !== 'accept').sort();
  const headers = {
    origin: ORIGIN,
    'access-control-request-method': init.method ?? 'GET',
    'access-control-request-headers': names.join(','),
  };
  const preflight = await fetch(url, { method: 'OPTIONS', headers }).catch(() => undefined);
  if (!preflight?.ok || !isAllowed(preflight)) throw refuse();
  const list = preflight.headers.get('access-control-allow-headers') ?? '';
  const allowed = list.toLowerCase().split(/\s*,\s*/);
  if (!names.every((name) => allowed.includes(name))) throw refuse();
  const response = await fetch(url, { ...init, headers: { ...init.headers, origin: ORIGIN } });
  if (!isAllowed(response)) throw refuse();
  return response;
}

function isAllowed({ headers }: Response): boolean {
  return ['*', ORIGIN].includes(headers.get('access-control-allow-origin') ?? '');
}

describe('client of a page', () => {
  let Client: Module['Client'];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hwtasks-'));
    const file = join(folder, 'bundle.mjs');
    writeFileSync(file, await bundle('browser'));
    ({ Client } = await import(pathToFileURL(file).href));
    rmSync(folder, { recursive: true });
  });

  function client(emulator: Emulator) {
    const { kafka: kafkaEndpoint, projectId, token } = emulator;
    const retry = { maxAttempts: 1 };
    return new Client({ kafkaEndpoint, projectId, token, retry, fetch: pageFetch });
  }

  it('origin that is allowed: lists', async () => {
    await using emulator = await Emulator.start('--allow-origin', ORIGIN);
    expect((await client(emulator).kafka.list(INSTANCE)).tasks.length).toBeGreaterThan(0);
  });

  it.each([[[]], [['--allow-origin', 'https://other.example']]])(
    'preflight that is refused: error names CORS (%j)',
    async (args) => {
      await using emulator = await Emulator.start(...args);
      const error = await client(emulator)
        .kafka.list(INSTANCE)
        .catch((error) => error);
      expect(error).toMatchObject({
        kind: 'Transport',
        isConnectionError: false,
        isTimeout: false,
      });
      expect(error.message).toBe(
        'ListKafkaTasks: no response: the network failed, or CORS refused the request; the console of ' +
          'the browser shows which: the service must allow the origin of the page, or a proxy must',
      );
      expect(error.help).toContain('a proxy');
    },
  );

  it('service that cannot be reached: error names CORS too, since a browser does not tell', async () => {
    const site = { kafkaEndpoint: 'http://127.0.0.1:1', projectId: 'p', token: 't' };
    const unreachable = new Client({ ...site, retry: { maxAttempts: 1 }, fetch: pageFetch });
    await expect(unreachable.kafka.list('i')).rejects.toThrow('CORS');
  });

  it('response that breaks off: error does not name CORS', async () => {
    await using wire = await Wire.replying(json(200, { tasks: [] }));
    const fetch = async () => {
      const broken = new ReadableStream({
        start: (controller) => controller.error(new TypeError('network error')),
      });
      return new Response(broken);
    };
    const site = { kafkaEndpoint: wire.url, projectId: 'p', token: 't' };
    const error = await new Client({ ...site, retry: { maxAttempts: 1 }, fetch }).kafka
      .list('i')
      .catch((error) => error);
    expect(error.message).toBe('ListKafkaTasks: no response, or an incomplete one');
  });
});
