import { expect } from 'vitest';
import { auth } from '#auth';
import { systemClock } from '../../src/body/time.js';
import {
  CachedProvider,
  Client,
  Credentials,
  type CredentialsProvider,
  HwtasksError,
} from '../../src/index.js';
import { ManualClock } from '../../src/test-util.js';
import { Wire } from '../wire.js';
import {
  type Call,
  checkCall,
  checkHeaders,
  checkWaits,
  credentialsOf,
  type Keys,
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

/** A case of `retries.json` or `refusals.json`. */
interface Case {
  readonly client: Settings;
  readonly call: Call;
  readonly calls?: number;
  readonly pause_ms?: number;
  readonly responses: ScriptedResponse[];
  readonly real_time?: boolean;
  readonly expect: Omit<Outcome, 'error'> & {
    error?: ExpectedError & { attempts?: number; clock_skew_ms?: number };
    requests?: number;
    fetches?: number;
    waits_ms?: WaitMs[];
    sent?: Sent[];
  };
}

const MEMBERS = [
  'client',
  'call',
  'calls',
  'pause_ms',
  'responses',
  'real_time',
  'expect',
] as const;

/** A provider that fetches the credentials of a case in turn, and counts. */
class Fetching implements CredentialsProvider {
  readonly name = 'corpus';
  readonly #given: readonly Keys[];
  fetches = 0;

  constructor(given: readonly Keys[]) {
    this.#given = given;
  }

  async provide(): Promise<Credentials> {
    const keys = this.#given[Math.min(this.fetches, this.#given.length - 1)] ?? {};
    this.fetches += 1;
    return credentialsOf(keys);
  }
}

/** Tests for the cases of `retries.json` or `refusals.json`. */
export function scripts(file: string): void {
  cases<Case>(file, MEMBERS, checkScript, 5000, needsKeys);
}

/** Why this build cannot run a case: that for browsers rejects keys. */
function needsKeys({ client: { credentials } }: Case): string | undefined {
  const given = credentials?.provider ?? [credentials ?? {}];
  const hasKeys = given.some((keys) => keys.ak !== undefined);
  return hasKeys && auth.signRequest === undefined ? 'a browser rejects keys' : undefined;
}

/** Makes the calls of a case against its responses, and compares what they come to. */
async function checkScript({ client: given, call, responses, ...of }: Case): Promise<void> {
  const { requests = 1, waits_ms: waits, sent = [], error: expected, ...others } = of.expect;
  const { fetches, ...outcome } = others;
  const { credentials: keys, ...rest } = given;
  const provider = keys?.provider && new Fetching(keys.provider);
  const settings = provider === undefined ? given : rest;
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
  const clock = of.real_time ? systemClock : options.clock;
  const cached = provider && clock && new CachedProvider(provider, { clock });
  const credentials = cached ?? options.credentials;
  const client = new Client({
    ...options,
    ...(clock && { clock }),
    ...(credentials && { credentials }),
  });
  for (let n = 1; n < (of.calls ?? 1); n += 1) {
    await send(client, call).catch(() => {});
    if (clock instanceof ManualClock) clock.advance(of.pause_ms ?? 0);
  }
  const { attempts, clock_skew_ms, ...error } = expected ?? {};
  const checked = expected === undefined ? outcome : { ...outcome, error: error as ExpectedError };
  const came = await checkCall(client, call, checked);
  if (came instanceof HwtasksError) {
    if (attempts !== undefined) expect(came.attempts).toBe(attempts);
    expect(came.clockSkew).toBe(clock_skew_ms);
  }
  expect(provider?.fetches).toBe(fetches ?? provider?.fetches);
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
}
