import { readFileSync } from 'node:fs';

import { expect } from 'vitest';

import type { Shape } from '../../src/body/shape.js';
import * as shapes from '../../src/generated/shapes.js';
import {
  type Client,
  type ClientOptions,
  Credentials,
  HwtasksError,
  type WithResponse,
} from '../../src/index.js';
import { ManualClock } from '../../src/test-util.js';
import type { Reply } from '../wire.js';
import { known, root } from './corpus.js';
import { checkError, type ExpectedError, normal } from './normal.js';

/** An operation with its arguments. */
export interface Call {
  readonly operation: string;
  /** Absent or null for an operation without one. */
  readonly instance_id?: string | null;
  readonly task_id?: string;
  readonly [option: string]: unknown;
}

const OPTIONS = ['offset', 'start', 'limit', 'since', 'until', 'name', 'status', 'engine'];

interface Options {
  readonly [option: string]: unknown;
}

/** The options of a call as the client names them. */
export function callOptions(
  operation: string,
  { exact_match_name: exact, ...options }: Options,
): Options {
  known(operation, options, OPTIONS);
  return { ...options, ...(exact !== undefined && { exactMatchName: String(exact) }) };
}

/** Makes a call; what it came to, normalised and as it is. */
export async function send(client: Client, call: Call) {
  const { operation, instance_id, task_id: task = '', ...given } = call;
  const instance = instance_id ?? '';
  const options = callOptions(operation, given);
  switch (operation) {
    case 'ListDcsTasksV1':
      return list(await client.dcs.listV1(instance, options), shapes.DcsTaskListV1);
    case 'ListDcsTasks':
      return list(await client.dcs.list(instance, options), shapes.DcsTaskList);
    case 'ListKafkaTasks':
      return list(await client.kafka.list(instance, options), shapes.KafkaTaskList);
    case 'ShowKafkaTask': {
      const body = await client.kafka.show(instance, task);
      return { normal: { task: normal(body, shapes.KafkaTask) }, body, response: body.response };
    }
    case 'ListDcsInstances':
      return list(await client.dcs.instances(options), shapes.DcsInstanceList);
    case 'ListDmsInstances':
      return list(await client.kafka.instances(options), shapes.DmsInstanceList);
    default:
      throw new Error(`the runner does not know ${operation}`);
  }
}

function list(body: WithResponse<object>, shape: Shape) {
  return { normal: { list: normal(body, shape) }, body, response: body.response };
}

export type Success = Awaited<ReturnType<typeof send>>;

/** The error that something ends in. */
export async function errorOf(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it is no error');
}

export interface Keys {
  readonly token?: string;
  readonly ak?: string;
  readonly sk?: string;
  readonly security_token?: string;
}

/** How a client is made. */
export interface Settings {
  readonly dcs_endpoint?: string;
  readonly kafka_endpoint?: string;
  readonly project_id?: string;
  readonly credentials?: (Keys & { readonly provider?: readonly Keys[] }) | null;
  readonly now?: string;
  readonly max_attempts?: number;
  readonly initial_backoff_ms?: number;
  readonly max_backoff_ms?: number;
  readonly timeout_ms?: number;
  readonly attempt_timeout_ms?: number;
  readonly body_limit?: number;
}

/** The options that the settings of a case are, over what its section says. */
export function optionsOf(settings: Settings, section: ClientOptions): ClientOptions {
  const { credentials: keys, now, ...others } = settings;
  const retries = ['max_attempts', 'initial_backoff_ms', 'max_backoff_ms'];
  const names = ['dcs_endpoint', 'kafka_endpoint', 'project_id', ...retries];
  known('client', others, [...names, 'timeout_ms', 'attempt_timeout_ms', 'body_limit']);
  const { timeout_ms, attempt_timeout_ms, initial_backoff_ms, max_backoff_ms } = others;
  return {
    ...section,
    ...given('dcsEndpoint', others.dcs_endpoint),
    ...given('kafkaEndpoint', others.kafka_endpoint),
    ...given('projectId', others.project_id),
    ...given('timeout', timeout_ms),
    ...given('attemptTimeout', attempt_timeout_ms),
    ...given('bodyLimit', others.body_limit),
    ...given('clock', now === undefined ? undefined : new ManualClock(now)),
    ...given('credentials', keys ? credentialsOf(keys) : undefined),
    ...given('withoutCredentials', keys === null || undefined),
    retry: {
      maxAttempts: others.max_attempts ?? section.retry?.maxAttempts ?? 3,
      ...given('initialBackoff', initial_backoff_ms),
      ...given('maxBackoff', max_backoff_ms),
    },
  };
}

