import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import regions from '../../../xtask/data/regions.json' with { type: 'json' };
import { endpointOf } from '../src/config/region.js';
import {
  Client,
  type ClientOptions,
  Credentials,
  type Env,
  HwtasksError,
  knownRegions,
} from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { Emulator, INSTANCE } from './emulator.js';
import { json, type Reply, Wire } from './wire.js';

const token = Credentials.token('a-token');
const projectId = 'a4d31cb63d724fdc8ec96e3a41e47f71';

async function configurationError(options: ClientOptions): Promise<string> {
  const error = await Client.fromEnv({ env: {}, ...options }).then(
    () => expect.fail('it is not refused'),
    (error) => error,
  );
  expect(error).toBeInstanceOf(HwtasksError);
  expect(error).toMatchObject({ kind: 'InvalidInput', attempts: 0 });
  return error.message;
}

describe('client from environment variables', () => {
  it('variables of the emulator configure it', async () => {
    await using emulator = await Emulator.start();
    const { HWTASKS_TOKEN: _, ...env } = emulator.variables;
    const client = await Client.fromEnv({ env });
    expect(client.projectId).toBe(emulator.projectId);
    expect([client.dcsEndpoint, client.kafkaEndpoint]).toEqual([emulator.dcs, emulator.kafka]);
    expect((await client.kafka.list(INSTANCE)).tasks.length).toBeGreaterThan(0);
    const [request] = await emulator.control<{ headers: [string, string][] }[]>('GET', 'requests');
    expect(Object.fromEntries(request?.headers ?? []).authorization).toMatch(/^SDK-HMAC-SHA256 /);
  });

  it('token variable overrides key variables, and options override both', async () => {
    await using wire = await Wire.replying(json(200, { tasks: [] }));
    const env = {
      HWTASKS_KAFKA_ENDPOINT: wire.url,
      HWTASKS_TOKEN: 'of-the-environment',
      HUAWEICLOUD_SDK_AK: 'AK',
      HUAWEICLOUD_SDK_SK: 'SK',
      HUAWEICLOUD_SDK_PROJECT_ID: 'p1',
    };
    await (await Client.fromEnv({ env })).kafka.list('i');
    await (await Client.fromEnv({ env, credentials: token, projectId: 'p2' })).kafka.list('i');
    expect(wire.take().map(({ target, headers }) => [target, headers['x-auth-token']])).toEqual([
      ['/v2/p1/instances/i/tasks', 'of-the-environment'],
      ['/v2/p2/instances/i/tasks', 'a-token'],
    ]);
  });

  describe('config sources', () => {
    const sourcesOf = async (variables: Env, options: ClientOptions = {}) => {
      const client = new Client({ env: { HWTASKS_TOKEN: 't', ...variables }, ...options });
      const { region, dcsEndpoint, kafkaEndpoint, projectId } = client.configSources;
      const { provider } = (await client.credentials()) ?? {};
      return {
        id: client.region,
        sources: [region, dcsEndpoint, kafkaEndpoint, projectId, provider],
      };
    };
    const variables = {
      HW_REGION_NAME: 'cn-east-3',
      HWTASKS_DCS_ENDPOINT: 'https://one.example',
      HUAWEICLOUD_SDK_REGION_KAFKA_CN_EAST_3: 'https://two.example',
      HUAWEICLOUD_SDK_PROJECT_ID: 'p',
    };

    it('region variable determines the endpoints', async () => {
      expect(await sourcesOf({ HWTASKS_REGION: 'cn-north-4' })).toEqual({
        id: 'cn-north-4',
        sources: ['HWTASKS_REGION', 'region', 'region', undefined, 'HWTASKS_TOKEN'],
      });
    });

    it('variables are named', async () => {
      expect(await sourcesOf(variables)).toEqual({
        id: 'cn-east-3',
        sources: [
          'HW_REGION_NAME',
          'HWTASKS_DCS_ENDPOINT',
          'HUAWEICLOUD_SDK_REGION_KAFKA_CN_EAST_3',
          'HUAWEICLOUD_SDK_PROJECT_ID',
          'HWTASKS_TOKEN',
        ],
      });
    });

    it('options override variables', async () => {
      const options = {
        region: 'xx-new-9',
        dcsEndpoint: 'https://a.example',
        projectId: 'q',
        token: 't',
      };
      expect(await sourcesOf(variables, options)).toEqual({
        id: 'xx-new-9',
        sources: ['options', 'options', 'region', 'options', undefined],
      });
    });

    it('unset settings have no source', async () => {
      const client = new Client({
        projectId: 'p',
        dcsEndpoint: 'https://dcs.example',
        withoutCredentials: true,
      });
      const { region, kafkaEndpoint } = client.configSources;
      expect([client.region, region, kafkaEndpoint]).toEqual(Array(3).fill(undefined));
      expect(await client.credentials()).toBeUndefined();
    });
  });

  it('region and endpoint variables have an order of precedence', async () => {
    const of = async (variables: Record<string, string>, options: ClientOptions = {}) => {
      const env = { HUAWEICLOUD_SDK_PROJECT_ID: 'p', HWTASKS_TOKEN: 't', ...variables };
      const client = await Client.fromEnv({ env, ...options });
      return [client.dcsEndpoint, client.kafkaEndpoint];
    };
    const usual = (region: string) => [
      `https://dcs.${region}.myhuaweicloud.com`,
      `https://dms.${region}.myhuaweicloud.com`,
    ];
    const both = { HWTASKS_REGION: 'cn-north-4', HW_REGION_NAME: 'cn-east-3' };
    expect(await of(both)).toEqual(usual('cn-north-4'));
    expect(await of({ ...both, HWTASKS_REGION: '' })).toEqual(usual('cn-east-3'));
    expect(await of(both, { region: 'xx-new-9' })).toEqual(usual('xx-new-9'));
    const moved = {
      ...both,
      HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4: 'https://one.example/,https://two.example',
      HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4: 'https://three.example',
    };
    expect(await of(moved)).toEqual(['https://one.example', 'https://three.example']);
    const own = { ...moved, HWTASKS_DCS_ENDPOINT: 'http://127.0.0.1:8931/' };
    expect(await of(own)).toEqual(['http://127.0.0.1:8931', 'https://three.example']);
    expect(await of(own, { dcsEndpoint: 'https://four.example' })).toEqual([
      'https://four.example',
      'https://three.example',
    ]);
  });

  it('without credentials, error names every provider', async () => {
    const wire = await Wire.replying({ status: 500 });
    const { url } = wire;
    await wire[Symbol.asyncDispose]();
    const home = mkdtempSync(join(tmpdir(), 'hwtasks-home-'));
    const env = { HWTASKS_REGION: 'cn-north-4', HWTASKS_METADATA_ENDPOINT: url, HOME: home };
    const error: HwtasksError = await Client.fromEnv({ env }).then(
      () => expect.fail('it has none'),
      (error) => error,
    );
    rmSync(home, { recursive: true });
    expect(error).toMatchObject({ kind: 'Credentials', isCredentials: true, attempts: 0 });
    expect(error.message).toContain(
      `no credentials: environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set; profile file: ${join(home, '.huaweicloud', 'credentials')} does not exist; metadata service: not reachable at ${url}: `,
    );
  });

  it('incomplete keys stop the chain', async () => {
    const env = { HWTASKS_REGION: 'cn-north-4', HUAWEICLOUD_SDK_AK: 'AK' };
    await expect(Client.fromEnv({ env })).rejects.toThrow(
      'HUAWEICLOUD_SDK_AK is set and HUAWEICLOUD_SDK_SK is not: set both, or neither; the providers after it were not tried',
    );
  });

  it('missing or invalid setting, error names its variable', async () => {
    const of = (variables: Env): Env => ({
      HWTASKS_TOKEN: 't',
      HUAWEICLOUD_SDK_PROJECT_ID: 'p',
      ...variables,
    });
    for (const [variables, why] of [
      [
        {},
        'no region is set; set HWTASKS_REGION, the option region, or region in the profile file',
      ],
      [{ HWTASKS_REGION: 'a/b' }, 'HWTASKS_REGION: "a/b" is not a region'],
      [
        { HWTASKS_DCS_ENDPOINT: 'http://dcs.example' },
        'HWTASKS_DCS_ENDPOINT: the endpoint "http://dcs.example" is plain http',
      ],
      [
        { HWTASKS_KAFKA_ENDPOINT: 'https://u:pass@h' },
        'HWTASKS_KAFKA_ENDPOINT: an endpoint with a user name or password',
      ],
      [
        { HWTASKS_REGION: 'cn-north-4', HUAWEICLOUD_SDK_IAM_ENDPOINT: 'iam' },
        'HUAWEICLOUD_SDK_IAM_ENDPOINT: the endpoint "iam" is not a URL',
      ],
      [
        { HWTASKS_REGION: 'cn-north-4', HUAWEICLOUD_SDK_PROJECT_ID: '..' },
        'the project ID ".." would name another path',
      ],
    ] as const) {
      const message = await configurationError({ env: of(variables) });
      expect(message).toContain(why);
      expect(message).not.toContain('pass@');
    }
  });
});

