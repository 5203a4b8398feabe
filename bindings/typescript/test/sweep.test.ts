import { expect, it } from 'vitest';

import { Client, sweep } from '../src/index.js';
import { Emulator, INSTANCE } from './emulator.js';
import { all } from './script.js';

const later = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

it('a sweep asks so many at a time, and no sooner than results are taken', async () => {
  let [running, most, taken] = [0, 0, 0];
  function* instances() {
    for (let n = 0; n < 40; n += 1) {
      taken += 1;
      yield n;
    }
  }
  const call = async (n: number) => {
    running += 1;
    most = Math.max(most, running);
    await later(n % 5);
    running -= 1;
    if (n % 10 === 3) throw new Error(`no ${n}`);
    return n * 2;
  };
  const swept = sweep(instances(), call, { concurrency: 4 });
  expect(taken).toBe(0);
  await swept.next();
  expect(taken).toBe(4);
  const results = await all(swept);
  expect(most).toBe(4);
  expect(results).toHaveLength(39);
  const failed = results.filter(({ error }) => error !== undefined);
  expect(failed.map(({ instance, error }) => [instance, String(error)]).sort()).toEqual([
    [13, 'Error: no 13'],
    [23, 'Error: no 23'],
    [3, 'Error: no 3'],
    [33, 'Error: no 33'],
  ]);
  for (const { instance, value } of results)
    if (value !== undefined) expect(value).toBe(instance * 2);
});

it('a signal may end a hundred calls, and Node.js does not warn', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  await using emulator = await Emulator.start();
  const client = emulator.client();
  const { signal } = new AbortController();
  const instances = Array.from({ length: 100 }, () => INSTANCE);
  const swept = client.kafka.sweep(instances, { concurrency: 50, signal });
  const calls = instances.map((instance) => client.kafka.list(instance, { signal }));
  expect((await all(swept)).filter(({ error }) => error !== undefined)).toEqual([]);
  await Promise.all(calls);
  await later(0);
  process.off('warning', warn);
  expect(warnings).toEqual([]);
});

it('a sweep of no calls at once makes one, and fewer are refused', async () => {
  let [running, most] = [0, 0];
  const call = async (n: number) => {
    running += 1;
    most = Math.max(most, running);
    await later(1);
    running -= 1;
    return n;
  };
  expect(await all(sweep([1, 2, 3], call, { concurrency: 0 }))).toHaveLength(3);
  expect(most).toBe(1);
  for (const concurrency of [-1, Number.NaN]) {
    const refused = sweep([1], call, { concurrency }).next();
    await expect(refused).rejects.toMatchObject({ kind: 'InvalidInput' });
    await expect(refused).rejects.toThrow(`the concurrency is ${concurrency}`);
  }
});

it('a text is no list of instances', async () => {
  const { kafka, dcs } = new Client({ projectId: 'p', region: 'cn-north-4' });
  const call = () => Promise.resolve(1);
  // Its characters would be taken for instances.
  const all = [
    // @ts-expect-error
    kafka.sweep('abc'),
    // @ts-expect-error
    dcs.sweep('abc'),
    // @ts-expect-error
    sweep('abc', call),
  ];
  const others = [null, undefined, 5, {}].map((list) => sweep(list as never, call));
  for (const swept of [...all, ...others]) {
    const refused = swept.next();
    await expect(refused).rejects.toMatchObject({ kind: 'InvalidInput' });
    await expect(refused).rejects.toThrow(/^the instances are \w+, not a list or a stream$/);
  }
});

it('a sweep that is left takes no more instances', async () => {
  let isOver = false;
  async function* instances() {
    try {
      for (let n = 0; ; n += 1) yield n;
    } finally {
      isOver = true;
    }
  }
  for await (const { instance } of sweep(instances(), async (n) => n, { concurrency: 2 })) {
    if (instance === 5) break;
  }
  expect(isOver).toBe(true);
  const controller = new AbortController();
  const aborted = sweep([1, 2, 3], async (n) => n, { concurrency: 1, signal: controller.signal });
  await aborted.next();
  controller.abort();
  await expect(aborted.next()).rejects.toMatchObject({ isAborted: true });
  let given: AbortSignal | undefined;
  const call = (n: number, signal: AbortSignal) => {
    given = signal;
    return n === 1 ? Promise.resolve(n) : new Promise<number>(() => {});
  };
  for await (const { instance } of sweep([1, 2], call)) {
    expect([instance, given?.aborted]).toEqual([1, false]);
    break;
  }
  expect(given?.aborted).toBe(true);
});

it('a sweep of the emulator gives each instance its tasks or its error', async () => {
  await using emulator = await Emulator.start();
  const tasks = await emulator.control<{ service: string; instance_id: string; tasks: number }[]>(
    'GET',
    'tasks',
  );
  for (const service of ['dcs', 'kafka'] as const) {
    const there = tasks.filter((instance) => instance.service === service);
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
  }
});
