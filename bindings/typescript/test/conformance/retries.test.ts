import { expect } from 'vitest';
import { systemClock } from '../../src/body/time.js';
import { Client, Credentials, HwtasksError } from '../../src/index.js';
import { ManualClock } from '../../src/test-util.js';
import { Wire } from '../wire.js';
import {
  type Call,
  checkCall,
  checkHeaders,
  checkWaits,
  type Outcome,
  optionsOf,
  replyOf,
  type ScriptedResponse,
  type Sent,
  type Settings,
  send,
  type WaitMs,
} from './call.js';
import { cases, known } from './corpus.js';
import type { ExpectedError } from './normal.js';

interface Case {
  readonly client: Settings;
  readonly call: Call;
  readonly calls?: number;
  readonly responses: ScriptedResponse[];
  readonly real_time?: boolean;
  readonly expect: Omit<Outcome, 'error'> & {
    error?: ExpectedError & { attempts?: number; clock_skew_ms?: number };
    requests?: number;
    waits_ms?: WaitMs[];
    sent?: Sent[];
  };
}

const MEMBERS = ['client', 'call', 'calls', 'responses', 'real_time', 'expect'] as const;

cases<Case>('retries.json', MEMBERS, async ({ client: settings, call, responses, ...of }) => {
  const { requests = 1, waits_ms: waits, sent = [], error: expected, ...outcome } = of.expect;
  known('expect', outcome, ['list', 'task', 'request_id']);
  const wire = await Wire.replying(...responses.map(replyOf));
  const { url } = wire;
  if (responses.length === 0) await wire[Symbol.asyncDispose]();
  const options = optionsOf(settings, {
    dcsEndpoint: url,
    kafkaEndpoint: url,
    projectId: 'a4d31cb63d724fdc8ec96e3a41e47f71',
    credentials: Credentials.token('a-token'),
  });
  const { clock } = options;
  const client = new Client(of.real_time ? { ...options, clock: systemClock } : options);
  for (let n = 1; n < (of.calls ?? 1); n += 1) await send(client, call).catch(() => {});
  const { attempts, clock_skew_ms, ...error } = expected ?? {};
  const checked = expected === undefined ? outcome : { ...outcome, error: error as ExpectedError };
  const came = await checkCall(client, call, checked);
  if (came instanceof HwtasksError) {
    if (attempts !== undefined) expect(came.attempts).toBe(attempts);
    expect(came.clockSkew).toBe(clock_skew_ms);
  }
  const heads = wire.take();
  expect(heads).toHaveLength(requests);
  for (const [n, compared] of sent.entries()) {
    known('sent', compared, ['headers', 'absent']);
    checkHeaders((name) => heads[n]?.headers[name], compared);
  }
  if (!of.real_time && clock instanceof ManualClock && waits !== undefined) {
    const slept = clock.sleeps.filter((wait) => wait > 0);
    checkWaits(slept, waits);
  }
  await wire[Symbol.asyncDispose]();
});
