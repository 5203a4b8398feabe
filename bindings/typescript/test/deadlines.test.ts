import { afterEach, describe, expect, it, vi } from 'vitest';

import {
  CachedProvider,
  Client,
  Credentials,
  type CredentialsProvider,
  HwtasksError,
  IamPasswordProvider,
  MetadataProvider,
  ProviderChain,
} from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { FakeService } from './fake-service.js';
import { json, Wire } from './wire.js';

const NOW = '2026-01-02T03:04:05Z';
const MINUTE = 60_000;

/** Gives a token for a day once, and hangs from then on. */
class HangingProvider implements CredentialsProvider {
  readonly name = 'hanging';
  asked = 0;

  provide(): Promise<Credentials> {
    this.asked += 1;
    if (this.asked > 1) return new Promise(() => {});
    const expiresAt = new Date(Date.parse(NOW) + 24 * 60 * MINUTE);
    return Promise.resolve(Credentials.token('a-token', { expiresAt }));
  }
}

async function errorOf(work: PromiseLike<unknown>): Promise<HwtasksError> {
  const error = await work.then(
    () => expect.fail('it ended well'),
    (error) => error,
  );
  expect(error).toBeInstanceOf(HwtasksError);
  return error;
}

/** The URL of a port on which nobody listens. */
async function unusedUrl(): Promise<string> {
  await using wire = await Wire.replying({ status: 500 });
  return wire.url;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a source of credentials that hangs', () => {
  const renewing = async () => {
    const [clock, source] = [new ManualClock(NOW), new HangingProvider()];
    const cached = new CachedProvider(source, { clock });
    await cached.provide();
    clock.advance((24 * 60 - 10) * MINUTE);
    return { clock, source, cached };
  };

  it('fails no call, however little time it has, while valid ones are kept', async () => {
    await using wire = await Wire.replying(json(200, { tasks: [] }));
    const [clock, source] = [new ManualClock(NOW), new HangingProvider()];
    const chain = new ProviderChain([new CachedProvider(source, { clock })]);
    const site = { kafkaEndpoint: wire.url, projectId: 'p', clock };
    const client = new Client({ ...site, credentials: chain, timeout: 300 });
    for (const [minutes, asked] of [
      [0, 1],
      [24 * 60 - 10, 2],
      [0, 2],
      [2, 2],
    ] as const) {
      clock.advance(minutes * MINUTE);
      expect((await client.kafka.list('i')).tasks).toEqual([]);
      expect(source.asked).toBe(asked);
    }
    clock.advance(60 * MINUTE);
    const error = await errorOf(client.kafka.list('i'));
    expect(error).toMatchObject({ kind: 'Credentials', isRetryable: true, attempts: 0 });
    expect(error.message).toContain('provider chain: no credentials within 0.3 s');
  });

  it('is left after 5 seconds by an early renewal, and asked again after a minute', async () => {
    const { clock, source, cached } = await renewing();
    vi.useFakeTimers();
    let isGiven = false;
    const renewed = cached.provide().finally(() => {
      isGiven = true;
    });
    await vi.advanceTimersByTimeAsync(4999);
    expect(isGiven).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isGiven).toBe(true);
    expect((await renewed).isToken).toBe(true);
    clock.advance(MINUTE - 1);
    await cached.provide();
    expect(source.asked).toBe(2);
    clock.advance(1);
    const again = cached.provide();
    expect(source.asked).toBe(3);
    await vi.advanceTimersByTimeAsync(5000);
    await again;
  });

  it('does not keep the others from going on with what is valid', async () => {
    const { source, cached } = await renewing();
    vi.useFakeTimers();
    const first = cached.provide();
    // No timer is moved: these wait for nobody.
    const others = await Promise.all([cached.provide(), cached.provide()]);
    expect(others.map(({ isToken }) => isToken)).toEqual([true, true]);
    expect(source.asked).toBe(2);
    await vi.advanceTimersByTimeAsync(5000);
    await first;
  });
});

