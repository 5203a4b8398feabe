import { expect, it } from 'vitest';

import {
  CachedProvider,
  Client,
  type ClientOptions,
  Credentials,
  HwtasksError,
  IamPasswordProvider,
  MetadataProvider,
  ProviderChain,
} from '../src/index.js';

const INSTANCE = '5560df16-cebf-4473-95c4-d1b573c16e79';
const valid = { region: 'cn-north-4', projectId: 'p', token: 't' };
const create = (options: object) => () => new Client(options as ClientOptions);
const client = new Client({ ...valid, fetch: () => expect.fail('a request was sent') });
const wrong = (value: unknown) => value as never;
const env = { HOME: '/nowhere', HWTASKS_REGION: 'cn-north-4', HWTASKS_METADATA_DISABLED: '1' };
const iam = { user: 'u', password: 'p', domain: 'd', region: 'cn-north-4' };

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

async function closed(): Promise<unknown> {
  const client = new Client(valid);
  await client.close();
  return client.kafka.list(INSTANCE);
}

async function twice(): Promise<void> {
  const wait = client.kafka.wait(INSTANCE, '');
  await wait.catch(() => {});
  await drain(wait);
}

/** Typical mistakes, each as it is written. */
const MISTAKES: readonly (readonly [code: string, mistake: () => unknown])[] = [
  ["new Client({ region: 'cn-north-4' })", create({ region: 'cn-north-4' })],
  ['new Client({ ..., token: process.env.UNSET })', create({ ...valid, token: undefined })],
  ['new Client({ token, projectId })', create({ token: 't', projectId: 'p' })],
  ["new Client({ ..., timeout: '60000' })", create({ ...valid, timeout: '60000' })],
  ['new Client({ ..., timeOut: 60000 })', create({ ...valid, timeOut: 60_000 })],
  ['new Client({ ..., retry: { attempts: 5 } })', create({ ...valid, retry: { attempts: 5 } })],
  ["new Client({ ..., region: 'cn north 4' })", create({ ...valid, region: 'cn north 4' })],
  ["new Client({ ..., projectId: 'cn-north-4' })", create({ ...valid, projectId: 'cn-north-4' })],
  [
    "new Client({ ..., kafkaEndpoint: 'http://dms.example' })",
    create({ ...valid, kafkaEndpoint: 'http://dms.example' }),
  ],
  [
    "new Client({ ..., kafkaEndpoint: 'https://dms.example/v2' })",
    create({ ...valid, kafkaEndpoint: 'https://dms.example/v2' }),
  ],
  [
    'new Client({ ..., credentials: { ak, sk } })',
    create({ ...valid, token: undefined, credentials: { ak: 'AK', sk: 'SK' } }),
  ],
  ["new Client({ ..., token: 't\\n' })", create({ ...valid, token: 't\n' })],
  ["Credentials.keys('AK', ' SK')", () => Credentials.keys('AK', ' SK')],
  ['Client.fromEnv(), and nothing is configured', () => Client.fromEnv({ env })],
  ["client.kafka.list('')", () => client.kafka.list('')],
  ['client.kafka.list(undefined)', () => client.kafka.list(wrong(undefined))],
  ['client.kafka.list(id, 50)', () => client.kafka.list(INSTANCE, wrong(50))],
  ['client.kafka.list(id, { limit: 0 })', () => client.kafka.list(INSTANCE, { limit: 0 })],
  [
    "client.dcs.list(id, { since: '2020-06-17 08:00' })",
    () => client.dcs.list(INSTANCE, { since: '2020-06-17 08:00' }),
  ],
  [
    'client.dcs.waitByName(id, name, {})',
    () => client.dcs.waitByName(INSTANCE, 'EXTEND', wrong({})),
  ],
  ['a wait that is awaited, and then iterated over', twice],
  ['client.kafka.sweep(id)', () => drain(client.kafka.sweep(wrong(INSTANCE)))],
  ['client.kafka.list(id) of a closed client', closed],
  [
    'new IamPasswordProvider({ username, ... })',
    () => new IamPasswordProvider(wrong({ ...iam, username: 'u' })),
  ],
  [
    "new IamPasswordProvider({ ..., region: ['cn-north-4'] })",
    () => new IamPasswordProvider(wrong({ ...iam, region: ['cn-north-4'] })),
  ],
  [
    "new IamPasswordProvider({ ..., domain: '' })",
    () => new IamPasswordProvider({ ...iam, domain: '' }),
  ],
  [
    'new MetadataProvider({ endpoint })',
    () => new MetadataProvider(wrong({ endpoint: 'http://127.0.0.1' })),
  ],
  [
    'new MetadataProvider({ baseURL })',
    () => new MetadataProvider(wrong({ baseURL: 'http://127.0.0.1' })),
  ],
  [
    "new CachedProvider(provider, { refreshBeforeExpiry: '1h' })",
    () => new CachedProvider(Credentials.token('t'), wrong({ refreshBeforeExpiry: '1h' })),
  ],
  ["new CachedProvider(async () => 't')", () => new CachedProvider(wrong(async () => 't'))],
  ['new ProviderChain([process.env])', () => new ProviderChain([wrong({ HOME: '/home/u' })])],
];

it('message of each typical mistake says what to do', async () => {
  const lines: string[] = [];
  for (const [code, mistake] of MISTAKES) {
    const error = await (async () => mistake())().then(
      () => expect.fail(`${code} is no mistake`),
      (error) => error,
    );
    expect(error, code).toBeInstanceOf(HwtasksError);
    expect(['InvalidInput', 'Credentials'], code).toContain(error.kind);
    expect(error.attempts, code).toBe(0);
    lines.push(`${code}\n    ${error.message}\n`);
  }
  await expect(lines.join('\n')).toMatchFileSnapshot('mistakes.txt');
});
