import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bundle } from '../../scripts/bundle.mjs';
import type * as Core from '../../src/core.js';
import type * as Hwtasks from '../../src/index.js';
import { Emulator, INSTANCE } from '../emulator.js';
import { Chromium, Site, type Visit } from './chromium.js';

const TASK = '8abfa7b272adc5b40172b73130065ae7';
const PAGE = `<!doctype html>
<html lang="en">
  <title>hwtasks</title>
  <link rel="icon" href="data:,">
  <script type="module" src="/page.js"></script>
</html>
`;
/** Keeps the bundles in global variables, where tests find them. */
const SCRIPT = `import * as hwtasks from '/hwtasks.js';
import * as core from '/core.js';
Object.assign(globalThis, { core, hwtasks });
`;
/** As strict as a site may be: no code but that of its files. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; img-src data:; connect-src http://127.0.0.1:*",
};

/** The globals of the page: functions that tests send there use them. */
declare const hwtasks: typeof Hwtasks;
declare const core: typeof Core;
declare const client: Hwtasks.Client;

const javascript = (text: string) => ({ type: 'text/javascript', text });

let chromium: Chromium;
let site: Site;

beforeAll(async () => {
  chromium = await Chromium.start();
  const files = {
    '/': { type: 'text/html', text: PAGE },
    '/page.js': javascript(SCRIPT),
    '/hwtasks.js': javascript(await bundle('page')),
    '/core.js': javascript(await bundle('functions')),
  };
  site = await Site.serve(files, HEADERS);
});

afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await chromium?.[Symbol.asyncDispose]();
});

/** Opens the page, with a client of an emulator that allows its origin. */
async function visiting(
  use: (visit: Visit, emulator: Emulator) => Promise<void>,
  allowed: string = site.origin,
): Promise<void> {
  await using emulator = await Emulator.start('--allow-origin', allowed);
  await using visit = await chromium.open(site.origin);
  const { dcs: dcsEndpoint, kafka: kafkaEndpoint, projectId, token } = emulator;
  await visit.page.evaluate(
    (options) => {
      Object.assign(globalThis, { client: new hwtasks.Client(options) });
    },
    { dcsEndpoint, kafkaEndpoint, projectId, token },
  );
  try {
    await use(visit, emulator);
  } catch (error) {
    await visit.screenshot(`failed ${expect.getState().currentTestName}`);
    throw error;
  }
  expect(visit.errors).toEqual([]);
  expect(visit.foreign).toEqual([]);
}

/** What a page can see of an error. */
interface Seen {
  readonly name: string;
  readonly message: string;
  readonly kind: string;
  readonly status?: number;
  readonly attempts: number;
  readonly requestId?: string;
}

