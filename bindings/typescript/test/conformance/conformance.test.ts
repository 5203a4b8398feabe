import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Client, type ClientOptions, Credentials, HwtasksError } from '../../src/index.js';
import { type SigningRequest, sign } from '../../src/signer.js';
import { ManualTimeSource } from '../../src/test-util.js';
import { Wire } from '../wire.js';
import { cases, files, isMembers, keepingDigits, known, root } from './corpus.js';
import {
  checkError,
  checkKept,
  type ExpectedError,
  kindOf,
  normalList,
  normalTask,
} from './normal.js';

/** An operation with its arguments. */
interface Call {
  readonly operation: string;
  readonly instance_id: string;
  readonly task_id?: string;
  readonly [option: string]: unknown;
}

const OPTIONS = ['offset', 'start', 'limit', 'since', 'until'];

async function send(client: Client, call: Call) {
  const { operation, instance_id: instance, task_id: task = '', ...options } = call;
  known(operation, options, OPTIONS);
  switch (operation) {
    case 'ListDcsTasksV1':
      return list(await client.dcs.listV1(instance, options));
    case 'ListDcsTasks':
      return list(await client.dcs.list(instance, options));
    case 'ListKafkaTasks':
      return list(await client.kafka.list(instance, options));
    case 'ShowKafkaTask': {
      const shown = await client.kafka.show(instance, task);
      return { normal: { task: normalTask(shown) }, body: shown, response: shown.response };
    }
    default:
      throw new Error(`the runner does not know ${operation}`);
  }
}

function list(
  body: Awaited<ReturnType<Client['dcs']['listV1']>> & Parameters<typeof normalList>[0],
) {
  return { normal: { list: normalList(body) }, body, response: body.response };
}

interface Refusal {
  readonly kind: string;
  readonly parameter: string;
}

/** How the messages of TypeScript name a parameter. */
const WORDS: Readonly<Record<string, string>> = {
  ak: 'access key',
  headers: 'the header',
  instance_id: 'the instance ID ',
  method: 'the method ',
  project_id: 'the project ID ',
  sk: 'secret key',
  task_id: 'the task ID ',
  url: 'the URL ',
};

async function errorOf(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it is not refused');
}

interface Keys {
  readonly token?: string;
  readonly ak?: string;
  readonly sk?: string;
  readonly security_token?: string;
  readonly project_id?: string;
}

function credentials(keys: Keys): Credentials {
  known('credentials', keys, ['token', 'ak', 'sk', 'security_token']);
  if (keys.token !== undefined) return Credentials.token(keys.token);
  return Credentials.keys(keys.ak ?? '', keys.sk ?? '', { securityToken: keys.security_token });
}

describe('requests.json', () => {
  interface Case {
    readonly client: Record<string, unknown> & { credentials: Keys | null; now: string };
    readonly call: Call;
    readonly expect: {
      method?: string;
      target?: string;
      headers?: Record<string, string>;
      absent?: string[];
      error?: Refusal;
    };
  }

  cases<Case>(
    'requests.json',
    ['client', 'call', 'expect'],
    async ({ client, call, expect: of }) => {
      known('client', client, [
        'dcs_endpoint',
        'kafka_endpoint',
        'project_id',
        'credentials',
        'now',
      ]);
      known('expect', of, ['method', 'target', 'headers', 'absent', 'error']);
      const sent: Request[] = [];
      const options: ClientOptions = {
        dcsEndpoint: client.dcs_endpoint as string,
        kafkaEndpoint: client.kafka_endpoint as string,
        projectId: client.project_id as string,
        ...(client.credentials !== null && { credentials: credentials(client.credentials) }),
        time: new ManualTimeSource(client.now),
        retry: { attempts: 1 },
        fetch: async (url, init) => {
          // What fetch makes of it: it would refuse a header that cannot be sent.
          const request = new Request(url, init);
          expect(request.url).toBe(url);
          sent.push(request);
          return new Response('{"tasks":[]}');
        },
      };
      if (of.error !== undefined) {
        const error = await errorOf(async () => send(new Client(options), call));
        if (!(error instanceof HwtasksError)) throw error;
        expect(kindOf(error)).toBe(of.error.kind);
        expect(error.attempts).toBe(0);
        expect(error.message).toContain(WORDS[of.error.parameter] ?? of.error.parameter);
        for (const name of ['token', 'sk', 'security_token'] as const) {
          const secret = client.credentials?.[name];
          if (secret)
            expect(error.message + error.stack + JSON.stringify(error)).not.toContain(secret);
        }
        expect(sent).toEqual([]);
        return;
      }
      // The empty list is an error for the operation that shows one task.
      await send(new Client(options), call).catch((error) => expect(error.kind).toBe('Unexpected'));
      expect(sent).toHaveLength(1);
      const [request] = sent;
      if (request === undefined) return;
      const url = new URL(request.url);
      expect(request.method).toBe(of.method);
      expect(url.pathname + url.search).toBe(of.target);
      const header = (name: string) => (name === 'host' ? url.host : request.headers.get(name));
      for (const [name, value] of Object.entries(of.headers ?? {}))
        expect(header(name), name).toBe(value);
      for (const name of of.absent ?? []) expect(header(name), name).toBeNull();
    },
  );
});

