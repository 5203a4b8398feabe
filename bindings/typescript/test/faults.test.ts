import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Client, ClientOptions, HwtasksError } from '../src/index.js';
import { ManualTimeSource } from '../src/test-util.js';
import { Emulator, type Fault, INSTANCE } from './emulator.js';

const TASK = '8abfa7b272adc5b40172b73130065ae7';
const FOREVER = 600_000;
const LARGE = 2 ** 20;

/** The right answer, or an error of a kind of which a predicate holds, after so many attempts. */
type Outcome = { right: number } | { wrong: number; kind: string; is?: keyof HwtasksError };

interface Row {
  readonly fault: Fault;
  readonly outcome: Outcome;
  readonly options?: ClientOptions;
}

function row(
  kind: string,
  settings: object,
  count: number,
  outcome: Outcome,
  options?: ClientOptions,
): Row {
  return { fault: { kind, count, ...settings }, outcome, ...(options && { options }) };
}

const status = (status: number, more = {}) => ({ status, ...more });
const right = (attempts: number): Outcome => ({ right: attempts });
const api = (attempts: number, is?: keyof HwtasksError): Outcome => ({
  wrong: attempts,
  kind: 'Api',
  ...(is && { is }),
});
const wrong = (attempts: number, kind: string, is?: keyof HwtasksError): Outcome => ({
  wrong: attempts,
  kind,
  ...(is && { is }),
});
const hurried = { attemptTimeout: 30 };
const patient = { attemptTimeout: 400 };
const small = { bodyLimit: 64 * 1024 };

/** The documentation of `HwtasksError` holds the same table. */
const TABLE: Row[] = [
  row('status', status(400), 1, api(1, 'isBadRequest')),
  row('status', status(401), 1, api(1, 'isUnauthorized')),
  row('status', status(401, { error_code: 'APIGW.0307' }), 1, right(2)),
  row('status', status(401, { error_code: 'APIGW.0307' }), 2, api(2, 'isUnauthorized')),
  row('status', status(403), 1, api(1, 'isForbidden')),
  row('status', status(404), 1, api(1, 'isNotFound')),
  row('status', status(409), 1, api(1)),
  row('status', status(408), 2, right(3)),
  row('status', status(408), 3, api(3)),
  row('status', status(429), 2, right(3)),
  row('status', status(429), 3, api(3, 'isThrottled')),
  row('status', status(429, { retry_after: '59' }), 2, right(3)),
  row('status', status(429, { retry_after: '121' }), 1, api(1, 'isThrottled')),
  row('status', status(501), 1, api(1, 'isServerError')),
  row('delay', { millis: 2 }, 1, right(1)),
  row('delay', { millis: FOREVER }, 1, right(2), patient),
  row('delay', { millis: FOREVER }, 3, wrong(3, 'Transport', 'isTimeout'), hurried),
  row('slow_body', { chunk: 64, millis: 1 }, 1, right(1)),
  row('slow_body', { chunk: 16, millis: FOREVER }, 1, right(2), patient),
  row('slow_body', { chunk: 16, millis: FOREVER }, 3, wrong(3, 'Transport', 'isTimeout'), hurried),
  row('reset_before_answer', {}, 2, right(3)),
  row('reset_before_answer', {}, 3, wrong(3, 'Transport')),
  row('reset_mid_body', {}, 2, right(3)),
  row('reset_mid_body', {}, 3, wrong(3, 'Transport')),
  row('truncated_json', {}, 1, wrong(1, 'Decode', 'isDecode')),
  row('empty_ok', {}, 1, wrong(1, 'Decode', 'isDecode')),
  row('bad_utf8', {}, 1, wrong(1, 'Decode', 'isDecode')),
  row('html_bad_gateway', {}, 2, right(3)),
  row('html_bad_gateway', {}, 3, api(3, 'isServerError')),
  row('wrong_content_type', { content_type: 'text/html' }, 1, right(1)),
  row('redirect', { location: 'http://another-host.invalid/v2' }, 1, wrong(1, 'Unexpected')),
  row('gigantic_body', { bytes: LARGE }, 1, wrong(1, 'BodyTooLarge'), small),
  row('gzip_bomb', { bytes: LARGE }, 1, wrong(1, 'BodyTooLarge'), small),
  row('skewed_date', { seconds: 7200 }, 1, right(1)),
  ...[500, 502, 503, 504].flatMap((code) => [
    row('status', status(code), 2, right(3)),
    row('status', status(code), 3, api(3, 'isServerError')),
  ]),
];

