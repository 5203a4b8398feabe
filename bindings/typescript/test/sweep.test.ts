import { describe, expect, it } from 'vitest';

import { Client, type ClientOptions } from '../src/index.js';
import { Emulator, INSTANCE } from './emulator.js';
import { all } from './fake-service.js';

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

type Responder = (instance: number, signal: AbortSignal) => Promise<Response>;

/** A client of a service that responds for the instances `0`, `1` and so on as a function says. */
function clientOf(respond: Responder): Client {
  const fetch: ClientOptions['fetch'] = (url, { signal }) =>
    respond(Number(/instances\/(\d+)/.exec(url)?.[1]), signal as AbortSignal);
  const options = { projectId: 'p', region: 'cn-north-4', token: 'a-token', fetch };
  return new Client({ ...options, retry: { maxAttempts: 1 } });
}

const list = (...ids: string[]) =>
  new Response(JSON.stringify({ tasks: ids.map((id) => ({ id })), task_count: ids.length }));

/** A service that counts how many calls run at once. */
function counting(respond: (instance: number) => Response) {
  const counted = { running: 0, most: 0 };
  const client = clientOf(async (instance) => {
    counted.running += 1;
    counted.most = Math.max(counted.most, counted.running);
    await sleep(instance % 5);
    counted.running -= 1;
    return respond(instance);
  });
  return { client, counted };
}

function* numbers(count: number, onTaken = () => {}) {
  for (let n = 0; n < count; n += 1) {
    onTaken();
    yield String(n);
  }
}

