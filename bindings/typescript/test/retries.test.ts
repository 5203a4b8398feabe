import { describe, expect, it } from 'vitest';
import { parseHttpDate } from '../src/http/http-date.js';
import type { AttemptEvent } from '../src/index.js';
import { Client, type ClientOptions, Credentials, type HwtasksError } from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { json, type Reply, Wire } from './wire.js';

const NOW = '2026-01-02T03:04:05Z';
const empty = json(200, { tasks: [] });

async function calling<T>(
  replies: Reply[],
  use: (client: Client, wire: Wire, clock: ManualClock) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  await using wire = await Wire.replying(...replies);
  const clock = new ManualClock(NOW);
  const credentials = Credentials.token('a-token');
  const site = { dcsEndpoint: wire.url, kafkaEndpoint: wire.url, projectId: 'p' };
  return await use(new Client({ ...site, credentials, clock, ...options }), wire, clock);
}

async function errorOf(work: Promise<unknown>): Promise<HwtasksError> {
  return work.then(
    () => expect.fail('it is no error'),
    (error) => error,
  );
}

describe('an attempt', () => {
  it('that finds nobody listening is made again', async () => {
    await calling([empty], async (client, wire) => {
      const { url } = wire;
      await wire[Symbol.asyncDispose]();
      const error = await errorOf(client.dcs.list('i'));
      expect(error).toMatchObject({
        kind: 'Transport',
        isConnectionError: true,
        isTimeout: false,
        attempts: 3,
      });
      const help = `check the endpoint ${url}, its region, the proxy and DNS`;
      const what = 'ListDcsTasks: cannot connect to the endpoint';
      expect(error.message).toBe(`${what}; ${help} (after 3 attempts)`);
    });
  });

  it('last attempt is reported with its outcome', async () => {
    const events: AttemptEvent[] = [];
    const options = { onAttempt: (event: AttemptEvent) => events.push(event) };
    const replies = [
      { status: 503, headers: { 'x-request-id': 'r1' } },
      { status: 200, connection: 'reset' } as const,
      empty,
    ];
    await calling(replies, (client) => client.kafka.list('i'), options);
    expect(
      events.map(({ duration, ...others }) => ({ ...others, isTimed: duration >= 0 })),
    ).toEqual([
      {
        operation: 'ListKafkaTasks',
        attempt: 1,
        status: 503,
        requestId: 'r1',
        error: undefined,
        willRetry: true,
        isTimed: true,
      },
      {
        operation: 'ListKafkaTasks',
        attempt: 2,
        status: undefined,
        requestId: undefined,
        error: 'Transport',
        willRetry: true,
        isTimed: true,
      },
      {
        operation: 'ListKafkaTasks',
        attempt: 3,
        status: 200,
        requestId: undefined,
        error: undefined,
        willRetry: false,
        isTimed: true,
      },
    ]);
  });

  it('is not ended by who watches it', async () => {
    const heard: unknown[] = [];
    const unheard = (reason: unknown) => heard.push(reason);
    process.on('unhandledRejection', unheard);
    let told = 0;
    const watchers = [
      () => {
        told += 1;
        throw new Error('a watcher of mine');
      },
      async () => {
        told += 1;
        throw new Error('a watcher that waits');
      },
    ];
    for (const onAttempt of watchers) {
      const replies = [{ status: 503 }, empty];
      const list = await calling(replies, (client) => client.kafka.list('i'), { onAttempt });
      expect(list.tasks).toEqual([]);
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unheard);
    expect([told, heard]).toEqual([4, []]);
  });

  it('is made once when none is asked for, and never waits for more than a day', async () => {
    const once = { retry: { maxAttempts: 0 } };
    const counted = async (client: Client) => (await errorOf(client.dcs.list('i'))).attempts;
    expect(await calling([{ status: 503 }], counted, once)).toBe(1);
    const day = 86_400_000;
    const patient = { maxAttempts: 3, initialBackoff: 1e15, maxBackoff: 1e15 };
    const waits = (client: Client, _: Wire, clock: ManualClock) =>
      counted(client).then(() => clock.sleeps);
    const options = { retry: patient, timeout: 1e12 };
    const slept = await calling([{ status: 503 }], waits, options);
    expect(slept).toHaveLength(2);
    for (const sleep of slept) expect(sleep).toBeLessThanOrEqual(day);
  });

  it('follows its policy', async () => {
    const retry = { maxAttempts: 5, initialBackoff: 1000, maxBackoff: 1500 };
    await calling(
      [{ status: 500 }],
      async (client, _, clock) => {
        const waits: number[][] = [[], [], [], []];
        for (let n = 0; n < 40; n += 1) {
          clock.sleeps.length = 0;
          expect(await errorOf(client.dcs.list('i'))).toMatchObject({ attempts: 5 });
          for (const [at, sleep] of clock.sleeps.entries()) waits[at]?.push(sleep);
        }
        for (const [at, limit] of [1000, 1500, 1500, 1500].entries()) {
          expect(Math.max(...(waits[at] ?? []))).toBeLessThanOrEqual(limit);
          expect(Math.max(...(waits[at] ?? []))).toBeGreaterThan(limit / 2);
          expect(Math.min(...(waits[at] ?? []))).toBeLessThan(limit / 2);
        }
      },
      { retry },
    );
  });
});