const OPERATIONS: Record<string, (client: Client) => Promise<{ response: { raw: Uint8Array } }>> = {
  ListDcsTasksV1: (client) => client.dcs.listV1(INSTANCE),
  ListDcsTasks: (client) => client.dcs.list(INSTANCE),
  ListKafkaTasks: (client) => client.kafka.list(INSTANCE),
  ShowKafkaTask: (client) => client.kafka.show(INSTANCE, TASK),
};

let emulator: Emulator;

beforeAll(async () => {
  emulator = await Emulator.start();
});

afterAll(() => emulator.stop());

const rows = TABLE.map((row) => ({ ...row, name: JSON.stringify(row.fault) }));

it.each(rows)(
  '$name',
  async ({ fault, outcome, options }) => {
    for (const [operation, call] of Object.entries(OPERATIONS)) {
      await emulator.control('POST', 'reset');
      const expected = await call(emulator.client());
      await emulator.control('DELETE', 'requests');
      await emulator.fault({ ...fault, operation });
      const time = new ManualTimeSource(new Date());
      const asked = call(emulator.client({ time, ...options }));
      if ('right' in outcome) {
        expect(Buffer.from((await asked).response.raw)).toEqual(Buffer.from(expected.response.raw));
      } else {
        const error: HwtasksError = await asked.then(
          () => expect.fail('it is no error'),
          (error) => error,
        );
        expect(error, error.message).toMatchObject({
          kind: outcome.kind,
          attempts: outcome.wrong,
          operation,
        });
        if (outcome.is) expect(error[outcome.is], error.message).toBe(true);
        if (fault.kind.startsWith('reset'))
          expect([error.isTimeout, error.isConnect]).toEqual([false, false]);
      }
      // Where no attempt was answered in time, the emulator may not have seen each.
      if (!(fault.millis === FOREVER)) {
        const attempts = 'right' in outcome ? outcome.right : outcome.wrong;
        expect(await emulator.requests()).toHaveLength(attempts);
      }
      expect(time.elapsed()).toBeLessThanOrEqual(120_000);
    }
  },
  30_000,
);

it('the table has every kind of fault', async () => {
  const refusal = await emulator.fault({ kind: 'no such fault' }).catch(String);
  const known = [...String(refusal).matchAll(/`(\w+)`/g)].map(([, kind]) => kind);
  expect(known.length).toBeGreaterThan(12);
  expect(new Set(TABLE.map(({ fault }) => fault.kind))).toEqual(new Set(known));
});

it.each([
  [0, true],
  [7200, false],
])(
  'a clock that is off is mended once by the date of the service (%i)',
  async (seconds, isMended) => {
    await emulator.control('POST', 'reset');
    await emulator.fault({ kind: 'skewed_date', seconds, count: 2 });
    const now = Date.now() + 3600_000;
    const client = emulator.client({ time: new ManualTimeSource(new Date(now)) });
    const asked = client.kafka.list(INSTANCE);
    if (isMended) await asked;
    else {
      const error: HwtasksError = await asked.then(
        () => expect.fail('its clock is wrong'),
        (error) => error,
      );
      expect(error).toMatchObject({ isUnauthorized: true, code: 'APIGW.0303', attempts: 2 });
      expect(error.clockSkew).toBeCloseTo(7200_000 - 3600_000, -4);
      expect(error.message).toContain("this machine's clock is behind the service's by ");
    }
    const statuses = (await emulator.requests()).map(({ status }) => status);
    expect(statuses).toEqual([401, isMended ? 200 : 401]);
  },
);

it('a call ends with its timeout by the clock of the system', async () => {
  await emulator.control('POST', 'reset');
  await emulator.fault({ kind: 'delay', millis: FOREVER, count: 3 });
  const { systemTime } = await import('../src/time.js');
  const client = emulator.client({ time: systemTime, timeout: 50 });
  await expect(client.kafka.list(INSTANCE)).rejects.toMatchObject({ isTimeout: true, attempts: 1 });
});
