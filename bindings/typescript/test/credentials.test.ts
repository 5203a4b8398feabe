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

describe('environment provider', () => {
  const provider = (env: Record<string, string>) => new EnvironmentProvider(env);

  it('variables give keys and their project', async () => {
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

  it('without keys is not configured', async () => {
    const error = await errorOf(provider({ HUAWEICLOUD_SDK_AK: '' }).provide());
    expect(error).toMatchObject({
      isNotConfigured: true,
      message: 'HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set',
    });
  });

  it.each(['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK'])('%s alone is an error', async (name) => {
    const error = await errorOf(provider({ [name]: 'one' }).provide());
    expect(error.isNotConfigured).toBe(false);
    expect(error.message).toContain(`${name} is set and HUAWEICLOUD_SDK_`);
  });
});

describe('profile provider', () => {
  let home: string;
  const file = () => join(home, '.huaweicloud', 'credentials');
  const write = (bytes: string | Uint8Array, path = file()) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  const provider = (env = {}) => new ProfileProvider({ HOME: home, ...env });

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'hwtasks-home-'));
  });

  afterAll(() => rmSync(home, { recursive: true }));

  const text =
    '\ufeff# mine\r\n[ basic ]\r\nAK = one\r\nsk: two=2\n;no\nsecurity_token=\nproject_id=p\niam_endpoint = https://iam.example\n[other]\nak=a\nsk=b\n';

  it('section basic is read as the official SDKs do', async () => {
    write(text);
    const keys = await provider().provide();
    expect(Credentials.areEqual(keys, Credentials.keys('one', 'two=2'))).toBe(true);
    expect(keys).toMatchObject({ projectId: 'p', iamEndpoint: 'https://iam.example' });
  });

  it('HWTASKS_PROFILE selects another section', async () => {
    write(text);
    const other = await provider({ HWTASKS_PROFILE: 'other' }).provide();
    expect(other).toMatchObject({ accessKey: 'a', projectId: undefined });
    expect(other.provider).toBe(`${file()} [other]`);
  });

  it('HUAWEICLOUD_SDK_CREDENTIALS_FILE selects another file', async () => {
    const path = write('[basic]\nak=elsewhere\nsk=b', join(home, 'mine'));
    const named = provider({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: path });
    expect((await named.provide()).accessKey).toBe('elsewhere');
  });

  it('USERPROFILE is the home directory without HOME', async () => {
    write('[basic]\nak=of-the-profile\nsk=b');
    const keys = await new ProfileProvider({ USERPROFILE: home }).provide();
    expect(keys.accessKey).toBe('of-the-profile');
  });

  it('file is read once, and again when its keys are rejected', async () => {
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

  it('missing file is not configured', async () => {
    const empty = new ProfileProvider({ HOME: join(home, 'nobody') });
    expect(await errorOf(empty.provide())).toMatchObject({ isNotConfigured: true });
  });

  it('unknown home directory is not configured', async () => {
    expect(await errorOf(new ProfileProvider({}).provide())).toMatchObject({
      isNotConfigured: true,
      message: expect.stringContaining('the home directory is not known'),
    });
  });

  it('missing section is not configured', async () => {
    write('[other]\nak=a\nsk=b');
    expect(await errorOf(provider().provide())).toMatchObject({
      isNotConfigured: true,
      message: `${file()} has no section [basic]`,
    });
  });

  it('missing file that a variable names is an error', async () => {
    const path = join(home, 'none');
    const error = await errorOf(provider({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: path }).provide());
    expect(error).toMatchObject({
      isNotConfigured: false,
      message: expect.stringContaining(
        `${path} does not exist: create it, or fix HUAWEICLOUD_SDK_CREDENTIALS_FILE`,
      ),
    });
  });

  it('missing section that a variable names is an error', async () => {
    write('[other]\nak=a\nsk=b');
    expect(await errorOf(provider({ HWTASKS_PROFILE: 'third' }).provide())).toMatchObject({
      isNotConfigured: false,
      message: expect.stringContaining('has no section [third]'),
    });
  });

  it.each([
    ['[basic]\nak one', 2, 'is invalid: expected'],
    ['ak = one\n[basic', 2, 'is invalid: expected'],
    ['[basic]\n= one', 2, 'is invalid: expected'],
    ['[basic]\nak = one', 1, '[basic] has no sk: add a line sk = ...'],
    ['\n[basic]\nak =\nsk = two', 2, '[basic] has no ak'],
    ['[basic]\nak = a\nsk = s\n[basic]\n', 4, '[basic] is here a second time'],
    ['[basic]\nak = a\nsk = s\nAK = b\n', 4, '[basic] has more than one ak'],
    ['[basic]\nak = "a"\nsk = secret\n', 2, 'the ak of [basic] has a quote at its beginning'],
    ['[basic]\nak = a\nsk = secret # mine\n', 3, 'the sk of [basic] has a blank in it'],
    [Uint8Array.of(91, 97, 93, 10, 10, 0xff), 3, 'is not UTF-8 text'],
  ])('invalid file, error names the line (%j)', async (text, line, why) => {
    write(text);
    const error = await errorOf(provider().provide());
    expect(error.isNotConfigured).toBe(false);
    expect(error.message).toContain(`${file()}:${line}: `);
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('secret');
  });

  it('directory in place of the file is an error', async () => {
    const error = await errorOf(provider({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: home }).provide());
    expect(error.message).toContain(`${home} cannot be read: `);
  });

  it('file larger than 1 MiB is an error', async () => {
    const path = write(new Uint8Array(1024 * 1024 + 1).fill(35), join(home, 'large'));
    const error = await errorOf(provider({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: path }).provide());
    expect(error.message).toContain('it is larger than 1 MiB');
  });
});

