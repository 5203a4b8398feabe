import { expect } from 'vitest';

import type { Client } from '../../src/index.js';
import { ManualClock } from '../../src/test-util.js';
import type { Emulator, Fault } from '../emulator.js';
import { Wire } from '../wire.js';
import { optionsOf, replyOf, type ScriptedResponse } from './call.js';
import { known } from './corpus.js';

/** What is on the other side: responses one after the other, or an instance of the emulator. */
export interface Script {
  readonly responses?: ScriptedResponse[];
  readonly tasks?: number | object[];
  /** How many instances there are besides, named and numbered alike. */
  readonly instances?: number;
  readonly quirks?: object;
  readonly progress?: object;
  readonly schedule?: object[];
  readonly faults?: Fault[];
}

/** What a script is played to. */
export interface Played {
  readonly client: Client;
  readonly clock: ManualClock;
  /** How many requests there were. */
  requests(): Promise<number>;
}

/** Plays a script to its end. */
export async function play(
  emulator: Emulator,
  { responses, ...script }: Script,
  service: string,
  instance: string,
  use: (played: Played) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock('2026-01-02T03:04:05Z');
  if (responses !== undefined) {
    known('script', script, []);
    await using wire = await Wire.replying(...responses.map(replyOf));
    const site = { dcsEndpoint: wire.url, kafkaEndpoint: wire.url, clock };
    const client = emulator.client(optionsOf({ credentials: { token: 'a-token' } }, site));
    await use({ client, clock, requests: async () => wire.take().length });
    return;
  }
  known('script', script, ['instances', 'tasks', 'quirks', 'progress', 'schedule', 'faults']);
  await emulator.control('POST', 'reset');
  const there = { service, instance_id: instance };
  for (let n = 1; n <= (script.instances ?? 0); n += 1) {
    const name = `case-${String(n).padStart(3, '0')}`;
    await emulator.control('PUT', `instances/${service}/${name}`, { name });
  }
  for (const task of tasksOf(script.tasks ?? [])) {
    await emulator.control('POST', `tasks/${service}/${instance}`, task);
  }
  if (script.quirks) await emulator.control('PUT', 'quirks', script.quirks);
  if (script.progress) await emulator.control('PUT', 'progress', script.progress);
  for (const change of script.schedule ?? []) {
    await emulator.control('POST', 'schedule', { ...there, ...change });
  }
  for (const fault of script.faults ?? []) await emulator.fault(fault);
  await emulator.control('DELETE', 'requests');
  // A clock that does not show the time of day cannot sign.
  const client = emulator.client(optionsOf({ credentials: { token: emulator.token } }, { clock }));
  await use({
    client,
    clock,
    requests: async () => (await emulator.control<unknown[]>('GET', 'requests')).length,
  });
  expect(await emulator.control('GET', 'schedule')).toEqual([]);
  expect(await emulator.control('GET', 'faults')).toEqual([]);
}

function tasksOf(tasks: number | object[]): object[] {
  if (typeof tasks !== 'number') return tasks;
  return Array.from({ length: tasks }, (_, n) => ({
    id: `task-${String(n + 1).padStart(3, '0')}`,
    status: 'SUCCESS',
    created_at: new Date(Date.UTC(2026, 0, 1) - n * 60_000).toISOString(),
  }));
}