describe('responses.json', () => {
  interface Answer {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly body_json?: unknown;
    readonly body_base64?: string;
    readonly body_file?: string;
  }
  interface Case {
    readonly call: Call;
    readonly answer: Answer;
    readonly expect: {
      list?: unknown;
      task?: unknown;
      written?: unknown;
      request_id?: string;
      error?: ExpectedError;
      requests?: number;
    };
  }
  let wire: Wire;
  let answer: Answer;

  function bodyOf({ body, body_json, body_base64, body_file }: Answer): Uint8Array {
    if (body !== undefined) return Buffer.from(body);
    if (body_json !== undefined) return Buffer.from(JSON.stringify(body_json));
    if (body_base64 !== undefined) return Buffer.from(body_base64, 'base64');
    return body_file === undefined ? new Uint8Array() : readFileSync(new URL(body_file, root));
  }

  beforeAll(async () => {
    wire = await Wire.answering(() => ({ ...answer, body: bodyOf(answer) }));
  });

  afterAll(() => wire[Symbol.asyncDispose]());

  cases<Case>('responses.json', ['call', 'answer', 'expect'], async ({ expect: of, ...given }) => {
    known('expect', of, ['list', 'task', 'written', 'request_id', 'error', 'requests']);
    const bodies = ['body', 'body_json', 'body_base64', 'body_file'];
    known('answer', given.answer, ['status', 'headers', ...bodies]);
    answer = given.answer;
    wire.take();
    const client = new Client({
      dcsEndpoint: wire.url,
      kafkaEndpoint: wire.url,
      projectId: 'a4d31cb63d724fdc8ec96e3a41e47f71',
      credentials: Credentials.token('a-token'),
      retry: { attempts: 1 },
    });
    const sent = bodyOf(answer);
    if (of.error !== undefined) {
      const error = await errorOf(() => send(client, given.call));
      if (!(error instanceof HwtasksError)) throw error;
      checkError(error, of.error);
      expect(Buffer.from(error.body ?? []).equals(sent.slice(0, 64 * 1024))).toBe(true);
    } else {
      const success = await send(client, given.call);
      const { list, task } = of;
      expect(success.normal).toEqual(list === undefined ? { task } : { list });
      expect(success.response.requestId).toBe(of.request_id);
      const { raw } = success.response;
      if (answer.headers?.['content-encoding'] === undefined) {
        expect(Buffer.from(raw).equals(sent)).toBe(true);
      }
      let body: unknown = keepingDigits(new TextDecoder().decode(raw));
      if (task !== undefined && isMembers(body)) body = (body.tasks as unknown[])[0];
      checkKept(JSON.parse(JSON.stringify(success.body)), of.written ?? body, body);
    }
    expect(wire.take()).toHaveLength(of.requests ?? 1);
  });
});

describe('signing.json', () => {
  interface Case {
    readonly request: SigningRequest & { body?: string };
    readonly credentials: Keys;
    readonly now: string;
    readonly expect: Record<string, unknown> & {
      error?: Refusal;
      headers?: Record<string, string>;
    };
  }

  cases<Case>('signing.json', ['request', 'credentials', 'now', 'expect'], async (of) => {
    known('request', of.request, ['method', 'url', 'headers', 'body']);
    known('credentials', of.credentials, ['ak', 'sk', 'security_token', 'project_id']);
    const {
      ak = '',
      sk = '',
      security_token: securityToken,
      project_id: projectId,
    } = of.credentials;
    const keys = { accessKey: ak, secretKey: sk, securityToken, projectId };
    const { error, headers, published_signature: published, ...expected } = of.expect;
    if (error !== undefined) {
      const refusal = await errorOf(() => sign(of.request, keys, new Date(of.now)));
      expect(refusal).toBeInstanceOf(TypeError);
      expect(refusal.message).toContain(WORDS[error.parameter]);
      return;
    }
    const signed = await sign(of.request, keys, new Date(of.now));
    expect({
      authorization: signed.headers.Authorization,
      signed_headers: signed.signedHeaders,
      canonical_request: signed.canonicalRequest,
      target: signed.requestTarget,
    }).toEqual(expected);
    expect(signed.url.endsWith(signed.requestTarget)).toBe(true);
    const all = { ...lower(of.request.headers ?? {}), ...lower(signed.headers) };
    expect(all).toEqual(lower(headers ?? {}));
    if (published !== undefined) expect(signed.headers.Authorization).toContain(`=${published}`);
  });

  function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, v]) => [name.toLowerCase(), v]));
  }
});

it('every file of the corpus is run', () => {
  expect(files.sort()).toEqual(['requests.json', 'responses.json', 'signing.json']);
});