/** Returns or throws the given outcomes, one after the other. */
class FakeProvider implements CredentialsProvider {
  readonly name = 'given';
  callCount = 0;
  invalidated = 0;

  constructor(readonly outcomes: (Credentials | Error)[]) {}

  async provide(): Promise<Credentials> {
    this.callCount += 1;
    const outcome = this.outcomes.shift();
    if (outcome instanceof Credentials) return outcome;
    throw outcome ?? new Error('no outcome is left');
  }

  invalidate() {
    this.invalidated += 1;
  }
}

describe('cached provider', () => {
  const manual = () => new ManualClock(NOW);
  const token = (text: string, lives: number) =>
    Credentials.token(text, { expiresAt: hours(lives) });

  it('credentials are refreshed shortly before their expiry', async () => {
    const clock = manual();
    const given = new FakeProvider([token('one', 24), token('two', 48)]);
    const cached = new CachedProvider(given, { clock });
    const one = await cached.provide();
    clock.advance(23.75 * HOUR - 1);
    expect(await cached.provide()).toBe(one);
    clock.advance(1);
    expect(await cached.provide()).not.toBe(one);
    expect(given.callCount).toBe(2);
  });

  it('early refresh fails, valid credentials stay cached', async () => {
    const clock = manual();
    const given = new FakeProvider([
      token('one', 1),
      new Error('down'),
      new Error('still'),
      new Error('gone'),
    ]);
    const cached = new CachedProvider(given, { clock });
    const one = await cached.provide();
    clock.advance(0.8 * HOUR);
    expect(await cached.provide()).toBe(one);
    expect(await cached.provide()).toBe(one);
    expect(given.callCount).toBe(2);
    clock.advance(60_000);
    expect(await cached.provide()).toBe(one);
    expect(given.callCount).toBe(3);
    clock.advance(HOUR);
    expect((await errorOf(cached.provide())).message).toBe('gone');
  });

  it('expired credentials are an error', async () => {
    const cached = new CachedProvider(new FakeProvider([token('expired', -1)]), {
      clock: manual(),
    });
    expect((await errorOf(cached.provide())).message).toContain('check the clock');
  });

  it('short lifetime, refresh is halfway through it', async () => {
    const clock = manual();
    const given = new FakeProvider([token('short', 0.1), token('next', 1)]);
    const cached = new CachedProvider(given, { clock });
    const short = await cached.provide();
    clock.advance(0.05 * HOUR - 1);
    expect(await cached.provide()).toBe(short);
    clock.advance(1);
    expect(await cached.provide()).not.toBe(short);
  });

  it('concurrent calls share one refresh, and only rejected credentials are dropped', async () => {
    const given = new FakeProvider([token('one', 24), token('two', 24)]);
    const cached = new CachedProvider(given, { clock: manual() });
    const all = await Promise.all(Array.from({ length: 50 }, () => cached.provide()));
    expect(new Set(all).size).toBe(1);
    cached.invalidate(token('other', 24));
    expect(await cached.provide()).toBe(all[0]);
    cached.invalidate(token('one', 24));
    await cached.provide();
    expect([given.callCount, given.invalidated]).toEqual([2, 2]);
  });
});

describe('provider chain', () => {
  const absent = () => CredentialsError.notConfigured('it has none');
  const keys = Credentials.keys('AK', 'SK', { projectId: 'p' });

  it('provider without credentials is skipped, and the next is kept', async () => {
    const [first, second] = [new FakeProvider([absent()]), new FakeProvider([keys, keys])];
    const chain = new ProviderChain([first, second]);
    for (const _ of [1, 2]) {
      const given = await chain.provide();
      expect(Credentials.areEqual(given, keys)).toBe(true);
      expect(given).toMatchObject({ projectId: 'p', provider: 'given' });
    }
    expect([first.callCount, second.callCount]).toEqual([1, 2]);
  });

  it('current provider loses its credentials, chain starts over', async () => {
    const [first, second] = [
      new FakeProvider([absent(), keys]),
      new FakeProvider([keys, absent()]),
    ];
    const chain = new ProviderChain([first, second]);
    await chain.provide();
    expect(Credentials.areEqual(await chain.provide(), keys)).toBe(true);
    expect([first.callCount, second.callCount]).toEqual([2, 2]);
  });

  it('invalid provider stops the chain, and the error names the providers', async () => {
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
    expect(third.callCount).toBe(0);
  });

  it('without credentials is not configured', async () => {
    const error = await errorOf(new ProviderChain([new FakeProvider([absent()])]).provide());
    expect(error).toMatchObject({ isNotConfigured: true, message: 'given: it has none' });
  });

  it('empty chain is an error', async () => {
    expect((await errorOf(new ProviderChain([]).provide())).message).toContain('is empty');
  });
});

