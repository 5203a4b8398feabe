import { afterAll, beforeAll, expect } from 'vitest';

import { DcsTask, KafkaTask } from '../../src/generated/shapes.js';
import { type Client, HwtasksError } from '../../src/index.js';
import { Emulator } from '../emulator.js';
import { checkWaits, type WaitMs } from './call.js';
import { cases, known } from './corpus.js';
import { checkError, type ExpectedError, normal } from './normal.js';
import { play, type Script } from './script.js';

interface Waited {
  readonly services: ('dcs' | 'kafka')[];
  readonly instance_id: string;
  readonly task_id?: string;
  readonly name?: string;
  readonly since?: string;
  readonly initial_interval_ms?: number | null;
  readonly max_interval_ms?: number | null;
  readonly timeout_ms?: number;
  readonly not_found_grace_ms?: number;
}

interface Case {
  readonly script: Script;
  readonly wait: Waited;
  readonly expect: {
    task?: object;
    states?: (string | null)[];
    error?: ExpectedError & { task?: object; attempts?: number };
    waits_ms?: WaitMs[];
    requests?: number;
  };
}

const SHAPE = { dcs: DcsTask, kafka: KafkaTask };

let emulator: Emulator;

beforeAll(async () => {
  emulator = await Emulator.start();
});

afterAll(() => emulator.stop());

cases<Case>('waiting.json', ['script', 'wait', 'expect'], async ({ script, wait, expect: of }) => {
  known('expect', of, ['task', 'states', 'error', 'waits_ms', 'requests']);
  const by = ['services', 'instance_id', 'task_id', 'name', 'since'];
  const intervals = ['initial_interval_ms', 'max_interval_ms'];
  const times = [...intervals, 'timeout_ms', 'not_found_grace_ms'];
  known('wait', wait, [...by, ...times]);
  for (const service of wait.services) {
    await play(emulator, script, service, wait.instance_id, async ({ client, clock, requests }) => {
      const states: (string | null)[] = [];
      const work = async () => {
        const begun = begin(client, service, wait);
        if (of.states === undefined) return await begun;
        let last: unknown;
        for await (const task of begun) {
          states.push(task.status ?? null);
          last = task;
        }
        return last;
      };
      const came = await work().catch((error: unknown) => error);
      if (of.error !== undefined) {
        if (!(came instanceof HwtasksError)) throw came ?? new Error('it ended well');
        const { task, attempts, ...error } = of.error;
        checkError(came, error);
        if (task === undefined) expect(came.task).toBeUndefined();
        else expect(normal(came.task ?? {}, SHAPE[service])).toMatchObject(task);
        if (attempts !== undefined) expect(came.attempts).toBe(attempts);
      } else {
        if (came instanceof Error) throw came;
        expect(normal(came as object, SHAPE[service])).toMatchObject(of.task ?? {});
      }
      if (of.states !== undefined) expect(states).toEqual(of.states);
      if (of.waits_ms !== undefined) checkWaits(clock.sleeps.map(Math.floor), of.waits_ms);
      if (of.requests !== undefined) expect(await requests()).toBe(of.requests);
    });
  }
});

function begin(client: Client, service: 'dcs' | 'kafka', wait: Waited) {
  const { timeout_ms: timeout, not_found_grace_ms: notFoundGrace, since = '' } = wait;
  const options = {
    initialInterval: wait.initial_interval_ms ?? undefined,
    maxInterval: wait.max_interval_ms ?? undefined,
    timeout,
    notFoundGrace,
  };
  if (wait.name !== undefined) {
    return client[service].waitByName(wait.instance_id, wait.name, { ...options, since });
  }
  return client[service].wait(wait.instance_id, wait.task_id ?? '', options);
}