describe('client from options', () => {
  it('configuration error has help', () => {
    const help = 'set it with the option projectId';
    expect(() => new Client({ region: 'cn-north-4', withoutCredentials: true })).toThrow(
      expect.objectContaining({ help, message: `no project ID is set; ${help}` }),
    );
    expect(() => new Client({ projectId: '..' })).toThrow(
      expect.objectContaining({ help: undefined }),
    );
  });

  it('missing or invalid option, error names it', () => {
    for (const [options, why] of [
      [{}, 'no endpoint is set; set one with the option region, dcsEndpoint or kafkaEndpoint'],
      [{ region: 'cn-north-4' }, 'no credentials are set; set the option credentials'],
      [
        { projectId },
        'no endpoint is set; set one with the option region, dcsEndpoint or kafkaEndpoint',
      ],
      [{ projectId, region: 'cn-north-4' }, 'no credentials are set; set the option credentials'],
      [{ projectId, region: 'cn-north-4', token: undefined }, 'no credentials are set'],
      [{ projectId, region: '-a' }, '"-a" is not a region'],
      [
        { projectId, region: 'cn-north-4', token: 't', userAgentSuffix: 'ü' },
        'the user agent suffix is not printable ASCII',
      ],
      [{ projectId, region: 'cn-north-4', token: 't', timeout: -1 }, 'the option timeout is -1'],
      [
        { projectId, region: 'cn-north-4', token: 't', retry: { maxAttempts: -1 } },
        'the option retry.maxAttempts is -1',
      ],
    ] as const) {
      expect(() => new Client(options)).toThrow(why);
    }
  });

  it('token is sent', async () => {
    await using wire = await Wire.replying(json(200, { tasks: [] }));
    await new Client({ projectId, dcsEndpoint: wire.url, token: 'of-mine' }).dcs.list('i');
    expect(wire.take().map(({ headers }) => headers['x-auth-token'])).toEqual(['of-mine']);
  });

  it('token and credentials exclude each other', () => {
    const options = { projectId, dcsEndpoint: 'https://dcs.example', token: 'of-mine' };
    expect(() => new Client({ ...options, credentials: token })).toThrow(
      'token and credentials are both set; set one of them',
    );
  });

  it('token that is not a string is rejected', () => {
    const options = { projectId, dcsEndpoint: 'https://dcs.example', token: 5 as never };
    expect(() => new Client(options)).toThrow('the token is number');
  });

  it('endpoint of one service, call of the other fails', async () => {
    const client = new Client({ projectId, dcsEndpoint: 'https://dcs.example', token: 't' });
    await expect(client.kafka.list('i')).rejects.toThrow(
      'ListKafkaTasks: no Kafka endpoint is set; set it with the option kafkaEndpoint, or set the region',
    );
  });

  it('user agent suffix is sent, and no token of the process', async () => {
    await using wire = await Wire.replying(json(200, { tasks: [] }));
    const options = { projectId, dcsEndpoint: wire.url, userAgentSuffix: 'inventory/1.2' };
    await new Client({ ...options, withoutCredentials: true }).dcs.list('i');
    const [head] = wire.take();
    expect(head?.headers['user-agent']).toBe('hwtasks-typescript/0.1.0 inventory/1.2');
    expect(head?.headers).not.toHaveProperty('x-auth-token');
  });

  it('plain http to another host needs allowPlainHttp', () => {
    const options = { projectId, dcsEndpoint: 'http://127.evil.example', token: 't' };
    expect(() => new Client(options)).toThrow('is plain http');
    expect(new Client({ ...options, allowPlainHttp: true }).dcsEndpoint).toBe(options.dcsEndpoint);
  });

  it.each(['http://localhost:1', 'http://127.0.0.2', 'http://[::1]:8080/a'])(
    'plain http to loopback is allowed (%s)',
    (url) => {
      expect(new Client({ projectId, dcsEndpoint: url, token: 't' }).dcsEndpoint).toBe(url);
    },
  );
});

