import { expect, it } from 'vitest';
import { CachedProvider, Client, type ClientOptions, Credentials } from '../src/index.js';
import { json, Wire } from './wire.js';

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
