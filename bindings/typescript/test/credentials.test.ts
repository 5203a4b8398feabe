import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  CachedProvider,
  Client,
  Credentials,
  CredentialsError,
  type CredentialsProvider,
  EnvironmentProvider,
  IamPasswordProvider,
  MetadataProvider,
  ProfileProvider,
  ProviderChain,
} from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { json, type Reply, Wire } from './wire.js';

const NOW = '2026-01-02T03:04:05Z';
const HOUR = 3600_000;
const hours = (count: number) => new Date(Date.parse(NOW) + count * HOUR);

async function errorOf(work: Promise<unknown>): Promise<CredentialsError> {
  return work.then(
    () => expect.fail('it gave credentials'),
    (error) => error,
  );
}

describe('the environment', () => {
  const provider = (variables: Record<string, string>) => new EnvironmentProvider({ variables });

  it('has keys and their project', async () => {
    const keys = await provider({
      HUAWEICLOUD_SDK_AK: 'AK',
      HUAWEICLOUD_SDK_SK: 'SK',
      HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T',
      HUAWEICLOUD_SDK_PROJECT_ID: 'P',
    }).provide();
    const from = 'HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK';
    expect(keys).toMatchObject({ accessKey: 'AK', projectId: 'P', isToken: false, provider: from });
    const same = Credentials.keys('AK', 'SK', { securityToken: 'T' });
    expect(Credentials.areEqual(keys, same)).toBe(true);
    expect(Credentials.areEqual(keys, Credentials.keys('AK', 'SK'))).toBe(false);
  });

  it('has nothing, or half a pair, which is an error', async () => {
    const none = await errorOf(provider({ HUAWEICLOUD_SDK_AK: '' }).provide());
    expect(none).toMatchObject({
      isNotConfigured: true,
      message: 'HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set',
    });
    for (const name of ['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK']) {
      const half = await errorOf(provider({ [name]: 'one' }).provide());
      expect(half.isNotConfigured).toBe(false);
      expect(half.message).toContain(`${name} is set and HUAWEICLOUD_SDK_`);
    }
  });
});

