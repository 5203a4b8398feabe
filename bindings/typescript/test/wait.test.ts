import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { Client, HwtasksError } from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import type { Wait, WaitOptions } from '../src/wait/wait.js';
import { Emulator } from './emulator.js';
import { all, FakeService, minimalTasks, type Step, type TaskBody } from './fake-service.js';
import { json } from './wire.js';

const NOW = '2026-01-02T03:04:05Z';
const TASK = '8abfa7b272adc5b40172b73130065ae7';
const SERVICES = ['kafka', 'dcs'] as const;
type Service = (typeof SERVICES)[number];

const executing = (): TaskBody => ({
  id: TASK,
  name: 'EXTEND',
  status: 'EXECUTING',
  created_at: '2020-06-17T08:00:00.500Z',
});

interface Waited {
  readonly fake: FakeService;
  readonly clock: ManualClock;
  readonly client: Client;
}

async function waiting<T>(
  tasks: TaskBody[],
  step: Step,
  use: (of: Waited) => Promise<T>,
): Promise<T> {
  await using fake = await FakeService.start(tasks, step);
  const clock = new ManualClock(NOW);
  return await use({ fake, clock, client: fake.client({ clock }) });
}

/** Sets the state of the task before each response; the last state repeats. */
function withStates(...states: string[]): Step {
  return (nth, [task]) => {
    if (task !== undefined) task.status = states[Math.min(nth, states.length) - 1] ?? '';
    return undefined;
  };
}

function wait(client: Client, service: Service, options?: WaitOptions<unknown>): Wait<TaskBody> {
  return client[service].wait('i', TASK, options) as Wait<TaskBody>;
}

async function errorOf(wait: PromiseLike<unknown>): Promise<HwtasksError> {
  return wait.then(
    () => expect.fail('it ended well'),
    (error) => error,
  );
}

it('failed wait has a message', async () => {
  for (const [states, options, why] of [
    [['FAILED'], {}, 'task 8abfa7b272adc5b40172b73130065ae7 (EXTEND) has ended as FAILED'],
    [
      ['EXECUTING'],
      {},
      'after waiting for 1800 s, task 8abfa7b272adc5b40172b73130065ae7 (EXTEND) is EXECUTING',
    ],
    [[], { notFoundGrace: 7000 }, 'task 8abfa7b272adc5b40172b73130065ae7 was not found for 7 s'],
  ] as const) {
    const tasks = states.length === 0 ? minimalTasks(1) : [executing()];
    await waiting(
      tasks,
      states.length === 0 ? () => undefined : withStates(...states),
      async ({ client }) => {
        const error = await errorOf(wait(client, 'kafka', options));
        expect(error.message).toBe(`ShowKafkaTask: ${why}`);
      },
    );
  }
});

describe.each(SERVICES)('a wait for a task of %s', (service) => {
  it('shows each change once, as it is iterated over and to onChange', async () => {
    const states = ['CREATED', 'CREATED', 'EXECUTING', 'EXECUTING', 'SUCCESS'];
    const changes = ['CREATED', 'EXECUTING', 'SUCCESS'];
    await waiting([executing()], withStates(...states), async ({ client }) => {
      const seen = await all(wait(client, service));
      expect(seen.map(({ status }) => status)).toEqual(changes);
    });
    await waiting([executing()], withStates(...states), async ({ client }) => {
      const seen: unknown[] = [];
      await wait(client, service, { onChange: (task) => seen.push((task as TaskBody).status) });
      expect(seen).toEqual(changes);
    });
  });

  it('sends nothing before it is awaited, and can be awaited again', async () => {
    await waiting([executing()], withStates('SUCCESS'), async ({ client, fake }) => {
      const begun = wait(client, service);
      expect(fake.requests).toEqual([]);
      const ended: string[] = [];
      await begun.finally(() => ended.push('finally'));
      expect(await begun).toBe(await begun);
      expect(ended).toEqual(['finally']);
      expect(fake.requests).toHaveLength(1);
      await expect(all(begun)).rejects.toMatchObject({ kind: 'InvalidInput' });
    });
  });

  it('ends when its signal is aborted', async () => {
    const controller = new AbortController();
    const step: Step = (nth) => {
      if (nth === 3) controller.abort(new Error('enough'));
      return undefined;
    };
    await waiting([executing()], step, async ({ client, fake }) => {
      const error = await errorOf(wait(client, service, { signal: controller.signal }));
      expect(error).toMatchObject({
        isAborted: true,
        name: 'AbortError',
        cause: { message: 'enough' },
      });
      expect(fake.requests).toHaveLength(3);
    });
  });

  it('negative time or NaN is rejected', async () => {
    await waiting([executing()], withStates('SUCCESS'), async ({ client, fake }) => {
      for (const option of ['initialInterval', 'maxInterval', 'timeout', 'notFoundGrace']) {
        for (const value of [-1, Number.NaN]) {
          const error = await errorOf(wait(client, service, { [option]: value }));
          expect(error).toMatchObject({ kind: 'InvalidInput', attempts: 0 });
          expect(error.message).toContain(`the option ${option} is ${value}`);
        }
      }
      expect(fake.requests).toEqual([]);
    });
  });

  it('timeout error has the last response that showed the task', async () => {
    for (const [states, options, kind] of [
      [['EXECUTING', 'FAILED'], {}, 'TaskFailed'],
      [['EXECUTING'], { timeout: 5000 }, 'WaitTimedOut'],
    ] as const) {
      await waiting([executing()], withStates(...states), async ({ client }) => {
        const error = await errorOf(wait(client, service, options));
        expect(error).toMatchObject({ kind, status: 200, attempts: 1, code: undefined });
        expect(error.headers?.get('content-type')).toBe('application/json');
        const body = JSON.parse(new TextDecoder().decode(error.body));
        expect(body.tasks).toMatchObject([{ id: TASK, status: states.at(-1) }]);
      });
    }
  });

  it('refuses an ID that cannot be, at once', async () => {
    await waiting(
      [{ id: '', status: 'SUCCESS' }],
      () => undefined,
      async ({ client, fake }) => {
        for (const id of ['', '..', 'a\nb']) {
          const error = await errorOf(client[service].wait('i', id));
          expect(error).toMatchObject({ kind: 'InvalidInput', attempts: 0 });
        }
        expect(fake.requests).toEqual([]);
      },
    );
  });
});