describe('project ID', () => {
  const projects = (...names: string[]) =>
    json(200, { projects: names.map((name, n) => ({ id: `id-${n}`, name })) });

  async function withLookup(
    iam: Reply,
    use: (wire: Wire, client: Client) => Promise<void>,
    options = {},
  ) {
    await using wire = await Wire.responding(({ target }) =>
      target.startsWith('/v3') ? iam : json(200, { tasks: [] }),
    );
    const client = new Client({
      region: 'cn-north-4',
      iamEndpoint: wire.url,
      dcsEndpoint: wire.url,
      kafkaEndpoint: wire.url,
      credentials: token,
      clock: new ManualClock('2026-01-02T03:04:05Z'),
      ...options,
    });
    await use(wire, client);
  }

  it('fifty concurrent calls share one lookup', async () => {
    await withLookup(projects('other', 'cn-north-4'), async (wire, client) => {
      await Promise.all(Array.from({ length: 50 }, () => client.kafka.list('i')));
      const [first, ...others] = wire.take();
      expect(first?.target).toBe('/v3/projects?name=cn-north-4');
      expect(first?.headers['x-auth-token']).toBe('a-token');
      expect(new Set(others.map(({ target }) => target))).toEqual(
        new Set(['/v2/id-1/instances/i/tasks']),
      );
      expect([client.projectId, client.configSources.projectId]).toEqual(['id-1', 'iam']);
    });
  });

  it('project of the credentials needs no lookup', async () => {
    const credentials = Credentials.token('a-token', { projectId: 'of-the-token' });
    const use = async (wire: Wire, client: Client) => {
      await client.dcs.list('i');
      expect(wire.take().map(({ target }) => target)).toEqual([
        '/v2/of-the-token/instances/i/tasks',
      ]);
      expect(client.configSources.projectId).toBe('credentials');
    };
    await withLookup({ status: 500 }, use, { credentials });
  });

  it.each([
    [projects(), 'IAM has 0 projects named "cn-north-4": set the project ID'],
    [projects('cn-north-4', 'cn-north-4'), 'IAM has 2 projects named "cn-north-4"'],
    [json(200, {}), 'at projects: expected an array'],
    [
      json(403, { error_code: 'IAM.0003', error_msg: 'no' }),
      'the service returned 403, IAM.0003: no',
    ],
  ])('lookup without exactly one project fails (%#)', async (response, why) => {
    await withLookup(response, async (_, client) => {
      const error = await client.dcs.list('i').catch((error) => error);
      expect(error).toMatchObject({ operation: 'ListDcsTasks' });
      expect(error.message).toContain('the project ID cannot be looked up at IAM: ');
      expect(error.message).toContain(why);
      await expect(client.load()).rejects.toMatchObject({ operation: 'KeystoneListProjects' });
    });
  });

  it('invalid instance ID causes no lookup', async () => {
    await withLookup(projects('cn-north-4'), async (wire, client) => {
      await expect(client.dcs.list('..')).rejects.toThrow(
        'the instance ID ".." would name another path',
      );
      expect(wire.take()).toEqual([]);
    });
  });

  it('aborted call does not stop a shared lookup', async () => {
    await withLookup(projects('cn-north-4'), async (_, client) => {
      const gone = AbortSignal.abort();
      const [first, second] = await Promise.allSettled([
        client.dcs.list('i', { signal: gone }),
        client.dcs.list('i'),
      ]);
      expect(first).toMatchObject({ status: 'rejected', reason: { isAborted: true } });
      expect(second.status).toBe('fulfilled');
    });
  });
});

