import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { Client, HwtasksError } from '../src/index.js';
import { ManualTimeSource } from '../src/test-util.js';
import type { Wait, WaitOptions } from '../src/wait.js';
import { Emulator } from './emulator.js';
import { all, bare, Script, type Shown, type Step } from './script.js';
import { json } from './wire.js';

const NOW = '2026-01-02T03:04:05Z';
const TASK = '8abfa7b272adc5b40172b73130065ae7';
const SERVICES = ['kafka', 'dcs'] as const;
type Service = (typeof SERVICES)[number];

const executing = (): Shown => ({
  id: TASK,
  name: 'EXTEND',
  status: 'EXECUTING',
  created_at: '2020-06-17T08:00:00.500Z',
});

interface Waited {
  readonly script: Script;
  readonly time: ManualTimeSource;
  readonly client: Client;
}

async function waiting<T>(tasks: Shown[], step: Step, use: (of: Waited) => Promise<T>): Promise<T> {
  await using script = await Script.start(tasks, step);
  const time = new ManualTimeSource(NOW);
  return await use({ script, time, client: script.client({ time }) });
}

/** One task, whose state before each answer is the next of these, and then the last for ever. */
function going(...states: string[]): Step {
  return (nth, [task]) => {
    if (task !== undefined) task.status = states[Math.min(nth, states.length) - 1] ?? '';
    return undefined;
  };
}

function wait(client: Client, service: Service, options?: WaitOptions<unknown>): Wait<Shown> {
  return client[service].wait('i', TASK, options) as Wait<Shown>;
}

async function errorOf(wait: PromiseLike<unknown>): Promise<HwtasksError> {
  return wait.then(
    () => expect.fail('it ended well'),
    (error) => error,
  );
}

const sum = (sleeps: number[]) => sleeps.reduce((all, sleep) => all + sleep, 0);

