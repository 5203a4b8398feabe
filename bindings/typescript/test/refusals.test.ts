import { describe, expect, it } from 'vitest';
import { CachedProvider, Client, type ClientOptions, Credentials } from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { type Head, json, type Reply, Wire } from './wire.js';

// One call after the other is in the corpus: `tests/conformance/refusals.json`.

const CALLS = 100;
const AT_ONCE = 10;

/** Gives another token at each fetch: `token-0`, `token-1`. */
class Tokens {
  readonly name = 'tokens';
  fetches = 0;

  async provide(): Promise<Credentials> {
    this.fetches += 1;
    return Credentials.token(`token-${this.fetches - 1}`);
  }
}

/** A service that accepts one token, and a client whose first requests are all under way at once. */
async function site(accepted: string, options: ClientOptions = {}) {
  let refused = 0;
  const wire = await Wire.responding(({ headers }) => {
    if (headers['x-auth-token'] === accepted) return json(200, { tasks: [] });
    refused += 1;
    return json(401, { error_code: 'APIGW.0301', error_msg: 'no' });
  });
  let sent = 0;
  let open = () => {};
  const underWay = new Promise<void>((resolve) => {
    open = resolve;
  });
  const fetch = async (url: string, init: RequestInit) => {
    sent += 1;
    if (sent === AT_ONCE) open();
    await underWay;
    return globalThis.fetch(url, init);
  };
  const tokens = new Tokens();
  const client = new Client({
    kafkaEndpoint: wire.url,
    projectId: 'p',
    credentials: new CachedProvider(tokens),
    fetch,
    ...options,
  });
  return {
    client,
    tokens,
    refused: () => refused,
    [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose](),
  };
}

/** The outcomes of a hundred calls, ten at a time. */
async function call(client: Client): Promise<PromiseSettledResult<unknown>[]> {
  const outcomes: PromiseSettledResult<unknown>[] = [];
  const worker = async () => {
    for (let n = 0; n < CALLS / AT_ONCE; n += 1) {
      outcomes.push(...(await Promise.allSettled([client.kafka.list('i')])));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

it('refused credentials stop all but the requests under way and one', async () => {
  await using of = await site('none');
  for (const outcome of await call(of.client)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { isUnauthorized: true } });
  }
  expect(of.refused()).toBe(AT_ONCE + 1);
  expect(of.tokens.fetches).toBe(2);
});

it('a refused given token stops all but the requests under way and one', async () => {
  await using of = await site('none', { credentials: Credentials.token('given') });
  const outcomes = await call(of.client);
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  expect(of.refused()).toBe(AT_ONCE + 1);
});

it('refetched credentials carry on every call', async () => {
  await using of = await site('token-1');
  const outcomes = await call(of.client);
  expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true);
  expect(of.refused()).toBe(AT_ONCE);
  expect(of.tokens.fetches).toBe(2);
});

it('an aborted leader hands over to the next call', async () => {
  const controller = new AbortController();
  const tokens = new Tokens();
  let refused = 0;
  await using wire = await Wire.responding(({ headers }) => {
    if (headers['x-auth-token'] === 'token-2') return json(200, { tasks: [] });
    refused += 1;
    // The second request, with the next token, is under way.
    if (refused === 2) controller.abort();
    return json(401, { error_code: 'APIGW.0301', error_msg: 'no' });
  });
  const credentials = new CachedProvider(tokens);
  const client = new Client({ kafkaEndpoint: wire.url, projectId: 'p', credentials });
  const { signal } = controller;
  await expect(client.kafka.list('i', { signal })).rejects.toMatchObject({ isAborted: true });
  await client.kafka.list('i');
  expect(refused).toBe(3);
});

/** Two clients of one provider and one service. */
async function pair(reply: (head: Head) => Reply, options: ClientOptions = {}, all = 1) {
  let received = 0;
  let open = () => {};
  const underWay = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wire = await Wire.responding(async (head) => {
    received += 1;
    if (received === all) open();
    await underWay;
    return reply(head);
  });
  const credentials = Credentials.keys('AK', 'SK');
  const client = () =>
    new Client({ kafkaEndpoint: wire.url, projectId: 'p', credentials, ...options });
  const clients = [client(), client()] as const;
  return {
    list: (nth: number) => clients[nth % 2 === 0 ? 0 : 1].kafka.list('i'),
    received: () => received,
    [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose](),
  };
}

const refusal = json(401, { error_code: 'APIGW.0301', error_msg: 'no' });

/** A service whose clock is an hour ahead. */
function ahead({ headers }: Head): Reply {
  const now = Date.now() + 3_600_000;
  const date = headers['x-sdk-date'] ?? '';
  const signed = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (Math.abs(signed - now) < 900_000) return json(200, { tasks: [] });
  const body = { error_code: 'APIGW.0301', error_msg: 'x-sdk-date is expired' };
  return json(401, body, { date: new Date(now).toUTCString() });
}

const PROVIDERS = {
  keys: () => Credentials.keys('AK', 'SK'),
  'a provider': () => new Tokens(),
  'a cache': () => new CachedProvider(new Tokens()),
};

describe.each(Object.entries(PROVIDERS))('two clients of %s', (_, provider) => {
  it('one after the other send two refused requests', async () => {
    await using of = await pair(() => refusal, { credentials: provider() });
    for (let n = 0; n < 50; n += 1) {
      await expect(of.list(n)).rejects.toMatchObject({ isUnauthorized: true });
    }
    expect(of.received()).toBeLessThanOrEqual(2);
  });

  it('at once send the requests under way and one', async () => {
    await using of = await pair(() => refusal, { credentials: provider() }, AT_ONCE);
    const worker = async (_: unknown, nth: number) => {
      for (let n = 0; n < 50 / AT_ONCE; n += 1) {
        await expect(of.list(nth)).rejects.toMatchObject({ isUnauthorized: true });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(of.received()).toBeLessThanOrEqual(AT_ONCE + 1);
  });
});

it('a clock skew that one client finds is used by the other', async () => {
  await using of = await pair(ahead);
  for (const nth of [0, 1, 0]) await of.list(nth);
  expect(of.received()).toBe(4);
});

it('calls of two clients follow the one that finds the clock skew', async () => {
  await using of = await pair(ahead, {}, 20);
  await Promise.all(Array.from({ length: 20 }, (_, nth) => of.list(nth)));
  expect(of.received()).toBe(40);
});

it('clients of other providers, or with other clocks, share no refusal', async () => {
  const credentials = Credentials.keys('AK', 'SK');
  const clock = () => new ManualClock('2026-01-02T03:04:05Z');
  const [one, other] = [clock(), clock()];
  for (const options of [
    { credentials, clock: one },
    { credentials, clock: other },
    { credentials: Credentials.keys('AK', 'SK'), clock: one },
    { withoutCredentials: true, clock: one },
  ]) {
    const { credentials: given = undefined } = options as ClientOptions;
    await using of = await pair(() => refusal, { credentials: given, ...options });
    await expect(of.list(0)).rejects.toMatchObject({ isUnauthorized: true });
    expect(of.received()).toBeGreaterThan(0);
  }
});
