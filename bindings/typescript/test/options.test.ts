import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/body/time.js';

import {
  type AttemptEvent,
  Client,
  type ClientOptions,
  Credentials,
  HwtasksError,
} from '../src/index.js';
import { ManualClock } from '../src/test-util.js';

const valid = { region: 'cn-north-4', projectId: 'p', token: 'a-secret-token' };

/** The message of a client that is refused because of these options. */
function refused(options: unknown): string {
  try {
    new Client(options as ClientOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(HwtasksError);
    expect(error).toMatchObject({ kind: 'InvalidInput', attempts: 0 });
    return (error as HwtasksError).message;
  }
  return expect.fail('it is not refused');
}

describe('options of a client', () => {
  it.each([
    [{ timeout: '60000' }, 'the option timeout is a string, not a number of milliseconds'],
    [{ attemptTimeout: null }, 'the option attemptTimeout is null, not a number of milliseconds'],
    [{ bodyLimit: 5n }, 'the option bodyLimit is a bigint, not a number'],
    [{ region: ['cn-north-4'] }, 'the option region is an array, not a string'],
    [{ projectId: 5 }, 'the option projectId is a number, not a string'],
    [{ allowPlainHttp: 'true' }, 'the option allowPlainHttp is a string, not a boolean'],
    [{ fetch: {} }, 'the option fetch is an object, not a function'],
    [{ onAttempt: 'log' }, 'the option onAttempt is a string, not a function'],
    [{ env: 'production' }, 'the option env is a string, not an object'],
    [{ retry: 5 }, 'the option retry is a number, not an object'],
    [{ retry: { maxAttempts: '3' } }, 'the option retry.maxAttempts is a string, not a number'],
    [
      { token: undefined, credentials: { ak: 'AK', sk: 'SK' } },
      'the option credentials is an object, not a credentials provider, such as Credentials.keys returns',
    ],
  ])('value of a wrong type is rejected: %o', (options, message) => {
    expect(refused({ ...valid, ...options })).toBe(message);
  });

  it.each([
    [{ timeOut: 1 }, 'there is no option timeOut; did you mean timeout?'],
    [{ timeoutMs: 1 }, 'there is no option timeoutMs; did you mean timeout?'],
    [{ project_id: 'p' }, 'there is no option project_id; did you mean projectId?'],
    [{ projetId: 'p' }, 'there is no option projetId; did you mean projectId?'],
    [{ endpoint: 'e' }, 'there is no option endpoint; did you mean dcsEndpoint?'],
    [{ retries: 3 }, 'there is no option retries; did you mean retry?'],
    [
      { retry: { maxAttempt: 3 } },
      'there is no option retry.maxAttempt; did you mean retry.maxAttempts?',
    ],
    [
      { retry: { limit: 3 } },
      'there is no option retry.limit; the options are maxAttempts, initialBackoff, maxBackoff',
    ],
  ])('unknown name is rejected: %o', (options, message) => {
    expect(refused({ ...valid, ...options })).toBe(message);
  });

  it('name that resembles no option lists them all', () => {
    const message = refused({ ...valid, password: 'of-nobody' });
    expect(message).toMatch(/^there is no option password; the options are region, dcsEndpoint, /);
    expect(message).not.toContain('of-nobody');
    // A method of every object is none.
    expect(refused({ ...valid, toString: 'x' })).toContain('there is no option toString');
  });

  it.each([
    ['cn-north-4', 'a string'],
    [null, 'null'],
    [[], 'an array'],
  ])('options that are no object are rejected: %o', (options, type) => {
    expect(refused(options)).toBe(`the options are ${type}, not an object`);
  });

  it('options that are undefined count as unset, unknown ones too', () => {
    const unset = { timeout: undefined, credentials: undefined, other: undefined };
    expect(new Client({ ...valid, ...unset } as ClientOptions).region).toBe('cn-north-4');
  });

  it('getter of a class is checked', () => {
    class Options {
      get timeout() {
        return '60000';
      }
    }
    expect(refused(new Options())).toContain('the option timeout is a string');
  });
});

it.each([
  [{ security_token: 's' }, 'there is no option security_token; did you mean securityToken?'],
  [{ securityTokn: 's' }, 'there is no option securityTokn; did you mean securityToken?'],
  [{ expiresAt: '2026-01-01' }, 'the option expiresAt is a string, not a Date'],
  [{ projectId: 7 }, 'the option projectId is a number, not a string'],
])('options of credentials are checked: %o', (options, message) => {
  expect(() => Credentials.keys('AK', 'SK', options as never)).toThrow(message);
});

describe('options of a call', () => {
  const client = new Client({
    ...valid,
    fetch: () => expect.fail('a request was sent'),
  });
  const controller = new AbortController();
  const drain = async (items: AsyncIterable<unknown>) => {
    for await (const _ of items);
  };

  it.each([
    [{ limits: 5 }, 'there is no option limits; did you mean limit?'],
    [{ since: new Date(), untill: new Date() }, 'there is no option untill; did you mean until?'],
    [{ signal: controller }, 'the option signal is an object, not an AbortSignal'],
    [50, 'the options are a number, not an object'],
    [null, 'the options are null, not an object'],
  ])('of a list: %o', async (options, message) => {
    const wrong = options as never;
    for (const call of [
      () => client.kafka.list('i', wrong),
      () => drain(client.kafka.pages('i', wrong)),
      () => drain(client.kafka.items('i', wrong)),
    ]) {
      const error = await call().catch((error) => error);
      expect(error).toBeInstanceOf(HwtasksError);
      expect(error).toMatchObject({
        kind: 'InvalidInput',
        message: `ListKafkaTasks: ${message}`,
        operation: 'ListKafkaTasks',
      });
    }
  });

  it.each([
    [{ timeout: '60000' }, 'the option timeout is a string, not a number of milliseconds'],
    [{ interval: 5 }, 'there is no option interval; did you mean initialInterval?'],
    [{ onChange: 'log' }, 'the option onChange is a string, not a function'],
    [{ signal: controller }, 'the option signal is an object, not an AbortSignal'],
    [60_000, 'the options are a number, not an object'],
    [null, 'the options are null, not an object'],
  ])('of a wait: %o', async (options, message) => {
    const wrong = options as never;
    await expect(client.kafka.wait('i', 't', wrong)).rejects.toThrow(message);
    await expect(client.dcs.waitByName('i', 'EXTEND', wrong)).rejects.toThrow(message);
    await expect(drain(client.dcs.wait('i', 't', wrong))).rejects.toThrow(message);
  });

  it('of a wait by ID have no start time, and those of a wait by name have one', async () => {
    const wrong = { since: new Date() } as never;
    await expect(client.kafka.wait('i', 't', wrong)).rejects.toThrow('there is no option since');
    const nothing = {} as never;
    await expect(client.kafka.waitByName('i', 'n', nothing)).rejects.toThrow(
      'since: it is not set',
    );
  });

  it.each([
    [{ concurrency: '4' }, 'the option concurrency is a string, not a number'],
    [{ concurency: 4 }, 'there is no option concurency; did you mean concurrency?'],
    [
      { limit: 5 },
      'there is no option limit; the options are signal, timeout, attemptTimeout, retry, concurrency, since, until',
    ],
    [null, 'the options are null, not an object'],
  ])('of a sweep: %o', async (options, message) => {
    await expect(drain(client.kafka.sweep(['i'], options as never))).rejects.toThrow(message);
  });
});

describe('options of one call override those of the client', () => {
  const respond = (status: number) => async () => new Response('{"tasks":[]}', { status });
  const drain = async (items: AsyncIterable<unknown>) => {
    for await (const _ of items);
  };
  const hanging = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(signal)));

  it('retry: maximum attempts of each request, with the backoff of the client', async () => {
    const events: AttemptEvent[] = [];
    const onAttempt = (event: AttemptEvent) => events.push(event);
    const clock = new ManualClock('2026-01-02T03:04:05Z');
    const retry = { maxAttempts: 4, initialBackoff: 1, maxBackoff: 1 };
    const client = new Client({ ...valid, retry, onAttempt, clock, fetch: respond(503) });
    const calls: [() => Promise<unknown>, number][] = [
      [() => client.kafka.list('i'), 4],
      [() => client.kafka.list('i', { retry: { maxAttempts: 1 } }), 1],
      [() => client.kafka.list('i', { retry: { maxAttempts: undefined } as never }), 4],
      [() => client.kafka.show('i', 't', { retry: { maxAttempts: 2 } }), 2],
      [() => drain(client.dcs.items('i', { retry: { maxAttempts: 2 } })), 2],
      [() => drain(client.dcs.pages('i', { retry: { maxAttempts: 3 } })), 3],
      [() => drain(client.dcs.sweep(['i'], { retry: { maxAttempts: 2 } })), 2],
      [() => client.dcs.wait('i', 't', { retry: { maxAttempts: 2 }, notFoundGrace: 0 }), 2],
    ];
    for (const [call, attempts] of calls) {
      const slept = clock.elapsed();
      await call().catch((error) => expect(error).toMatchObject({ status: 503, attempts }));
      expect(events.splice(0)).toHaveLength(attempts);
      // The default backoff is longer.
      expect(clock.elapsed() - slept).toBeLessThan(attempts);
    }
  });

  it('timeout: all attempts of a request', async () => {
    const client = new Client({ ...valid, fetch: hanging });
    for (const options of [{ timeout: 20 }, { attemptTimeout: 10, retry: { maxAttempts: 1 } }]) {
      await expect(client.kafka.list('i', options)).rejects.toMatchObject({ isTimeout: true });
    }
    await expect(drain(client.kafka.items('i', { timeout: 20 }))).rejects.toMatchObject({
      operation: 'ListKafkaTasks',
      isTimeout: true,
    });
  });

  it('timeout of a wait is that of the wait, and attemptTimeout that of an attempt', async () => {
    const client = new Client({ ...valid, fetch: hanging });
    const options = { attemptTimeout: 10, retry: { maxAttempts: 1 } };
    await expect(client.kafka.wait('i', 't', options)).rejects.toMatchObject({
      kind: 'Transport',
      isTimeout: true,
    });
    await expect(client.kafka.wait('i', 't', { timeout: 30 })).rejects.toMatchObject({
      isWaitTimedOut: true,
    });
  });

  it('timeout of a wait is that of the wait, also where a timer fires early', async () => {
    const slow = { ...systemClock, elapsed: () => performance.now() * 0.98 };
    const client = new Client({ ...valid, fetch: hanging, clock: slow });
    await expect(client.kafka.wait('i', 't', { timeout: 30 })).rejects.toMatchObject({
      isWaitTimedOut: true,
    });
  });

  it.each([
    [{ timeout: '5' }, 'the option timeout is a string, not a number of milliseconds'],
    [{ timeout: -1 }, 'the option timeout is -1, and must be a number that is not negative'],
    [{ attemptTimeout: Number.NaN }, 'the option attemptTimeout is NaN, and must be a number'],
    [{ retry: 3 }, 'the option retry is a number, not an object'],
    [
      { retry: { maxRetries: 3 } },
      'there is no option retry.maxRetries; the options are maxAttempts, ',
    ],
    [{ retry: { maxAttempts: 1.5 } }, 'retry.maxAttempts is 1.5, and must be a whole number'],
  ])('is checked: %o', async (options, message) => {
    const client = new Client({ ...valid, fetch: () => expect.fail('a request was sent') });
    const error = await client.kafka.list('i', options as never).catch((error) => error);
    expect(error).toMatchObject({ kind: 'InvalidInput', operation: 'ListKafkaTasks' });
    expect(error.message).toContain(message);
    await expect(client.kafka.wait('i', 't', options as never)).rejects.toThrow(message);
  });
});