describe('client in Chromium', () => {
  it('lists, and shows', async () => {
    await visiting(async ({ page }, emulator) => {
      const found = await page.evaluate(async (instance) => {
        const { tasks, response } = await client.kafka.list(instance, { limit: 5 });
        const [first] = tasks;
        const task = first && (await client.kafka.show(instance, first.id));
        const others = await client.dcs.list(instance, { since: new Date('2020-01-01') });
        const { status, requestId } = response;
        return {
          ids: tasks.map(({ id }) => id),
          task,
          others: others.tasks.length,
          status,
          requestId,
        };
      }, INSTANCE);
      expect(found).toMatchObject({ task: { id: TASK, status: 'SUCCESS' }, status: 200 });
      expect(found.ids).toContain(TASK);
      expect(found.others).toBeGreaterThan(0);
      expect(found.requestId).toBeTruthy();
      const requests = await emulator.control<{ headers: [string, string][] }[]>('GET', 'requests');
      for (const { headers } of requests) {
        const sent = Object.fromEntries(headers);
        expect(sent).toMatchObject({ origin: site.origin, 'x-auth-token': expect.anything() });
        // The browser's own, and nothing that tells the page from others.
        expect(sent['user-agent']).toContain('Chrome');
        expect(sent).not.toHaveProperty('cookie');
        expect(sent).not.toHaveProperty('authorization');
      }
      expect(requests).toHaveLength(3);
    });
  });

  it('pages, and yields the items of all pages once', async () => {
    await visiting(async ({ page }, emulator) => {
      const instance = 'of-many-tasks';
      const ids: string[] = [];
      for (let n = 0; n < 7; n += 1) {
        const created_at = `2026-01-02T03:04:0${n}.000Z`;
        const task = { id: `task-${n}`, name: 'EXTEND', status: 'SUCCESS', created_at };
        await emulator.control('POST', `tasks/dcs/${instance}`, task);
        ids.push(task.id);
      }
      const found = await page.evaluate(async (instance) => {
        const pages: number[] = [];
        for await (const { tasks } of client.dcs.pages(instance, { limit: 3 })) {
          pages.push(tasks.length);
        }
        const items: string[] = [];
        for await (const { id } of client.dcs.items(instance, { limit: 3 })) items.push(id);
        return { pages, items };
      }, instance);
      expect(found.pages.length).toBeGreaterThan(2);
      expect(found.items.toSorted()).toEqual(ids);
    });
  });

  it('waits until a task has ended', async () => {
    await visiting(async ({ page }, emulator) => {
      await emulator.control('PUT', 'progress', { when: 'after_polls', polls: 3 });
      const moving = { id: 'moving', name: 'EXTEND' };
      await emulator.control('POST', `tasks/kafka/${INSTANCE}`, moving);
      const states = await page.evaluate(async (instance) => {
        const states: (string | undefined)[] = [];
        const options = { initialInterval: 20, maxInterval: 20 };
        for await (const task of client.kafka.wait(instance, 'moving', options)) {
          states.push(task.status);
        }
        return states;
      }, INSTANCE);
      expect(states.length).toBeGreaterThan(1);
      expect(states.at(-1)).toBe('SUCCESS');
    });
  });

  it('sweeps instances, with an error for one that is missing', async () => {
    await visiting(async (visit) => {
      const found = await visit.page.evaluate(async (instance) => {
        const found: Record<string, number | boolean> = {};
        for await (const result of client.kafka.sweep([instance, 'missing'])) {
          found[result.instance] = result.error?.isNotFound ?? result.tasks?.length ?? 0;
        }
        return found;
      }, INSTANCE);
      expect(found).toEqual({ [INSTANCE]: expect.any(Number), missing: true });
      expect(visit.takeErrors()).toEqual([expect.stringContaining('404')]);
    });
  });

  it('aborts a call with an AbortError, and the request too', async () => {
    await visiting(async ({ page }, emulator) => {
      await emulator.fault({ kind: 'delay', millis: 15_000 });
      const cancelled = page.waitForEvent('requestfailed');
      const seen = await page.evaluate(async (instance) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 100);
        const call = client.kafka.list(instance, { signal: controller.signal });
        const error = await call.catch((error) => error);
        return { ...error.toJSON(), isAborted: error.isAborted, cause: String(error.cause) };
      }, INSTANCE);
      expect(seen).toMatchObject({ name: 'AbortError', kind: 'Aborted', isAborted: true });
      expect(seen.cause).toContain('AbortError');
      expect((await cancelled).failure()?.errorText).toBe('net::ERR_ABORTED');
    });
  });
});

it('small client in Chromium lists, waits and sweeps by functions', async () => {
  await visiting(async ({ page }, emulator) => {
    const { kafka: kafkaEndpoint, projectId, token } = emulator;
    const found = await page.evaluate(
      async ([options, instance, id]) => {
        const client = new core.CoreClient(options);
        const { tasks } = await core.list(client, core.listKafkaTasks, instance);
        const task = await core.wait(client, core.listKafkaTasks, instance, id);
        const listed: number[] = [];
        for await (const result of core.sweep(client, core.listKafkaTasks, [instance])) {
          listed.push(result.tasks?.length ?? -1);
        }
        return { count: tasks.length, status: task.status, listed };
      },
      [{ kafkaEndpoint, projectId, token }, INSTANCE, TASK] as const,
    );
    expect(found).toMatchObject({ status: 'SUCCESS', listed: [expect.any(Number)] });
    expect(found.listed[0]).toBeGreaterThanOrEqual(found.count);
  });
});