describe.each(SERVICES)('a wait for a task of %s', (service) => {
  it('ends with its success, after pauses that grow by half', async () => {
    const states = ['CREATED', 'WAITING', 'EXECUTING', 'EXECUTING', 'SUCCESS'];
    await waiting([executing()], going(...states), async ({ client, time, script }) => {
      const task = await wait(client, service);
      expect(task).toMatchObject({ id: TASK, status: 'SUCCESS' });
      expect(time.sleeps).toEqual([2000, 3000, 4500, 6750]);
      expect(script.asked).toHaveLength(5);
    });
  });

  it.each(['FAILED', 'DELETED', 'CANCELLED'])(
    'ends in an error with the task that is %s',
    async (end) => {
      await waiting([executing()], going('EXECUTING', end), async ({ client }) => {
        const error = await errorOf(wait(client, service));
        expect(error).toMatchObject({ kind: 'TaskFailed', isTaskFailed: true });
        expect(error.task).toMatchObject({ id: TASK, status: end });
        expect(error.message).toMatch(/: task 8abfa7b\w+ \(EXTEND\) has ended as [A-Z]+$/);
      });
    },
  );

  it('goes on in a state that nobody knows, and in none', async () => {
    const states = ['PAUSED', '', 'success', 'ROLLBACK', 'SUCCESS'];
    await waiting([executing()], going(...states), async ({ client, time }) => {
      await wait(client, service);
      expect(time.sleeps).toHaveLength(4);
    });
  });

  it('leaves its last look time to be answered', async () => {
    await waiting([executing()], going('EXECUTING'), async ({ client, time, script }) => {
      const error = await errorOf(wait(client, service));
      expect(error).toMatchObject({ isWaitTimedOut: true, task: { status: 'EXECUTING' } });
      expect(error.message).toMatch(/after waiting for 1800 s, task \w+ \(EXTEND\) is EXECUTING$/);
      expect(sum(time.sleeps)).toBe(1798_000);
      expect(Math.max(...time.sleeps)).toBe(30_000);
      expect(script.asked).toHaveLength(time.sleeps.length + 1);
    });
    for (const [timeout, sleeps] of [
      [10_000, [2000, 3000, 3000]],
      [1000, [500]],
      [2000, [0]],
    ] as const) {
      await waiting([executing()], going('EXECUTING'), async ({ client, time }) => {
        expect((await errorOf(wait(client, service, { timeout }))).isWaitTimedOut).toBe(true);
        expect(time.sleeps).toEqual(sleeps);
      });
    }
  });

  it('may find with its last look that the task has ended', async () => {
    const states = ['EXECUTING', 'EXECUTING', 'EXECUTING', 'SUCCESS'];
    await waiting([executing()], going(...states), async ({ client, time }) => {
      await wait(client, service, { timeout: 10_000 });
      expect(sum(time.sleeps)).toBe(8000);
    });
  });

  it('looks as often as it is told to', async () => {
    await waiting([executing()], going('EXECUTING'), async ({ client, time }) => {
      const options = { interval: 4000, mostInterval: 5000, timeout: 20_000 };
      await errorOf(wait(client, service, options));
      expect(time.sleeps).toEqual([4000, 5000, 5000, 2000]);
    });
  });

  it('shows each change once, as it is iterated over and to onChange', async () => {
    const states = ['CREATED', 'CREATED', 'EXECUTING', 'EXECUTING', 'SUCCESS'];
    const changes = ['CREATED', 'EXECUTING', 'SUCCESS'];
    await waiting([executing()], going(...states), async ({ client }) => {
      const seen = await all(wait(client, service));
      expect(seen.map(({ status }) => status)).toEqual(changes);
    });
    await waiting([executing()], going(...states), async ({ client }) => {
      const seen: unknown[] = [];
      await wait(client, service, { onChange: (task) => seen.push((task as Shown).status) });
      expect(seen).toEqual(changes);
    });
  });

  it('asks nothing before it is awaited, and can be awaited again', async () => {
    await waiting([executing()], going('SUCCESS'), async ({ client, script }) => {
      const begun = wait(client, service);
      expect(script.asked).toEqual([]);
      const ended: string[] = [];
      await begun.finally(() => ended.push('finally'));
      expect(await begun).toBe(await begun);
      expect(ended).toEqual(['finally']);
      expect(script.asked).toHaveLength(1);
      await expect(all(begun)).rejects.toMatchObject({ kind: 'InvalidInput' });
    });
  });

  it('ends when its signal is aborted', async () => {
    const controller = new AbortController();
    const step: Step = (nth) => {
      if (nth === 3) controller.abort(new Error('enough'));
      return undefined;
    };
    await waiting([executing()], step, async ({ client, script }) => {
      const error = await errorOf(wait(client, service, { signal: controller.signal }));
      expect(error).toMatchObject({ isAborted: true, cause: { message: 'enough' } });
      expect(script.asked).toHaveLength(3);
    });
  });

  it('refuses an ID that cannot be, at once', async () => {
    await waiting(
      [{ id: '', status: 'SUCCESS' }],
      () => undefined,
      async ({ client, script }) => {
        for (const id of ['', '..', 'a\nb']) {
          const error = await errorOf(client[service].wait('i', id));
          expect(error).toMatchObject({ kind: 'InvalidInput', attempts: 0 });
        }
        expect(script.asked).toEqual([]);
      },
    );
  });

  it('looks for a task that is not there yet', async () => {
    for (const absent of [
      json(404, { error_code: 'DMS.00404022' }),
      json(400, { error_code: 'DMS.00400070' }),
      json(200, { task_count: '0', tasks: [] }),
    ]) {
      const step: Step = (nth, tasks) => (nth <= 4 ? absent : going('SUCCESS')(nth, tasks, ''));
      await waiting([executing()], step, async ({ client, time }) => {
        await wait(client, service);
        expect(time.sleeps).toEqual([2000, 3000, 4500, 6750]);
      });
    }
  });

  it('ends when a task is not there for the grace period', async () => {
    await waiting(
      bare(1),
      () => undefined,
      async ({ client, time }) => {
        expect(await errorOf(wait(client, service))).toMatchObject({ isNotFound: true });
        expect(sum(time.sleeps)).toBe(60_000);
      },
    );
    await waiting(
      bare(1),
      () => undefined,
      async ({ client, time }) => {
        await errorOf(wait(client, service, { grace: 7000 }));
        expect(time.sleeps).toEqual([2000, 3000, 2000]);
      },
    );
    const vanishing: Step = (nth, tasks) => {
      if (nth === 2) tasks.length = 0;
      return undefined;
    };
    await waiting([executing()], vanishing, async ({ client, time }) => {
      const error = await errorOf(wait(client, service));
      expect(error).toMatchObject({ isNotFound: true, task: { id: TASK } });
      expect(sum(time.sleeps)).toBe(60_000);
    });
  });

  it('waits out failures that pass, once the service has answered', async () => {
    const passing: Step = (nth, tasks) => {
      if (nth >= 2 && nth <= 5) return { status: 503 };
      return nth === 6 ? going('SUCCESS')(nth, tasks, '') : undefined;
    };
    await waiting([executing()], passing, async ({ client, time }) => {
      await wait(client, service);
      expect(time.sleeps).toHaveLength(5);
    });
    const lasting: Step = (nth) => (nth > 1 ? { status: 502 } : undefined);
    await waiting([executing()], lasting, async ({ client, time }) => {
      const error = await errorOf(wait(client, service));
      expect(error).toMatchObject({ isServerError: true, task: { id: TASK } });
      expect(sum(time.sleeps)).toBe(60_000);
    });
  });

  it.each([
    [true, 503],
    [true, 403],
    [false, 403],
    [false, 401],
  ])('ends with any other failure (at once: %s, %i)', async (isFirst, status) => {
    const step: Step = (nth) => (isFirst || nth > 1 ? { status } : undefined);
    await waiting([executing()], step, async ({ client, time }) => {
      const error = await errorOf(wait(client, service));
      expect(error.status).toBe(status);
      expect(error.task === undefined).toBe(isFirst);
      expect(time.sleeps).toHaveLength(isFirst ? 0 : 1);
    });
  });
});

