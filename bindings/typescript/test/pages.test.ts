import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Client } from '../src/index.js';
import { Emulator } from './emulator.js';
import { all, FakeService, minimalTasks, type TaskBody } from './fake-service.js';
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

const named = (count: number) => minimalTasks(count).map(({ id }) => id);

describe('pages', () => {
  it('page has its response', async () => {
    await using service = await FakeService.start(minimalTasks(4));
    const pages = await all(service.client().kafka.pages('i', { limit: 3 }));
    expect(pages.map((page) => page.tasks.map(({ id }) => id))).toEqual([
      ['task-0', 'task-1', 'task-2'],
      ['task-3'],
    ]);
    const raw = pages.map(({ response }) => JSON.parse(new TextDecoder().decode(response.rawBody)));
    expect(raw.map(({ tasks }) => tasks.length)).toEqual([3, 2]);
  });

  it('end with the first error', async () => {
    await using service = await FakeService.start(minimalTasks(9), (nth) =>
      nth === 2 ? json(403, {}) : undefined,
    );
    const pages = service.client().kafka.pages('i', { limit: 3 });
    expect((await pages.next()).value?.tasks).toHaveLength(3);
    await expect(pages.next()).rejects.toMatchObject({ isForbidden: true });
    expect(await pages.next()).toEqual({ value: undefined, done: true });
  });

  it.each([
    [400, true],
    [404, true],
    [416, true],
    [401, false],
    [403, false],
    [408, false],
    [429, false],
    [500, false],
  ])(
    'past the end may be refused in any way but that of who asks (%i)',
    async (status, endsWell) => {
      await using service = await FakeService.start(minimalTasks(12), (nth, tasks, target) => {
        // As many as make the second page repeat the first.
        if (nth === 2) tasks.unshift(...minimalTasks(4, 100));
        return /=\d{6,}/.test(target) ? json(status, {}) : undefined;
      });
      const found = ids(service.client().kafka.items('i', { limit: 5 }));
      if (endsWell) expect(await found).toEqual(named(12));
      else await expect(found).rejects.toMatchObject({ status });
    },
  );

  it('hold all that was there throughout, whatever comes and goes', async () => {
    const event = fc.record({ add: fc.nat(3), remove: fc.array(fc.nat(30), { maxLength: 4 }) });
    const property = fc.asyncProperty(
      fc.nat(30),
      fc.integer({ min: 1, max: 6 }),
      fc.array(event, { maxLength: 12 }),
      async (count, limit, events) => {
        let added = 1000;
        const removed = new Set<string>();
        const step = (nth: number, tasks: TaskBody[]) => {
          const { add = 0, remove = [] } = events[nth - 2] ?? {};
          for (const at of remove) {
            for (const task of tasks.splice(at, 1)) removed.add(task.id);
          }
          tasks.unshift(...minimalTasks(add, added));
          added += add;
          return undefined;
        };
        await using service = await FakeService.start(minimalTasks(count), step);
        const found = await ids(service.client().kafka.items('i', { limit }));
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
    const tasks = minimalTasks(10_000).map(({ id }) => ({ id, status: 'SUCCESS' }));
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
