import { expect } from 'vitest';

import { Client, Credentials, HwtasksError, type SweepResult } from '../../src/index.js';
import { ManualClock } from '../../src/test-util.js';
import { type Head, type Reply, Wire } from '../wire.js';
import { optionsOf, replyOf, type ScriptedResponse, type Settings } from './call.js';
import { cases, known } from './corpus.js';
import { checkError, type ExpectedError } from './normal.js';

type Amount = number | { readonly at_least?: number; readonly at_most?: number };

interface Expected extends ExpectedError {
  readonly attempts?: number;
}

interface Case {
  readonly client: Settings;
  readonly instances: number | string[];
  readonly concurrency: number;
  readonly barrier?: number;
  readonly first?: { readonly times?: number; readonly response: ScriptedResponse }[];
  readonly responses: Record<string, ScriptedResponse[]>;
  readonly expect: {
    readonly results?: Record<string, { tasks?: string[]; error?: Expected }>;
    readonly listed: Amount;
    readonly failed?: Amount;
    readonly failure?: Expected;
    readonly error?: Expected;
    readonly requests: Amount;
    readonly together?: Amount;
    readonly together_after_first?: Amount;
    readonly pauses_ms?: Amount[];
  };
}

const MEMBERS = [
  'client',
  'instances',
  'concurrency',
  'barrier',
  'first',
  'responses',
  'expect',
] as const;
const EXPECTED = ['results', 'listed', 'failed', 'failure', 'error', 'requests'];
const MEASURED = ['together', 'together_after_first', 'pauses_ms'];

/** The fake service: its script, and how many requests it has at the same time. */
class Service {
  requests = 0;
  most = 0;
  mostAfterFirst = 0;
  readonly #first: Reply[];
  readonly #scripts: Record<string, Reply[]>;
  readonly #barrier: number;
  readonly #of = new Map<string, number>();
  #together = 0;
  #open = () => {};
  readonly #opened: Promise<void>;

  constructor({ first = [], responses, barrier = 0 }: Case) {
    this.#first = first.flatMap(({ times = 1, response }) =>
      Array.from({ length: times }, () => replyOf(response)),
    );
    const scripts = Object.entries(responses);
    this.#scripts = Object.fromEntries(scripts.map(([id, script]) => [id, script.map(replyOf)]));
    this.#barrier = barrier;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  async respond({ target }: Head): Promise<Reply> {
    this.requests += 1;
    this.#together += 1;
    this.most = Math.max(this.most, this.#together);
    if (this.requests > this.#first.length) {
      this.mostAfterFirst = Math.max(this.mostAfterFirst, this.#together);
    }
    const reply = this.#next(/instances\/([^/]+)/.exec(target)?.[1] ?? '');
    if (this.requests >= this.#barrier) this.#open();
    await this.#opened;
    // Lets others arrive.
    await new Promise((resolve) => setTimeout(resolve, 2));
    this.#together -= 1;
    return reply;
  }

  #next(instance: string): Reply {
    const reply = this.#first[this.requests - 1];
    if (reply !== undefined) return reply;
    const script = this.#scripts[instance] ?? this.#scripts['*'] ?? [];
    const nth = this.#of.get(instance) ?? 0;
    this.#of.set(instance, nth + 1);
    return script[Math.min(nth, script.length - 1)] as Reply;
  }
}

cases<Case>(
  'sweep.json',
  MEMBERS,
  async (of) => {
    known('expect', of.expect, [...EXPECTED, ...MEASURED]);
    for (const service of ['dcs', 'kafka'] as const) await run(of, service);
  },
  20_000,
);

async function run(of: Case, service: 'dcs' | 'kafka'): Promise<void> {
  const { instances, concurrency, expect: expected } = of;
  const script = new Service(of);
  await using wire = await Wire.responding((head) => script.respond(head));
  const options = optionsOf(of.client, {
    dcsEndpoint: wire.url,
    kafkaEndpoint: wire.url,
    projectId: 'a4d31cb63d724fdc8ec96e3a41e47f71',
    credentials: Credentials.token('a-token'),
  });
  const ids =
    typeof instances === 'number'
      ? Array.from({ length: instances }, (_, n) => `i-${n}`)
      : instances;
  const results: SweepResult<{ readonly id: string }>[] = [];
  let end: unknown;
  try {
    const sweep = new Client(options)[service].sweep(ids, { concurrency });
    for await (const result of sweep) results.push(result);
  } catch (error) {
    end = error;
  }
  for (const { instance, tasks, error } of results) {
    const { [instance]: named } = expected.results ?? {};
    if (named === undefined) {
      if (error !== undefined && expected.failure) check(error, expected.failure);
    } else if (named.error) {
      check(error, named.error);
    } else {
      expect(tasks?.map(({ id }) => id)).toEqual(named.tasks);
    }
  }
  const listed = results.filter(({ error }) => error === undefined).length;
  within('listed', listed, expected.listed);
  within('failed', results.length - listed, expected.failed ?? 0);
  if (expected.error) check(end, expected.error);
  else expect([end, results.length]).toEqual([undefined, ids.length]);
  within('requests', script.requests, expected.requests);
  if (expected.together) within('together', script.most, expected.together);
  if (expected.together_after_first) {
    within('together_after_first', script.mostAfterFirst, expected.together_after_first);
  }
  if (expected.pauses_ms && options.clock instanceof ManualClock) {
    const { sleeps } = options.clock;
    expect(sleeps).toHaveLength(expected.pauses_ms.length);
    for (const [n, pause] of expected.pauses_ms.entries()) within('pause', sleeps[n] ?? 0, pause);
  }
}

function check(error: unknown, { attempts, ...expected }: Expected): void {
  if (!(error instanceof HwtasksError)) throw error;
  checkError(error, expected);
  if (attempts !== undefined) expect(error.attempts).toBe(attempts);
}

function within(what: string, found: number, amount: Amount): void {
  const bounds = typeof amount === 'number' ? { at_least: amount, at_most: amount } : amount;
  const { at_least: least = 0, at_most: most = Number.POSITIVE_INFINITY } = bounds;
  expect(found, what).toBeGreaterThanOrEqual(least);
  expect(found, what).toBeLessThanOrEqual(most);
}