describe('the profile file', () => {
  let home: string;
  const file = () => join(home, '.huaweicloud', 'credentials');
  const write = (bytes: string | Uint8Array, path = file()) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  const provider = (variables = {}) => new ProfileProvider({ variables, home });

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'hwtasks-home-'));
  });

  afterAll(() => rmSync(home, { recursive: true }));

  it('is read as the official SDKs do', async () => {
    write(
      '\ufeff# mine\r\n[ basic ]\r\nAK = one\r\nsk: two=2\n;no\nsecurity_token=\nproject_id=p\niam_endpoint = https://iam.example\n[other]\nak=a\nsk=b\n',
    );
    const keys = await provider().provide();
    expect(Credentials.areEqual(keys, Credentials.keys('one', 'two=2'))).toBe(true);
    expect(keys).toMatchObject({ projectId: 'p', iamEndpoint: 'https://iam.example' });
    const other = await provider({ HWTASKS_PROFILE: 'other' }).provide();
    expect(other).toMatchObject({ accessKey: 'a', projectId: undefined });
    expect(other.provider).toBe(`${file()} [other]`);
    const path = write('[basic]\nak=elsewhere\nsk=b', join(home, 'mine'));
    const named = provider({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: path });
    expect((await named.provide()).accessKey).toBe('elsewhere');
  });

  it('is read once, and again when its keys are refused', async () => {
    write('[basic]\nak=one\nsk=b');
    const profile = provider();
    const keys = await profile.provide();
    write('[basic]\nak=two\nsk=b');
    expect(await profile.provide()).toBe(keys);
    profile.invalidate(Credentials.keys('other', 'b'));
    expect(await profile.provide()).toBe(keys);
    profile.invalidate(keys);
    expect((await profile.provide()).accessKey).toBe('two');
  });

  it('may be missing, unless it was asked for', async () => {
    const empty = new ProfileProvider({ variables: {}, home: join(home, 'nobody') });
    expect(await errorOf(empty.provide())).toMatchObject({ isNotConfigured: true });
    expect(await errorOf(new ProfileProvider({ variables: {} }).provide())).toMatchObject({
      isNotConfigured: true,
      message: expect.stringContaining('the home directory is not known'),
    });
    write('[other]\nak=a\nsk=b');
    expect(await errorOf(provider().provide())).toMatchObject({
      isNotConfigured: true,
      message: `${file()} has no section [basic]`,
    });
    const path = join(home, 'none');
    for (const [variables, message] of [
      [
        { HUAWEICLOUD_SDK_CREDENTIALS_FILE: path },
        `${path} does not exist: create it, or fix HUAWEICLOUD`,
      ],
      [{ HWTASKS_PROFILE: 'third' }, 'has no section [third]'],
    ] as const) {
      const error = await errorOf(provider(variables).provide());
      expect(error).toMatchObject({
        isNotConfigured: false,
        message: expect.stringContaining(message),
      });
    }
  });

  it.each([
    ['[basic]\nak one', 2, 'is invalid: expected'],
    ['ak = one\n[basic', 2, 'is invalid: expected'],
    ['[basic]\n= one', 2, 'is invalid: expected'],
    ['[basic]\nak = one', 1, '[basic] has no sk: add a line sk = ...'],
    ['\n[basic]\nak =\nsk = two', 2, '[basic] has no ak'],
    ['[basic]\nak = a\nsk = s\n[basic]\n', 4, '[basic] is here a second time'],
    ['[basic]\nak = a\nsk = s\nAK = b\n', 4, '[basic] has more than one ak'],
    ['[basic]\nak = "a"\nsk = secret\n', 2, 'the ak of [basic] has blanks or quotes'],
    ['[basic]\nak = a\nsk = secret # mine\n', 3, 'the sk of [basic] has blanks or quotes'],
    [Uint8Array.of(91, 97, 93, 10, 10, 0xff), 3, 'is not UTF-8 text'],
  ])('that is broken is named with its line (%j)', async (text, line, why) => {
    write(text);
    const error = await errorOf(provider().provide());
    expect(error.isNotConfigured).toBe(false);
    expect(error.message).toContain(`${file()}:${line}: `);
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('secret');
  });

  it('that cannot be read says why', async () => {
    const folder = await errorOf(provider({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: home }).provide());
    expect(folder.message).toContain(`${home} cannot be read: `);
    const path = write(new Uint8Array(1024 * 1024 + 1).fill(35), join(home, 'large'));
    const large = await errorOf(provider({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: path }).provide());
    expect(large.message).toContain('it is larger than 1 MiB');
  });
});

/** Gives what it is told, one after the other. */
class FakeProvider implements CredentialsProvider {
  readonly name = 'given';
  asked = 0;
  invalidated = 0;

  constructor(readonly answers: (Credentials | Error)[]) {}

  async provide(): Promise<Credentials> {
    this.asked += 1;
    const answer = this.answers.shift();
    if (answer instanceof Credentials) return answer;
    throw answer ?? new Error('nothing is left');
  }

  invalidate() {
    this.invalidated += 1;
  }
}