function given<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [name in Name]?: Value };
}

export function credentialsOf(keys: Keys): Credentials {
  known('credentials', keys, ['token', 'ak', 'sk', 'security_token']);
  if (keys.token !== undefined) return Credentials.token(keys.token);
  return Credentials.keys(keys.ak ?? '', keys.sk ?? '', { securityToken: keys.security_token });
}

const HEADS = ['status', 'headers', 'header_count', 'head'];

/** A response as the corpus writes it. */
export interface ScriptedResponse {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly header_count?: number;
  readonly head?: string;
  readonly body?: string;
  readonly body_json?: unknown;
  readonly body_base64?: string;
  readonly body_file?: string;
  readonly connection?: 'reset' | 'cut' | 'silent';
}

/** The bytes of its body. */
export function bodyOf({ body, body_json, body_base64, body_file }: ScriptedResponse): Uint8Array {
  if (body !== undefined) return Buffer.from(body);
  if (body_json !== undefined) return Buffer.from(JSON.stringify(body_json));
  if (body_base64 !== undefined) return Buffer.from(body_base64, 'base64');
  return body_file === undefined ? new Uint8Array() : readFileSync(new URL(body_file, root));
}

export function replyOf(response: ScriptedResponse): Reply {
  const bodies = ['body', 'body_json', 'body_base64', 'body_file'];
  known('response', response, [...HEADS, 'connection', ...bodies]);
  const { status = 200, headers: given = {}, header_count = 0, head, connection } = response;
  const headers: Record<string, string | string[]> = { ...given };
  for (let n = 1; n <= header_count; n += 1) headers[`x-${n}`] = String(n);
  const reply = { status, headers, body: bodyOf(response) };
  return { ...reply, ...(connection && { connection }), ...(head && { head }) };
}

/** What a call comes to: a result or an error. */
export interface Outcome {
  readonly list?: unknown;
  readonly task?: unknown;
  readonly request_id?: string;
  readonly error?: ExpectedError;
}

/** Makes a call that should come to this. */
export async function checkCall(
  client: Client,
  call: Call,
  { list, task, error: expected, ...others }: Outcome,
  compared?: Parameters<typeof checkError>[2],
): Promise<Success | HwtasksError> {
  if (expected !== undefined) {
    const error = await errorOf(() => send(client, call));
    if (!(error instanceof HwtasksError)) throw error;
    checkError(error, expected, compared);
    return error;
  }
  const success = await send(client, call);
  expect(success.normal).toEqual(list === undefined ? { task } : { list });
  expect(success.response.requestId).toBe(others.request_id);
  return success;
}

/** Which headers of a request are compared. */
export interface Sent {
  readonly headers?: Record<string, string>;
  readonly absent?: string[];
}

export function checkHeaders(
  header: (name: string) => string | null | undefined,
  { headers = {}, absent = [] }: Sent,
): void {
  for (const [name, value] of Object.entries(headers)) expect(header(name), name).toBe(value);
  for (const name of absent) expect(header(name) ?? null, name).toBeNull();
}

/** A wait in milliseconds: exact, or random between limits. */
export type WaitMs = number | { readonly at_least?: number; readonly at_most: number };

/** Compares the waits of a client. */
export function checkWaits(slept: readonly number[], waits: readonly WaitMs[]): void {
  expect(slept).toHaveLength(waits.length);
  for (const [n, wait] of waits.entries()) {
    if (typeof wait === 'number') expect(slept[n]).toBe(wait);
    else {
      expect(slept[n]).toBeGreaterThanOrEqual(wait.at_least ?? 0);
      expect(slept[n]).toBeLessThanOrEqual(wait.at_most);
    }
  }
}
