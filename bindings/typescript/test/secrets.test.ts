import { inspect } from 'node:util';

import { expect, it } from 'vitest';

import {
  CachedProvider,
  Client,
  Credentials,
  EnvironmentProvider,
  IamPasswordProvider,
  MetadataProvider,
  officialChain,
  ProviderChain,
} from '../src/index.js';
import { json, Wire } from './wire.js';

const SECRETS = [
  'sk-that-nobody-may-see',
  'token-that-nobody-may-see',
  'password-that-nobody-may-see',
];

/** Whatever prints a value. */
function shown(value: unknown): string {
  const options = { depth: 20, showHidden: true, getters: true } as const;
  return [inspect(value, options), JSON.stringify(value), String(value)].join('\n');
}

it('nothing prints a secret', async () => {
  await using wire = await Wire.replying(json(401, { error_code: 'APIGW.0301', error_msg: 'no' }));
  const [sk = '', token = '', password = ''] = SECRETS;
  const keys = Credentials.keys('AK-that-may-be-seen', sk, { securityToken: token });
  const variables = {
    HUAWEICLOUD_SDK_AK: 'AK',
    HUAWEICLOUD_SDK_SK: sk,
    HUAWEICLOUD_SDK_SECURITY_TOKEN: token,
  };
  const environment = new EnvironmentProvider(variables);
  const cached = new CachedProvider(environment);
  await cached.provide();
  const iam = new IamPasswordProvider({ user: 'u', password, domain: 'd', region: 'cn-north-4' });
  const all: unknown[] = [
    keys,
    Credentials.token(token),
    environment,
    cached,
    new ProviderChain([keys, cached, iam]),
    iam,
  ];
  for (const credentials of [keys, Credentials.token(token), cached]) {
    const events: unknown[] = [];
    const client = new Client({
      kafkaEndpoint: wire.url,
      projectId: 'p',
      credentials,
      onAttempt: (event) => events.push(event),
    });
    all.push(client, client.kafka, client.kafka.wait('i', 't'), events);
    all.push(await client.kafka.list('i').catch((error) => error));
  }
  try {
    all.push(Credentials.token(`${token}\n`));
  } catch (error) {
    all.push(error);
  }
  // An endpoint may hold one.
  const endpoint = `https://user:${password}@iam.example`;
  const options = { region: 'cn-north-4', projectId: 'p' };
  const env = { HWTASKS_METADATA_ENDPOINT: endpoint };
  for (const credentials of [new MetadataProvider({ baseUrl: endpoint }), officialChain(env)]) {
    const client = new Client({ ...options, credentials });
    all.push(credentials, client, await client.kafka.list('i').catch((error) => error));
  }
  const of = { user: 'u', password, domain: 'd', project: 'p', endpoint };
  const refused = () => new IamPasswordProvider(of);
  expect(refused).toThrow('an endpoint with a user name or password is refused');
  for (const value of all) {
    const text = shown(value);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/Signature=[0-9a-f]/);
  }
  // The printed text is checked.
  expect(shown(keys)).toContain('AK-that-may-be-seen');
  expect(wire.take().every(({ headers }) => headers['x-auth-token'] ?? headers.authorization)).toBe(
    true,
  );
});

it('client is printed with its settings and without secrets', async () => {
  const [sk = '', token = ''] = SECRETS;
  const client = new Client({
    region: 'cn-north-4',
    projectId: 'p',
    credentials: Credentials.keys('AK', sk, { securityToken: token }),
  });
  const printed = inspect(client, { breakLength: Number.POSITIVE_INFINITY });
  expect(printed).toBe(
    "Client { region: 'cn-north-4', dcsEndpoint: 'https://dcs.cn-north-4.myhuaweicloud.com', " +
      "kafkaEndpoint: 'https://dms.cn-north-4.myhuaweicloud.com', projectId: 'p', credentials: 'given keys' }",
  );
  expect(inspect({ nested: { client } }, { depth: 1 })).toContain('Client');
  const unauthorized = new Client({
    dcsEndpoint: 'http://127.0.0.1:1',
    projectId: 'p',
    withoutCredentials: true,
  });
  expect(inspect(unauthorized)).toBe(
    "Client { dcsEndpoint: 'http://127.0.0.1:1', projectId: 'p' }",
  );
  expect(inspect(client.kafka)).toBe('Kafka {}');
});
