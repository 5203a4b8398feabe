import { afterAll, beforeAll, expect, it } from 'vitest';

import type { HwtasksError } from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { Emulator, INSTANCE } from './emulator.js';

const FOREVER = 600_000;

let emulator: Emulator;

beforeAll(async () => {
  emulator = await Emulator.start();
});

afterAll(() => emulator.stop());

it.each([
  [0, true],
  [7200, false],
])('clock skew is corrected once by the date of the service (%i)', async (seconds, isCorrected) => {
  await emulator.control('POST', 'reset');
  await emulator.fault({ kind: 'skewed_date', seconds, count: 2 });
  const now = Date.now() + 3600_000;
  const client = emulator.client({ clock: new ManualClock(new Date(now)) });
  const asked = client.kafka.list(INSTANCE);
  if (isCorrected) await asked;
  else {
    const error: HwtasksError = await asked.then(
      () => expect.fail('its clock is wrong'),
      (error) => error,
    );
    expect(error).toMatchObject({ isUnauthorized: true, code: 'APIGW.0301', attempts: 2 });
    expect(error.clockSkew).toBeCloseTo(7200_000 - 3600_000, -4);
    const said =
      /this machine's clock is behind the service's by 3\d{3} s; set this machine's clock /;
    expect(error.message).toMatch(said);
  }
  const statuses = (await emulator.requests()).map(({ status }) => status);
  expect(statuses).toEqual([401, isCorrected ? 200 : 401]);
});

it('clock skew is corrected for all concurrent calls', async () => {
  await emulator.control('POST', 'reset');
  const client = emulator.client({ clock: new ManualClock(new Date(Date.now() + 3600_000)) });
  const lists = await Promise.all(Array.from({ length: 8 }, () => client.kafka.list(INSTANCE)));
  for (const { tasks } of lists) expect(tasks.length).toBeGreaterThan(0);
});

it('a call ends with its timeout by the clock of the system', async () => {
  await emulator.control('POST', 'reset');
  await emulator.fault({ kind: 'delay', millis: FOREVER, count: 3 });
  const { systemClock } = await import('../src/body/time.js');
  const client = emulator.client({ clock: systemClock, timeout: 50 });
  await expect(client.kafka.list(INSTANCE)).rejects.toMatchObject({ isTimeout: true, attempts: 1 });
});