describe('the lookup of the project', () => {
  /** IAM that responds after a delay, and Kafka that responds immediately. */
  function slowIam(millis: number) {
    const respond = (body: unknown) => new Response(JSON.stringify(body));
    const seen = { isAsked: false, hasResponded: false };
    const options = {
      region: 'cn-north-4',
      token: 'a-token',
      fetch: async (url: string, { signal }: RequestInit) => {
        if (!url.includes('/v3/')) return respond({ tasks: [] });
        seen.isAsked = true;
        await new Promise((resolve, reject) => {
          setTimeout(resolve, millis);
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
        seen.hasResponded = true;
        return respond({ projects: [{ id: 'p', name: 'cn-north-4' }] });
      },
    };
    return { seen, options };
  }

  it.each([true, false])(
    'leaves each caller its own time (the hurried first: %j)',
    async (isHurriedFirst) => {
      const { seen: iam, options } = slowIam(300);
      const client = new Client(options);
      const hurry = async () => {
        const error = await errorOf(client.kafka.wait('i', 't', { timeout: 30 }));
        expect(iam.hasResponded).toBe(false);
        return error;
      };
      const first = isHurriedFirst ? hurry() : client.kafka.list('i');
      await vi.waitUntil(() => iam.isAsked, { interval: 1 });
      const second = isHurriedFirst ? client.kafka.list('i') : hurry();
      const [error, list] = await Promise.all(isHurriedFirst ? [first, second] : [second, first]);
      expect(list).toEqual({ tasks: [] });
      expect(error).toSatisfy((error) => error.isTimeout || error.isWaitTimedOut);
    },
  );

  it('is not waited for past the time of the call', async () => {
    const hurried = new Client({ ...slowIam(60_000).options, timeout: 30 });
    const error = await errorOf(hurried.kafka.list('i'));
    expect(error).toMatchObject({ kind: 'Transport', isTimeout: true, isConnectionError: false });
    expect(error.message).toContain(
      'the project ID cannot be looked up at IAM: no response in time',
    );
  });

  it('fetches the credentials of each caller first', async () => {
    let asked = 0;
    const credentials = {
      name: 'mine',
      provide: async () => {
        asked += 1;
        if (asked === 1) throw new Error('not for the first');
        return Credentials.token('a-token');
      },
    };
    const { token: _, ...options } = slowIam(5).options;
    const client = new Client({ ...options, credentials });
    const [first, second] = await Promise.allSettled([
      client.kafka.list('i'),
      client.kafka.list('i'),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { isCredentials: true } });
    expect(second.status).toBe('fulfilled');
  });
});

describe('a wait', () => {
  it('outlasts a source of credentials that cannot be reached', async () => {
    const created_at = '2026-01-02T03:04:05.000Z';
    const tasks = [{ id: 't', name: 'EXTEND', status: 'EXECUTING', created_at }];
    await using service = await FakeService.start(tasks, (nth, [task]) => {
      if (nth > 3 && task) task.status = 'SUCCESS';
      return undefined;
    });
    const clock = new ManualClock(NOW);
    const of = { user: 'u', password: 'p', domain: 'd', region: 'cn-north-4' };
    const iam = new IamPasswordProvider({ ...of, endpoint: await unusedUrl(), clock });
    const credentials = {
      name: 'unreachable',
      provide: async () => {
        const passed = clock.elapsed();
        return passed < 4000 || passed > 9000 ? Credentials.token('a-token') : iam.provide();
      },
    };
    for (const provider of [credentials, new ProviderChain([credentials])]) {
      clock.advance(-clock.elapsed());
      for (const task of service.tasks) task.status = 'EXECUTING';
      service.requests.length = 0;
      const client = service.client({ credentials: provider, clock });
      expect((await client.kafka.wait('i', 't')).status).toBe('SUCCESS');
      expect(clock.elapsed()).toBeGreaterThan(9000);
    }
  });

  it('ends when the credentials are refused', async () => {
    await using service = await FakeService.start([]);
    const provide = () => Promise.reject(new Error('no'));
    const client = service.client({ credentials: { name: 'broken', provide } });
    const error = await errorOf(client.kafka.wait('i', 't'));
    expect(error).toMatchObject({ isCredentials: true, isRetryable: false });
  });
});

it('a metadata service that is not there may be there later', async () => {
  const baseUrl = await unusedUrl();
  for (const fetch of [undefined, globalThis.fetch]) {
    const credentials = new MetadataProvider({ baseUrl, ...(fetch && { fetch }) });
    const client = new Client({ projectId: 'p', dcsEndpoint: 'https://dcs.example', credentials });
    const error = await errorOf(client.dcs.list('i'));
    expect(error).toMatchObject({ isCredentials: true, isRetryable: true });
  }
});

it('a timeout after a refusal tells of the refusal', async () => {
  const busy = json(429, {}, { 'retry-after': '0' });
  await using wire = await Wire.replying(busy, { status: 200, connection: 'silent' });
  const given = { retry: { initialBackoff: 1, maxBackoff: 1 }, timeout: 150 };
  const client = new Client({ kafkaEndpoint: wire.url, projectId: 'p', token: 't', ...given });
  const error = await errorOf(client.kafka.list('i'));
  expect(error).toMatchObject({ isThrottled: true, isTimeout: false, attempts: 2 });
  expect(wire.take()).toHaveLength(2);
  // An attempt that takes too long, while the call has clock, is what it is.
  const options = { retry: { maxAttempts: 1 }, attemptTimeout: 20, timeout: 60_000 };
  const silent = new Client({ kafkaEndpoint: wire.url, projectId: 'p', token: 't', ...options });
  expect(await errorOf(silent.kafka.list('i'))).toMatchObject({ isTimeout: true, attempts: 1 });
});
