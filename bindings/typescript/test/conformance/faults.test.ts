import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ManualClock } from '../../src/test-util.js';
import { Emulator, type Fault, INSTANCE } from '../emulator.js';
import { checkCall, optionsOf, type Settings, send } from './call.js';
import { cases, known } from './corpus.js';
import type { ExpectedError } from './normal.js';

interface Case {
  readonly client?: Settings;
  readonly what: string;
  readonly fault: Fault;
  readonly expect: { attempts: number; error?: ExpectedError };
}

const OPERATIONS = ['ListDcsTasksV1', 'ListDcsTasks', 'ListKafkaTasks', 'ShowKafkaTask'];

let emulator: Emulator;
const whats = new Set<string>();
const kinds = new Set<string>();

beforeAll(async () => {
  emulator = await Emulator.start();
});

afterAll(() => emulator.stop());

cases<Case>(
  'faults.json',
  ['client', 'what', 'fault', 'expect'],
  async (of) => {
    known('expect', of.expect, ['attempts', 'error']);
    const { attempts, error } = of.expect;
    whats.add(of.what);
    kinds.add(of.fault.kind);
    for (const operation of OPERATIONS) {
      await emulator.control('POST', 'reset');
      const task_id = '8abfa7b272adc5b40172b73130065ae7';
      const shows = operation === 'ShowKafkaTask';
      const call = { operation, instance_id: INSTANCE, ...(shows && { task_id }) };
      const right = await send(emulator.client(), call);
      await emulator.control('DELETE', 'requests');
      await emulator.fault({ ...of.fault, operation });
      const clock = new ManualClock(new Date());
      const client = emulator.client(optionsOf(of.client ?? {}, { clock }));
      if (error !== undefined) {
        // Codes and messages are the emulator's own.
        const came = await checkCall(client, call, { error }, ['kind', 'status', 'is']);
        expect(came).toMatchObject({ attempts, operation });
      } else {
        const { response } = await send(client, call);
        expect(Buffer.from(response.rawBody).equals(right.response.rawBody)).toBe(true);
      }
      if (!error?.is.includes('timeout')) {
        expect(await emulator.control('GET', 'requests')).toHaveLength(attempts);
        expect(await emulator.control('GET', 'faults')).toEqual([]);
      }
      expect(clock.elapsed()).toBeLessThanOrEqual(120_000);
    }
  },
  30_000,
);

it('the documentation of HwtasksError says the same', () => {
  const source = readFileSync(new URL('../../src/errors.ts', import.meta.url), 'utf8');
  const rows = [...source.matchAll(/^ \* \| (.*?) \|/gm)].map(([, what = '']) => what);
  expect(rows).toEqual(expect.arrayContaining([...whats]));
  expect(whats.size).toBeGreaterThan(10);
});

it('every kind of fault is met', async () => {
  const refusal = await emulator.fault({ kind: 'no such fault' }).catch(String);
  const known = [...String(refusal).matchAll(/`(\w+)`/g)].map(([, kind]) => kind);
  expect(kinds).toEqual(new Set(known));
});