describe('regions', () => {
  it('known region uses its first endpoint', () => {
    expect(knownRegions()).toEqual(regions.regions.map(({ id }) => id));
    expect(regions.regions.length).toBeGreaterThan(30);
    for (const { id, dcs, kafka, iam } of regions.regions) {
      const endpoints = (['dcs', 'kafka', 'iam'] as const).map((service) =>
        endpointOf(id, service),
      );
      expect(endpoints).toEqual([dcs[0], kafka[0], iam ?? 'https://iam.myhuaweicloud.com']);
    }
  });

  it('unknown region uses the pattern', () => {
    expect(endpointOf('xx-new-9', 'iam')).toBe('https://iam.xx-new-9.myhuaweicloud.com');
    expect(endpointOf('constructor', 'dcs')).toBe('https://dcs.constructor.myhuaweicloud.com');
  });
});

describe('client that is closed', () => {
  const options = { region: 'cn-north-4', projectId, credentials: token };
  /** Sends a request that ends when it is aborted. */
  const hanging = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(signal)));

  it('requests under way are aborted, and none follows', async () => {
    let requests = 0;
    const fetch = async (url: string, init: RequestInit) => {
      requests += 1;
      return hanging(url, init);
    };
    const client = new Client({ ...options, fetch });
    const call = client.kafka.list(INSTANCE).catch((error) => error);
    const wait = client.dcs.wait(INSTANCE, 'a').catch((error) => error);
    while (requests < 2) await new Promise((resolve) => setImmediate(resolve));
    await client.close();
    for (const error of [await call, await wait]) {
      expect(error).toMatchObject({ name: 'AbortError', isAborted: true, attempts: 1 });
      expect(error.message).toMatch(/^List\w+: the client was closed$/);
    }
    await client.close();
    const late = await client.kafka.list(INSTANCE).catch((error) => error);
    expect(late).toMatchObject({ kind: 'InvalidInput', attempts: 0 });
    expect(requests).toBe(2);
  });

  it('await using closes it', async () => {
    let closed: Client;
    {
      await using client = new Client({ ...options, fetch: hanging });
      closed = client;
    }
    await expect(closed.kafka.list(INSTANCE)).rejects.toThrow('the client is closed');
  });
});