describe('credentials', () => {
  it('value that is not a string is rejected and not shown', () => {
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

const manualClock = () => ({ clock: new ManualClock(NOW) });

describe('metadata provider', () => {
  const keys = (access: string, expires_at = '2026-01-03T03:04:05.000000Z'): Reply =>
    json(200, { credential: { access, secret: 'SK', securitytoken: 'T', expires_at } });
  const serving = (token: Reply, ...replies: Reply[]) =>
    Wire.responding(({ method }) =>
      method === 'PUT' ? token : (replies.shift() ?? { status: 500 }),
    );
  const token: Reply = { status: 200, body: 'a-metadata-token' };

  it('token is fetched first, and sent with the request for keys', async () => {
    await using wire = await serving(token, keys('AK'));
    const provider = new MetadataProvider({ baseUrl: wire.url, ...manualClock() });
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
    'service without tokens (%j), keys are fetched without one',
    async (token) => {
      await using wire = await serving(token, keys('AK'));
      await new MetadataProvider({ baseUrl: wire.url, ...manualClock() }).provide();
      expect(wire.take()[1]?.headers).not.toHaveProperty('x-metadata-token');
    },
  );

  it('fifty concurrent calls share one fetch, and keys are refreshed 40 minutes before their expiry', async () => {
    await using wire = await serving(token, keys('one'), keys('two', '2026-01-04T03:04:05Z'));
    const { clock } = manualClock();
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
    [keys(''), false, 'in its response, the access key is empty'],
    [keys('AK', 'soon'), false, 'does not say when the keys expire'],
    [keys('AK', '2020-01-01T00:00:00Z'), false, 'check the clock'],
  ] as const)('response without keys (%j) is an error', async (response, isNotConfigured, why) => {
    await using wire = await serving(token, response);
    const provider = new MetadataProvider({ baseUrl: wire.url, ...manualClock() });
    const error = await errorOf(provider.provide());
    expect(error.isNotConfigured).toBe(isNotConfigured);
    expect(error.message).toContain(why);
    expect(error.message).not.toMatch(/secret|SK/);
  });

  it('absence of the service is cached for a minute', async () => {
    const wire = await serving(token);
    const { url } = wire;
    await wire[Symbol.asyncDispose]();
    const { clock } = manualClock();
    let requests = 0;
    const fetch = (url: string, init: RequestInit) => {
      requests += 1;
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
      expect(requests).toBe(count);
    }
    const without = new MetadataProvider({ baseUrl: url, clock });
    expect(await errorOf(without.provide())).toMatchObject({ isNotConfigured: true });
  });
});

describe('IAM password provider', () => {
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

  it('password gives a token of the project', async () => {
    await using wire = await Wire.replying(issued('a-token'));
    const given = await provider(wire, manualClock().clock).provide();
    expect(given).toMatchObject({ isToken: true, projectId: 'p', expiresAt: hours(24) });
    const [request] = wire.take();
    expect(request).toMatchObject({ method: 'POST', target: '/v3/auth/tokens?nocatalog=true' });
    expect(request?.headers['content-type']).toBe('application/json;charset=utf8');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'u', password: 'a-password', domain: { name: 'd' } } },
        },
        scope: { project: { name: 'cn-north-4' } },
      },
    });
  });

  it('expired token is refreshed once', async () => {
    const tokens: (string | undefined)[] = [];
    await using wire = await Wire.responding(({ method, headers }) => {
      if (method === 'POST') return issued(`token-${tokens.length}`);
      tokens.push(headers['x-auth-token']);
      return tokens.length === 1
        ? json(401, { error_code: 'APIGW.0307' })
        : json(200, { tasks: [] });
    });
    const { clock } = manualClock();
    const credentials = provider(wire, clock);
    const client = new Client({ kafkaEndpoint: wire.url, projectId: 'p', credentials, clock });
    await client.kafka.list('i');
    expect(tokens).toEqual(['token-0', 'token-1']);
  });

  it('rejected password is not sent again for five minutes', async () => {
    const rejection = json(401, { error: { code: 401, message: 'no', title: 'Unauthorized' } });
    await using wire = await Wire.replying(rejection);
    const { clock } = manualClock();
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
  ])('response without a valid token is an error (%#)', async (response, why) => {
    await using wire = await Wire.replying(response);
    const error = await errorOf(provider(wire, manualClock().clock).provide());
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('secret');
  });

  it('missing or invalid option, error names it', () => {
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