describe('a wait for a task of DCS', () => {
  it('list is narrowed to the start time of the task', async () => {
    const step: Step = (nth, tasks) => {
      const task = tasks.at(-1);
      if (nth === 3 && task) task.status = 'SUCCESS';
      return undefined;
    };
    await waiting([...minimalTasks(30), executing()], step, async ({ client, fake }) => {
      await wait(client, 'dcs');
      expect(fake.requests).toHaveLength(3);
      expect(fake.requests[0]).not.toContain('time=');
      for (const asked of fake.requests.slice(1)) {
        expect(asked).toContain('start_time=20200617075959');
        expect(asked).toContain('end_time=20200617080002');
      }
    });
    // A service that understands times otherwise: the window is tried once.
    const otherwise: Step = (nth, tasks, target) => {
      const task = tasks.at(-1);
      if (nth === 5 && task) task.status = 'SUCCESS';
      return target.includes('time=') ? json(200, { tasks: [] }) : undefined;
    };
    await waiting([...minimalTasks(30), executing()], otherwise, async ({ client, fake }) => {
      await wait(client, 'dcs');
      const windowed = fake.requests.filter((asked) => asked.includes('time='));
      expect([fake.requests.length, windowed.length]).toEqual([5, 1]);
    });
  });

  it('search reads a bounded number of pages', async () => {
    await waiting(
      minimalTasks(21_000),
      () => undefined,
      async ({ client, fake }) => {
        expect((await errorOf(wait(client, 'dcs', { notFoundGrace: 0 }))).isNotFound).toBe(true);
        expect(fake.requests).toHaveLength(20);
      },
    );
  });

  it('takes the state beside the only task', async () => {
    const file = new URL('../../../crates/api/src/examples/dcs_list_en.json', import.meta.url);
    const body = readFileSync(file, 'utf8');
    await waiting(
      [],
      () => json(200, body),
      async ({ client }) => {
        const task = await client.dcs.wait('i', '8abf6e1e72c12e7c0172c15b508500aa');
        expect(task.status).toBe('SUCCESS');
      },
    );
  });
});

/** What no types let through. */
const ODD = [5n, Symbol('now'), Object.create(null), { epochMilliseconds: 5n }];

describe.each(SERVICES)('a wait for a task of %s by its name', (service) => {
  const since = '2020-06-17T08:00:00.500Z';
  const byName = (client: Client, options = {}) =>
    client[service].waitByName('i', 'EXTEND', { since, ...options });

  it('refuses a name that is none', async () => {
    await waiting(
      [{ id: 'a', name: '', created_at: since }],
      () => undefined,
      async ({ client, fake }) => {
        for (const name of ['', undefined, 5n, Symbol('EXTEND')]) {
          const named = client[service].waitByName('i', name as string, { since });
          const error = await errorOf(named);
          expect(error).toMatchObject({ kind: 'InvalidInput', attempts: 0 });
          expect(error.message).toContain('the task name is ');
        }
        expect(fake.requests).toEqual([]);
      },
    );
  });

  it('refuses a time that is none', async () => {
    await waiting(
      [],
      () => undefined,
      async ({ client, fake }) => {
        for (const since of ['yesterday', '2020-06-17T08:00:00', Number.NaN, undefined, ...ODD]) {
          const error = await errorOf(byName(client, { since }));
          expect(error.kind).toBe('InvalidInput');
          expect(error.message).toContain('since: ');
        }
        const none = await errorOf(client[service].waitByName('i', 'EXTEND', undefined as never));
        expect(none.message).toContain('since: it is not set');
        expect(fake.requests).toEqual([]);
      },
    );
  });
});

it.each([
  { when: 'immediate' },
  { when: 'after_polls', polls: 3 },
  { when: 'after_duration', millis: 5000 },
])('a task of the emulator that goes %j is waited for', async (progress) => {
  await using emulator = await Emulator.start();
  await emulator.control('PUT', 'progress', progress);
  for (const service of SERVICES) {
    const added = await emulator.control<{ id: string }>('POST', `tasks/${service}/mine`, {});
    const clock = new ManualClock(new Date());
    const client = emulator.client({
      clock: {
        now: () => clock.now(),
        elapsed: () => clock.elapsed(),
        sleep: async (millis) => {
          await clock.sleep(millis);
          await emulator.control('POST', 'clock', { advance_millis: millis });
        },
      },
    });
    const task = await client[service].wait('mine', added.id);
    expect(task).toMatchObject({ id: added.id, status: 'SUCCESS' });
    if (progress.when !== 'immediate') expect(clock.sleeps.length).toBeGreaterThan(1);
  }
});