describe('a cache', () => {
  const manual = () => new ManualClock(NOW);
  const token = (text: string, lives: number) =>
    Credentials.token(text, { expiresAt: hours(lives) });

  it('renews shortly before the expiry', async () => {
    const clock = manual();
    const given = new FakeProvider([token('one', 24), token('two', 48)]);
    const cached = new CachedProvider(given, { clock: clock });
    const one = await cached.provide();
    clock.advance(23.75 * HOUR - 1);
    expect(await cached.provide()).toBe(one);
    clock.advance(1);
    expect(await cached.provide()).not.toBe(one);
    expect(given.asked).toBe(2);
  });

  it('keeps what is valid when a renewal fails early', async () => {
    const clock = manual();
    const given = new FakeProvider([
      token('one', 1),
      new Error('down'),
      new Error('still'),
      new Error('gone'),
    ]);
    const cached = new CachedProvider(given, { clock: clock });
    const one = await cached.provide();
    clock.advance(0.8 * HOUR);
    expect(await cached.provide()).toBe(one);
    expect(await cached.provide()).toBe(one);
    expect(given.asked).toBe(2);
    clock.advance(60_000);
    expect(await cached.provide()).toBe(one);
    expect(given.asked).toBe(3);
    clock.advance(HOUR);
    expect((await errorOf(cached.provide())).message).toBe('gone');
  });

  it('refuses the dead, and renews short lives in their middle', async () => {
    const clock = manual();
    const given = new FakeProvider([token('dead', -1), token('short', 0.1), token('next', 1)]);
    const cached = new CachedProvider(given, { clock: clock });
    expect((await errorOf(cached.provide())).message).toContain('check the clock');
    const short = await cached.provide();
    clock.advance(0.05 * HOUR - 1);
    expect(await cached.provide()).toBe(short);
    clock.advance(1);
    expect(await cached.provide()).not.toBe(short);
  });

  it('renews once for all, and forgets only what was refused', async () => {
    const given = new FakeProvider([token('one', 24), token('two', 24)]);
    const cached = new CachedProvider(given, { clock: manual() });
    const all = await Promise.all(Array.from({ length: 50 }, () => cached.provide()));
    expect(new Set(all).size).toBe(1);
    cached.invalidate(token('other', 24));
    expect(await cached.provide()).toBe(all[0]);
    cached.invalidate(token('one', 24));
    await cached.provide();
    expect([given.asked, given.invalidated]).toEqual([2, 2]);
  });
});

describe('a chain', () => {
  const absent = () => CredentialsError.notConfigured('it has none');
  const keys = Credentials.keys('AK', 'SK', { projectId: 'p' });

  it('passes over what is absent, and stays with what gives', async () => {
    const [first, second] = [new FakeProvider([absent()]), new FakeProvider([keys, keys])];
    const chain = new ProviderChain([first, second]);
    for (const _ of [1, 2]) {
      const given = await chain.provide();
      expect(Credentials.areEqual(given, keys)).toBe(true);
      expect(given).toMatchObject({ projectId: 'p', provider: 'given' });
    }
    expect([first.asked, second.asked]).toEqual([1, 2]);
  });

  it('begins anew when its provider has nothing any more', async () => {
    const [first, second] = [
      new FakeProvider([absent(), keys]),
      new FakeProvider([keys, absent()]),
    ];
    const chain = new ProviderChain([first, second]);
    await chain.provide();
    expect(Credentials.areEqual(await chain.provide(), keys)).toBe(true);
    expect([first.asked, second.asked]).toEqual([2, 2]);
  });

  it('stops at what is broken, and names who was asked', async () => {
    const third = new FakeProvider([keys]);
    const chain = new ProviderChain([
      new FakeProvider([absent()]),
      new FakeProvider([new Error('broken')]),
      third,
    ]);
    const error = await errorOf(chain.provide());
    expect(error.isNotConfigured).toBe(false);
    expect(error.message).toBe(
      'given: it has none; given: broken; the providers after it were not tried',
    );
    expect(third.asked).toBe(0);
    const nothing = await errorOf(new ProviderChain([new FakeProvider([absent()])]).provide());
    expect(nothing).toMatchObject({ isNotConfigured: true, message: 'given: it has none' });
    expect((await errorOf(new ProviderChain([]).provide())).message).toContain('is empty');
  });
});

describe('credentials that are given', () => {
  it('are text, and no other value is shown', () => {
    const wrong = { secret: 'hunter2' } as never;
    for (const [make, why] of [
      [
        () => Credentials.keys('AK', undefined as never),
        'the secret key is undefined, not a string',
      ],
      [() => Credentials.keys(wrong, 'SK'), 'the access key is object, not a string'],
      [() => Credentials.keys('AK', wrong), 'the secret key is object, not a string'],
      [() => Credentials.token(undefined as never), 'the token is undefined, not a string'],
      [
        () => Credentials.keys('AK', 'SK', { securityToken: wrong }),
        'the security token is object, not a string',
      ],
    ] as const) {
      expect(make).toThrow(why);
      expect(make).toThrow(expect.objectContaining({ name: 'HwtasksError', kind: 'InvalidInput' }));
    }
  });
});