describe('error in Chromium', () => {
  /** The error of a list, after one attempt. */
  async function failing(visit: Visit, instance: string, timeout = 30_000): Promise<Seen> {
    return visit.page.evaluate(
      async ([instance, timeout]) => {
        const options = { retry: { maxAttempts: 1 }, attemptTimeout: timeout };
        const error = await client.kafka.list(instance, options).then(
          () => new Error('it succeeded'),
          (error: Hwtasks.HwtasksError) => error,
        );
        if (!(error instanceof hwtasks.HwtasksError)) throw error;
        return error.toJSON() as Seen;
      },
      [instance, timeout] as const,
    );
  }

  it('404 has the code and the request ID of the service', async () => {
    await visiting(async (visit) => {
      const seen = await failing(visit, 'missing');
      expect(seen).toMatchObject({ kind: 'Api', status: 404, attempts: 1 });
      expect(seen.requestId).toBeTruthy();
      expect(visit.takeErrors()).toHaveLength(1);
    });
  });

  it('429 shows its Retry-After, and a call waits for it', async () => {
    await visiting(async (visit, emulator) => {
      const fault = { kind: 'status', status: 429, retry_after: '1', count: 1 };
      await emulator.fault(fault);
      const seen = await visit.page.evaluate(async (instance) => {
        const began = performance.now();
        const { response } = await client.kafka.list(instance);
        return { attempts: response.attempts, took: performance.now() - began };
      }, INSTANCE);
      expect(seen.attempts).toBe(2);
      expect(seen.took).toBeGreaterThanOrEqual(1000);
      expect(visit.takeErrors()).toHaveLength(1);
    });
  });

  it('connection that breaks is a transport error, and is retried', async () => {
    await visiting(async (visit, emulator) => {
      // Chromium itself sends once more on a connection that was open before.
      await emulator.fault({ kind: 'reset_before_response', count: 10 });
      const seen = await failing(visit, INSTANCE);
      expect(seen).toMatchObject({ kind: 'Transport', attempts: 1 });
      await emulator.control('DELETE', 'faults');
      await emulator.fault({ kind: 'reset_mid_body', count: 1 });
      const attempts = await visit.page.evaluate(
        async (instance) => (await client.kafka.list(instance)).response.attempts,
        INSTANCE,
      );
      expect(attempts).toBe(2);
      expect(visit.takeErrors().length).toBeGreaterThan(0);
    });
  });

  it('response that is late is a timeout', async () => {
    await visiting(async (visit, emulator) => {
      await emulator.fault({ kind: 'delay', millis: 15_000 });
      const seen = await failing(visit, INSTANCE, 100);
      expect(seen).toMatchObject({ name: 'HwtasksError', kind: 'Transport' });
      expect(seen.message).toBe('ListKafkaTasks: no response in time');
    });
  });

  it('redirect is not followed', async () => {
    await visiting(async (visit, emulator) => {
      await emulator.fault({ kind: 'redirect', location: `${emulator.dcs}/elsewhere` });
      const seen = await failing(visit, INSTANCE);
      expect(seen).toMatchObject({ kind: 'Unexpected' });
      expect(seen.message).toContain('a redirect');
    });
  });

  it('origin that is not allowed names CORS', async () => {
    await visiting(async (visit) => {
      const seen = await failing(visit, INSTANCE);
      expect(seen.kind).toBe('Transport');
      expect(seen.message).toContain('CORS refused the request');
      expect(visit.takeErrors().join()).toContain('blocked by CORS policy');
    }, 'https://other.example');
  });

  it('keys are refused, and nothing is sent', async () => {
    await visiting(async ({ page }, emulator) => {
      const seen = await page.evaluate(
        async (options) => {
          const credentials = hwtasks.Credentials.keys('AK', 'SK');
          const client = new hwtasks.Client({ ...options, credentials });
          return String(await client.kafka.list('i').catch((error) => error));
        },
        { kafkaEndpoint: emulator.kafka, projectId: emulator.projectId },
      );
      expect(seen).toBe(
        'HwtasksError: ListKafkaTasks: keys do not belong in a browser; use a token',
      );
      expect(await emulator.requests()).toEqual([]);
    });
  });

  it('client in the console shows no secret', async () => {
    await visiting(async ({ page }, emulator) => {
      const [shown, message] = await Promise.all([
        page.evaluate(() => JSON.stringify(client)),
        page.waitForEvent('console'),
        page.evaluate(() => console.log(client)),
      ]);
      expect(JSON.parse(shown)).toMatchObject({ projectId: emulator.projectId });
      for (const text of [shown, message.text()]) expect(text).not.toContain(emulator.token);
    });
  });
});
