import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Client } from '../src/index.js';
import { Emulator } from './emulator.js';
import { all, bare, Script, type Shown } from './script.js';
import { json } from './wire.js';

const DIALECTS = {
  dcs: (client: Client, options = {}) => client.dcs.items('i', options),
  v1: (client: Client, options = {}) => client.dcs.itemsV1('i', options),
  kafka: (client: Client, options = {}) => client.kafka.items('i', options),
};
const dialects = Object.entries(DIALECTS);

async function ids(items: AsyncIterable<{ id: string }>): Promise<string[]> {
  return (await all(items)).map(({ id }) => id);
}

const named = (count: number) => bare(count).map(({ id }) => id);

describe('pages', () => {
  it.each([
    ['dcs', ['tasks?limit=3&offset=0', 'tasks?limit=3&offset=2', 'tasks?limit=3&offset=4']],
    ['v1', ['tasks?limit=3&start=1', 'tasks?limit=3&start=3', 'tasks?limit=3&start=5']],
    ['kafka', ['tasks?limit=3&start=1', 'tasks?limit=3&start=3', 'tasks?limit=3&start=5']],
  ] as const)('of %s count from its own first task', async (dialect, asked) => {
    await using script = await Script.start(bare(6));
    expect(await ids(DIALECTS[dialect](script.client(), { limit: 3 }))).toEqual(named(6));
    expect(script.asked).toEqual(asked);
  });

  it.each([
    ['dcs', 'tasks?limit=1000&offset=0'],
    ['v1', 'tasks?limit=100&start=1'],
    ['kafka', 'tasks?limit=100&start=1'],
  ] as const)('of %s have the largest size documented', async (dialect, asked) => {
    await using script = await Script.start(bare(2));
    await ids(DIALECTS[dialect](script.client()));
    expect(script.asked).toEqual([asked]);
  });

  it.each(dialects)('of %s hold each task once whatever the count says', async (_, items) => {
    for (const count of [() => '0', () => 1, () => 'many', () => undefined, () => '1000000']) {
      await using script = await Script.start(bare(7));
      script.count = count;
      expect(await ids(items(script.client(), { limit: 3 }))).toEqual(named(7));
    }
  });

  it('of a limit of 1 overlap all the same', async () => {
    await using script = await Script.start(bare(3));
    expect(await ids(script.client().kafka.items('i', { limit: 1 }))).toEqual(named(3));
  });

  it('are read to the end where a service hands out less than it is asked', async () => {
    await using script = await Script.start(bare(11));
    script.most = 4;
    expect(await ids(script.client().dcs.items('i'))).toEqual(named(11));
  });

  it('begin where they are told to', async () => {
    await using script = await Script.start(bare(5));
    expect(await ids(script.client().dcs.items('i', { offset: 3 }))).toEqual(['task-3', 'task-4']);
    expect(await ids(script.client().kafka.items('i', { start: 3 }))).toEqual(named(5).slice(2));
  });

  it('carry the answer they came in', async () => {
    await using script = await Script.start(bare(4));
    const pages = await all(script.client().kafka.pages('i', { limit: 3 }));
    expect(pages.map((page) => page.tasks.map(({ id }) => id))).toEqual([
      ['task-0', 'task-1', 'task-2'],
      ['task-3'],
    ]);
    const raw = pages.map(({ response }) => JSON.parse(new TextDecoder().decode(response.raw)));
    expect(raw.map(({ tasks }) => tasks.length)).toEqual([3, 2]);
  });

  it.each(dialects)('of %s that repeat themselves are an error', async (_, items) => {
    await using script = await Script.start([], () => json(200, { tasks: bare(3) }));
    const met: string[] = [];
    const read = async () => {
      for await (const { id } of items(script.client(), { limit: 3 })) met.push(id);
    };
    await expect(read()).rejects.toMatchObject({
      kind: 'Unexpected',
      message: expect.stringContaining('repeats tasks of the pages before'),
    });
    expect(met).toEqual(named(3));
    expect(script.asked.length).toBeLessThan(5);
  });

  it('end with the first error', async () => {
    await using script = await Script.start(bare(9), (nth) =>
      nth === 2 ? json(403, {}) : undefined,
    );
    const pages = script.client().kafka.pages('i', { limit: 3 });
    expect((await pages.next()).value?.tasks).toHaveLength(3);
    await expect(pages.next()).rejects.toMatchObject({ isForbidden: true });
    expect(await pages.next()).toEqual({ value: undefined, done: true });
  });

  it('lose no task without an ID', async () => {
    const nameless = [
      { id: '', name: 'a', created_at: '2018-11-22T03:57:42.258Z' },
      { id: '', name: 'a', created_at: '2018-11-22T03:57:42.258Z' },
      { id: '', name: 'b', created_at: '2018-11-22T03:57:42.258Z' },
    ];
    await using script = await Script.start(nameless);
    expect(await all(script.client().dcs.itemsV1('i', { limit: 5 }))).toEqual(nameless);
  });

  it('hold all that was there throughout, whatever comes and goes', async () => {
    const event = fc.record({ add: fc.nat(3), remove: fc.array(fc.nat(30), { maxLength: 4 }) });
    const property = fc.asyncProperty(
      fc.nat(30),
      fc.integer({ min: 1, max: 6 }),
      fc.array(event, { maxLength: 12 }),
      async (count, limit, events) => {
        let added = 1000;
        const removed = new Set<string>();
        const step = (nth: number, tasks: Shown[]) => {
          const { add = 0, remove = [] } = events[nth - 2] ?? {};
          for (const at of remove) {
            for (const task of tasks.splice(at, 1)) removed.add(task.id);
          }
          tasks.unshift(...bare(add, added));
          added += add;
          return undefined;
        };
        await using script = await Script.start(bare(count), step);
        const found = await ids(script.client().kafka.items('i', { limit }));
        expect(new Set(found).size).toBe(found.length);
        const throughout = named(count).filter((id) => !removed.has(id));
        expect(found).toEqual(expect.arrayContaining(throughout));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  }, 60_000);

  it('of ten thousand tasks are read while tasks are added', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hwtasks-'));
    const file = join(folder, 'data.json');
    const tasks = bare(10_000).map(({ id }) => ({ id, status: 'SUCCESS' }));
    const instances = [{ instance_id: 'i', tasks }];
    writeFileSync(file, JSON.stringify({ dcs: instances, kafka: instances }));
    try {
      await using emulator = await Emulator.start('--data', file);
      for (const [dialect, items] of dialects) {
        const path = `tasks/${dialect === 'kafka' ? 'kafka' : 'dcs'}/i`;
        const found = new Set<string>();
        for await (const { id } of items(emulator.client())) {
          expect(found.has(id)).toBe(false);
          found.add(id);
          if (found.size % 700 === 0) await emulator.control('POST', path, {});
        }
        expect(named(10_000).filter((id) => !found.has(id))).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