const sleepless = () => ({ clock: new ManualClock(NOW) });

describe('the metadata service', () => {
  const keys = (access: string, expires_at = '2026-01-03T03:04:05.000000Z'): Reply =>
    json(200, { credential: { access, secret: 'SK', securitytoken: 'T', expires_at } });
  const serving = (token: Reply, ...answers: Reply[]) =>
    Wire.answering(({ method }) =>
      method === 'PUT' ? token : (answers.shift() ?? { status: 500 }),
    );
  const token: Reply = { status: 200, body: 'a-metadata-token' };

  it('is asked for a token first, and then with it for keys', async () => {
    await using wire = await serving(token, keys('AK'));
    const provider = new MetadataProvider({ baseUrl: wire.url, ...sleepless() });
    const given = await provider.provide();
    expect(given).toMatchObject({ accessKey: 'AK', expiresAt: hours(24) });
    expect(Credentials.areEqual(given, Credentials.keys('AK', 'SK', { securityToken: 'T' }))).toBe(
      true,
    );
    const [put, get] = wire.take();
    expect(put).toMatchObject({ method: 'PUT', target: '/meta-data/latest/api/token' });
    expect(put?.headers['x-metadata-token-ttl-seconds']).toBe('21600');
    expect(get).toMatchObject({ method: 'GET', target: '/openstack/latest/securitykey' });
    expect(get?.headers['x-metadata-token']).toBe('a-metadata-token');
  });

  it.each([{ status: 404 }, { status: 200, body: '' }, { status: 200, body: 'a b' }])(
    'that gives no token (%j) is asked without',
    async (token) => {
      await using wire = await serving(token, keys('AK'));
      await new MetadataProvider({ baseUrl: wire.url, ...sleepless() }).provide();
      expect(wire.take()[1]?.headers).not.toHaveProperty('x-metadata-token');
    },
  );

  it('is asked once by fifty, and again 40 minutes before the keys expire', async () => {
    await using wire = await serving(token, keys('one'), keys('two', '2026-01-04T03:04:05Z'));
    const { clock } = sleepless();
    const provider = new MetadataProvider({ baseUrl: wire.url, clock });
    await Promise.all(Array.from({ length: 50 }, () => provider.provide()));
    expect(wire.take()).toHaveLength(2);
    clock.advance(24 * HOUR - 40 * 60_000 - 1);
    expect((await provider.provide()).accessKey).toBe('one');
    clock.advance(1);
    expect((await provider.provide()).accessKey).toBe('two');
  });

  it.each([
    [{ status: 404 }, true, 'this machine has no agency'],
    [{ status: 403 }, false, 'it returned 403'],
    [json(200, 'secret text'), false, 'does not hold the keys that the document describes'],
    [
      json(200, { credential: { access: 'secret' } }),
      false,
      'does not hold the keys that the document describes',
    ],
    [keys(''), false, 'its response has an empty key'],
    [keys('AK', 'soon'), false, 'does not say when the keys expire'],
    [keys('AK', '2020-01-01T00:00:00Z'), false, 'check the clock'],
  ] as const)('that has no keys (%j) says so', async (answer, isNotConfigured, why) => {
    await using wire = await serving(token, answer);
    const provider = new MetadataProvider({ baseUrl: wire.url, ...sleepless() });
    const error = await errorOf(provider.provide());
    expect(error.isNotConfigured).toBe(isNotConfigured);
    expect(error.message).toContain(why);
    expect(error.message).not.toMatch(/secret|SK/);
  });

  it('that is not there is asked once a minute', async () => {
    const wire = await serving(token);
    const { url } = wire;
    await wire[Symbol.asyncDispose]();
    const { clock } = sleepless();
    let asked = 0;
    const fetch = (url: string, init: RequestInit) => {
      asked += 1;
      return globalThis.fetch(url, init);
    };
    const provider = new MetadataProvider({ baseUrl: url, clock, fetch });
    for (const [advance, count] of [
      [0, 1],
      [59_999, 1],
      [1, 2],
    ] as const) {
      clock.advance(advance);
      const error = await errorOf(provider.provide());
      expect(error.isNotConfigured).toBe(true);
      expect(error.message).toContain(`not reachable at ${url}: `);
      expect(asked).toBe(count);
    }
    const without = new MetadataProvider({ baseUrl: url, clock });
    expect(await errorOf(without.provide())).toMatchObject({ isNotConfigured: true });
  });
});