describe('a wait for a task of DCS', () => {
  it('looks around the time at which the task began', async () => {
    const step: Step = (nth, tasks) => {
      const task = tasks.at(-1);
      if (nth === 3 && task) task.status = 'SUCCESS';
      return undefined;
    };
    await waiting([...bare(30), executing()], step, async ({ client, script }) => {
      await wait(client, 'dcs');
      expect(script.asked).toHaveLength(3);
      expect(script.asked[0]).not.toContain('time=');
      for (const asked of script.asked.slice(1)) {
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
    await waiting([...bare(30), executing()], otherwise, async ({ client, script }) => {
      await wait(client, 'dcs');
      const windowed = script.asked.filter((asked) => asked.includes('time='));
      expect([script.asked.length, windowed.length]).toEqual([5, 1]);
    });
  });

  it('looks through a bounded number of pages', async () => {
    await waiting(
      bare(21_000),
      () => undefined,
      async ({ client, script }) => {
        expect((await errorOf(wait(client, 'dcs', { grace: 0 }))).isNotFound).toBe(true);
        expect(script.asked).toHaveLength(20);
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

describe.each(SERVICES)('a wait for a task of %s by its name', (service) => {
  const since = '2020-06-17T08:00:00.500Z';
  const begun = (id: string, created_at: string, status = 'SUCCESS', name = 'EXTEND'): Shown => ({
    id,
    name,
    status,
    created_at,
  });
  const byName = (client: Client, options = {}) =>
    client[service].waitByName('i', 'EXTEND', { since, ...options });

  it('takes the newest that began since, and keeps to it', async () => {
    const tasks = [
      begun('other', '2020-06-17T09:00:00.000Z', 'SUCCESS', 'BindEip'),
      begun('newest', '2020-06-17T08:30:00.000Z', 'EXECUTING'),
      begun('older', '2020-06-17T08:00:00.500Z'),
      begun('old', '2020-06-17T08:00:00.499Z'),
      { id: 'timeless', name: 'EXTEND', status: 'SUCCESS' },
    ];
    const step: Step = (nth, tasks) => {
      if (nth === 2) tasks.unshift(begun('another', '2020-06-17T08:45:00.000Z'));
      if (nth === 4) for (const task of tasks) if (task.id === 'newest') task.status = 'SUCCESS';
      return undefined;
    };
    await waiting(tasks, step, async ({ client, script }) => {
      expect((await byName(client)).id).toBe('newest');
      const lower = service === 'dcs' ? 'start_time' : 'begin_time';
      expect(script.asked[0]).toContain(`${lower}=20200617080000`);
      if (service === 'kafka')
        expect(script.asked.slice(1)).toEqual(['newest', 'newest', 'newest']);
    });
  });

  it('takes one that began in the very millisecond, and no older one', async () => {
    await waiting(
      [begun('a', since)],
      () => undefined,
      async ({ client }) => {
        const exact = byName(client, { since: '2020-06-17T08:00:00.500999Z' });
        expect((await exact).id).toBe('a');
        const error = await errorOf(byName(client, { since: '2020-06-17T08:00:00.501Z' }));
        expect(error).toMatchObject({ kind: 'TaskNotFound', isNotFound: true });
        expect(error.message).toContain(
          'a task EXTEND begun since 2020-06-17T08:00:00.501Z was not found',
        );
      },
    );
  });

  it('gives it time to appear', async () => {
    const step: Step = (nth, tasks) => {
      if (nth === 3) tasks.push(begun('a', '2020-06-17T08:01:00.000Z'));
      return undefined;
    };
    await waiting([], step, async ({ client, time }) => {
      expect((await byName(client)).id).toBe('a');
      expect(time.sleeps).toEqual([2000, 3000]);
    });
  });

  it('refuses a time that is none', async () => {
    await waiting(
      [],
      () => undefined,
      async ({ client, script }) => {
        for (const since of ['yesterday', '2020-06-17T08:00:00', Number.NaN, undefined]) {
          const error = await errorOf(byName(client, { since }));
          expect(error.kind).toBe('InvalidInput');
          expect(error.message).toContain('since: ');
        }
        expect(script.asked).toEqual([]);
      },
    );
  });
});

it.each([
  { when: 'at_once' },
  { when: 'after_reads', reads: 3 },
  { when: 'after_time', millis: 5000 },
])('a task of the emulator that goes %j is waited for', async (progress) => {
  await using emulator = await Emulator.start();
  await emulator.control('PUT', 'progress', progress);
  for (const service of SERVICES) {
    const added = await emulator.control<{ id: string }>('POST', `tasks/${service}/mine`, {});
    const time = new ManualTimeSource(new Date());
    const client = emulator.client({
      time: {
        now: () => time.now(),
        elapsed: () => time.elapsed(),
        sleep: async (millis) => {
          await time.sleep(millis);
          await emulator.control('POST', 'clock', { advance_millis: millis });
        },
      },
    });
    const task = await client[service].wait('mine', added.id);
    expect(task).toMatchObject({ id: added.id, status: 'SUCCESS' });
    if (progress.when !== 'at_once') expect(time.sleeps.length).toBeGreaterThan(1);
  }
});