it('a date of HTTP is one of its three forms', () => {
  const time = Date.parse('1994-11-06T08:49:37Z');
  expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(time);
  expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(time);
  expect(parseHttpDate('Sun Nov  6 08:49:37 1994')).toBe(time);
  expect(parseHttpDate('Sun Nov 16 08:49:37 1994')).toBe(Date.parse('1994-11-16T08:49:37Z'));
  expect(parseHttpDate('Friday, 01-May-26 08:49:37 GMT')).toBe(Date.parse('2026-05-01T08:49:37Z'));
  expect(parseHttpDate('Mon, 06 Nov 0099 08:49:37 GMT')).toBe(Date.parse('0099-11-06T08:49:37Z'));
  for (const bad of [
    '',
    'Sun, 31 Feb 2026 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 ::::::10 GMT',
    '1994-11-06T08:49:37Z',
    '06 Nov 1994',
    'Sun, 06 Nov 94',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 194 08:49:37 GMT',
  ]) {
    expect(parseHttpDate(bad), bad).toBeUndefined();
  }
});

it('a clock that helped none of the calls under way is not kept', async () => {
  const date = 'Fri, 02 Jan 2026 04:06:05 GMT';
  const refused = json(401, { error_code: 'APIGW.0303', error_msg: 'Signature expired' }, { date });
  const credentials = Credentials.keys('AK', 'SK');
  // All are signed before the first response.
  let open = () => {};
  const signed = new Promise<void>((resolve) => {
    open = resolve;
  });
  let sent = 0;
  const fetch = async (url: string, init: RequestInit) => {
    sent += 1;
    if (sent === 6) open();
    await signed;
    return globalThis.fetch(url, init);
  };
  await calling(
    [refused],
    async (client, wire, clock) => {
      const calls = Array.from({ length: 6 }, () => errorOf(client.kafka.list('i')));
      const errors = await Promise.all(calls);
      for (const error of errors) {
        expect(error).toMatchObject({ clockSkew: 3_720_000 });
        expect(error.message).toContain("this machine's clock is behind the service's by 3720 s");
      }
      // One call tries the corrected clock for all.
      expect(errors.map(({ attempts }) => attempts).sort()).toEqual([1, 1, 1, 1, 1, 2]);
      expect(wire.take()).toHaveLength(7);
      clock.advance(300_000);
      await errorOf(client.kafka.list('i'));
      const dates = wire.take().map(({ headers }) => headers['x-sdk-date']);
      expect(dates).toEqual(['20260102T030905Z', '20260102T040605Z']);
    },
    { credentials, fetch },
  );
});

describe('a token that is old', () => {
  const old = json(401, { error_code: 'APIGW.0307', error_msg: 'renew' });

  it('is renewed once', async () => {
    let given = 0;
    const invalidated: unknown[] = [];
    const credentials = {
      name: 'mine',
      provide: async () => {
        given += 1;
        return Credentials.token(`token-${given}`);
      },
      invalidate: (rejected: Credentials) => invalidated.push(rejected),
    };
    await calling(
      [old, empty],
      async (client, wire) => {
        await client.dcs.list('i');
        expect(wire.take().map(({ headers }) => headers['x-auth-token'])).toEqual([
          'token-1',
          'token-2',
        ]);
        expect(invalidated).toHaveLength(1);
      },
      { credentials },
    );
    await calling(
      [old],
      async (client) => {
        expect(await errorOf(client.dcs.list('i'))).toMatchObject({
          isUnauthorized: true,
          attempts: 2,
        });
      },
      { credentials },
    );
  });
});

describe('credentials', () => {
  it('that nobody gives are no attempt', async () => {
    const credentials = { name: 'mine', provide: () => Promise.reject(new Error('locked')) };
    await calling(
      [empty],
      async (client, wire) => {
        const error = await errorOf(client.dcs.list('i'));
        expect(error).toMatchObject({ isCredentials: true, attempts: 0 });
        expect(error.message).toBe('ListDcsTasks: no credentials: mine: locked');
        expect(wire.take()).toEqual([]);
      },
      { credentials },
    );
  });

  it('take no more time than the call has', async () => {
    const credentials = { name: 'mine', provide: () => new Promise<never>(() => {}) };
    await calling(
      [empty],
      async (client) => {
        const error = await errorOf(client.dcs.list('i'));
        expect(error.message).toBe(
          'ListDcsTasks: no credentials: mine: no credentials within 0.02 s',
        );
      },
      { credentials, timeout: 20 },
    );
  });
});

describe('a signal', () => {
  it('ends a call before, in and between its attempts', async () => {
    await calling([{ status: 200, connection: 'silent' }], async (client, wire) => {
      const gone = client.dcs.list('i', { signal: AbortSignal.abort(new Error('no more')) });
      expect(await errorOf(gone)).toMatchObject({
        isAborted: true,
        name: 'AbortError',
        attempts: 0,
        cause: { message: 'no more' },
      });
      expect(wire.take()).toEqual([]);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      const inside = await errorOf(client.kafka.show('i', 't', { signal: controller.signal }));
      expect(inside).toMatchObject({ kind: 'Aborted', operation: 'ShowKafkaTask', attempts: 1 });
      expect(wire.take()).toHaveLength(1);
    });
    const controller = new AbortController();
    const onAttempt = () => controller.abort();
    await calling(
      [{ status: 503 }],
      async (client, wire) => {
        const between = await errorOf(client.dcs.list('i', { signal: controller.signal }));
        expect(between).toMatchObject({ isAborted: true, attempts: 1 });
        expect(wire.take()).toHaveLength(1);
      },
      { onAttempt },
    );
  });
});