describe('IAM', () => {
  const issued = (token: string, expires_at = '2026-01-03T03:04:05.000000Z'): Reply =>
    json(201, { token: { expires_at, project: { id: 'p' } } }, { 'X-Subject-Token': token });
  const provider = (wire: Wire, clock: ManualClock) =>
    new IamPasswordProvider({
      user: 'u',
      password: 'a-password',
      domain: 'd',
      project: 'cn-north-4',
      endpoint: wire.url,
      clock,
    });

  it('gives a token of the project for a password', async () => {
    await using wire = await Wire.replying(issued('a-token'));
    const given = await provider(wire, sleepless().clock).provide();
    expect(given).toMatchObject({ isToken: true, projectId: 'p', expiresAt: hours(24) });
    const [asked] = wire.take();
    expect(asked).toMatchObject({ method: 'POST', target: '/v3/auth/tokens?nocatalog=true' });
    expect(asked?.headers['content-type']).toBe('application/json;charset=utf8');
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'u', password: 'a-password', domain: { name: 'd' } } },
        },
        scope: { project: { name: 'cn-north-4' } },
      },
    });
  });

  it('renews the token when the service asks for a new one', async () => {
    const tokens: (string | undefined)[] = [];
    await using wire = await Wire.answering(({ method, headers }) => {
      if (method === 'POST') return issued(`token-${tokens.length}`);
      tokens.push(headers['x-auth-token']);
      return tokens.length === 1
        ? json(401, { error_code: 'APIGW.0307' })
        : json(200, { tasks: [] });
    });
    const { clock } = sleepless();
    const credentials = provider(wire, clock);
    const client = new Client({ kafkaEndpoint: wire.url, projectId: 'p', credentials, clock });
    await client.kafka.list('i');
    expect(tokens).toEqual(['token-0', 'token-1']);
  });

  it('is not sent a password it refused for five minutes', async () => {
    const refusal = json(401, { error: { code: 401, message: 'no', title: 'Unauthorized' } });
    await using wire = await Wire.replying(refusal);
    const { clock } = sleepless();
    const iam = provider(wire, clock);
    for (const [advance, count] of [
      [0, 1],
      [299_999, 0],
      [1, 1],
    ] as const) {
      clock.advance(advance);
      const error = await errorOf(iam.provide());
      expect(error.message).toContain('the service returned 401, 401: no');
      expect(error.message + error.stack).not.toContain('a-password');
      expect(wire.take()).toHaveLength(count);
    }
  });

  it.each([
    [issued(''), 'has no token in X-Subject-Token'],
    [issued('secret', 'soon'), 'does not say when the token expires'],
    [json(201, 'secret', { 'X-Subject-Token': 'secret' }), 'it is not JSON'],
    [{ status: 302 }, 'neither the documented success nor an error'],
  ])('that gives nothing says why (%#)', async (answer, why) => {
    await using wire = await Wire.replying(answer);
    const error = await errorOf(provider(wire, sleepless().clock).provide());
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('secret');
  });

  it('needs to know whom it is for', () => {
    const of = { user: 'u', password: 'p', domain: 'd', region: 'cn-north-4' };
    for (const [options, why] of [
      [{ ...of, user: '' }, 'the user name for IAM is empty'],
      [{ ...of, password: '' }, 'the password for IAM is empty'],
      [{ ...of, domain: '' }, 'the domain name for IAM is empty'],
      [{ ...of, region: 'a b' }, '"a b" is not a region'],
      [{ ...of, endpoint: 'http://iam.example' }, 'is plain http'],
      [{ user: 'u', password: 'p', domain: 'd' }, 'no endpoint for IAM is set'],
      [{ ...of, region: '', endpoint: 'https://iam.example' }, '"" is not a region'],
    ] as const) {
      expect(() => new IamPasswordProvider(options)).toThrow(why);
    }
  });
});