describe('a sweep', () => {
  it('concurrency of four limits calls and taken instances', async () => {
    let taken = 0;
    const { client, counted } = counting(() => list());
    const results = client.kafka.sweep(
      numbers(40, () => {
        taken += 1;
      }),
      { concurrency: 4 },
    );
    expect(taken).toBe(0);
    await results.next();
    expect(taken).toBe(4);
    expect(await all(results)).toHaveLength(39);
    expect(counted.most).toBe(4);
  });

  it('failure of one instance is its result', async () => {
    const { client } = counting((n) =>
      n % 10 === 3 ? new Response('no', { status: 403 }) : list(`task-${n}`),
    );
    const results = await all(client.kafka.sweep(numbers(40), { concurrency: 4 }));
    expect(results).toHaveLength(40);
    const failed = results.filter(({ error }) => error !== undefined);
    expect(failed.map(({ instance, error }) => [instance, error?.status]).sort()).toEqual([
      ['13', 403],
      ['23', 403],
      ['3', 403],
      ['33', 403],
    ]);
    for (const { instance, tasks } of results) {
      if (tasks !== undefined) expect(tasks).toEqual([{ id: `task-${instance}` }]);
    }
  });

  it('concurrency of zero makes one call at a time', async () => {
    const { client, counted } = counting(() => list());
    expect(await all(client.dcs.sweep(['1', '2', '3'], { concurrency: 0 }))).toHaveLength(3);
    expect(counted.most).toBe(1);
  });

  it.each([-1, Number.NaN])('concurrency of %d is refused', async (concurrency) => {
    const refused = clientOf(async () => list())
      .kafka.sweep(['1'], { concurrency })
      .next();
    await expect(refused).rejects.toMatchObject({ kind: 'InvalidInput' });
    await expect(refused).rejects.toThrow(`the option concurrency is ${concurrency}`);
  });

  it('instances that are no list are refused', async () => {
    const { kafka, dcs } = clientOf(async () => list());
    // The characters of a string would pass for instances.
    const strings = [
      // @ts-expect-error
      kafka.sweep('abc'),
      // @ts-expect-error
      dcs.sweep('abc'),
    ];
    const others = [null, undefined, 5, {}].map((value) => kafka.sweep(value as never));
    for (const results of [...strings, ...others]) {
      const refused = results.next();
      await expect(refused).rejects.toMatchObject({ kind: 'InvalidInput' });
      await expect(refused).rejects.toThrow(
        /^the instances are \w+, not a list or a stream; pass an array of IDs$/,
      );
    }
  });

  it('break closes the stream of instances', async () => {
    let isClosed = false;
    async function* instances() {
      try {
        for (let n = 0; ; n += 1) yield String(n);
      } finally {
        isClosed = true;
      }
    }
    const client = clientOf(async () => list());
    for await (const { instance } of client.kafka.sweep(instances(), { concurrency: 2 })) {
      if (instance === '5') break;
    }
    expect(isClosed).toBe(true);
  });

  it('break aborts the running calls', async () => {
    let given: AbortSignal | undefined;
    const client = clientOf(async (instance, signal) => {
      if (instance === 1) return list();
      given = signal;
      return new Promise(() => {});
    });
    for await (const { instance } of client.kafka.sweep(['1', '2'])) {
      expect([instance, given?.aborted]).toEqual(['1', false]);
      break;
    }
    expect(given?.aborted).toBe(true);
  });

  it('aborted signal ends it with an abort error', async () => {
    const controller = new AbortController();
    const options = { concurrency: 1, signal: controller.signal };
    const results = clientOf(async () => list()).kafka.sweep(['1', '2', '3'], options);
    await results.next();
    controller.abort();
    await expect(results.next()).rejects.toMatchObject({ name: 'AbortError', isAborted: true });
  });

  it('slow stream of instances does not hold results back', async () => {
    async function* instances() {
      yield '1';
      await new Promise(() => {});
    }
    const results = clientOf(async () => list('a')).kafka.sweep(instances(), { concurrency: 4 });
    const first = await Promise.race([results.next(), sleep(2000)]);
    expect(first).toMatchObject({ value: { instance: '1', tasks: [{ id: 'a' }] } });
  });

  it('signal ends a sweep that waits for an instance at once', async () => {
    async function* instances() {
      yield '1';
      await new Promise(() => {});
    }
    const controller = new AbortController();
    const { signal } = controller;
    const results = clientOf(async () => list()).kafka.sweep(instances(), { signal });
    await results.next();
    setTimeout(() => controller.abort(), 20);
    const ended = Promise.race([results.next(), sleep(2000)]);
    await expect(ended).rejects.toMatchObject({ name: 'AbortError', isAborted: true });
  });

  it('signal ends a sweep whose first instance never comes', async () => {
    async function* instances(): AsyncGenerator<string> {
      await new Promise(() => {});
    }
    const options = { signal: AbortSignal.timeout(20) };
    const results = clientOf(async () => list()).kafka.sweep(instances(), options);
    const ended = Promise.race([results.next(), sleep(2000)]);
    await expect(ended).rejects.toMatchObject({ isAborted: true });
  });

  it('refusals end a sweep that waits for an instance', async () => {
    async function* instances() {
      yield '1';
      yield '2';
      // The trial after both are refused.
      yield '3';
      await new Promise(() => {});
    }
    const client = clientOf(async () => new Response('no', { status: 401 }));
    const results = client.kafka.sweep(instances(), { concurrency: 2 });
    const ended = Promise.race([all(results), sleep(2000)]);
    await expect(ended).rejects.toMatchObject({ status: 401 });
  });

  it('error of the stream of instances ends the sweep', async () => {
    async function* instances() {
      yield '1';
      throw new RangeError('no more');
    }
    const results = clientOf(async () => list()).kafka.sweep(instances());
    await expect(all(results)).rejects.toThrow(RangeError);
  });

  it('signal ends the pause of a throttled sweep', async () => {
    const headers = { 'retry-after': '60' };
    const client = clientOf(async () => new Response('', { status: 429, headers }));
    const results = client.kafka.sweep(['1', '2', '3'], { signal: AbortSignal.timeout(100) });
    const ended = Promise.race([results.next(), sleep(2000)]);
    await expect(ended).rejects.toMatchObject({ isAborted: true });
  });

  it('one signal for a hundred calls causes no warning of node', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    await using emulator = await Emulator.start();
    const client = emulator.client();
    const { signal } = new AbortController();
    const instances = Array.from({ length: 100 }, () => INSTANCE);
    const results = client.kafka.sweep(instances, { concurrency: 50, signal });
    const calls = instances.map((instance) => client.kafka.list(instance, { signal }));
    expect((await all(results)).filter(({ error }) => error !== undefined)).toEqual([]);
    await Promise.all(calls);
    await sleep(0);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  it.each(['dcs', 'kafka'] as const)('sweep of %s yields tasks or an error', async (service) => {
    await using emulator = await Emulator.start();
    const existing = await emulator.control<
      { service: string; instance_id: string; tasks: number }[]
    >('GET', 'tasks');
    const there = existing.filter((instance) => instance.service === service);
    const instances = [...there.map(({ instance_id }) => instance_id), 'none', '..'];
    const found = await all(emulator.client()[service].sweep(instances, { concurrency: 3 }));
    const counts = Object.fromEntries(
      found.map(({ instance, tasks, error }) => [instance, tasks?.length ?? error?.kind]),
    );
    expect(counts).toEqual({
      ...Object.fromEntries(there.map(({ instance_id, tasks }) => [instance_id, tasks])),
      none: 'Api',
      '..': 'InvalidInput',
    });
  });
});
