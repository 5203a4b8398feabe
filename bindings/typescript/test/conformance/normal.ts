import { expect } from 'vitest';

import { SHAPES } from '../../src/generated/shapes.js';
import {
  type DcsTaskList,
  type HwtasksError,
  toCount,
  toDate,
  toGigabytes,
} from '../../src/index.js';
import { isMembers, known } from './corpus.js';

type Members = Record<string, unknown>;

const TASK: Readonly<Record<string, (value: never) => unknown>> = {
  created_at: time,
  updated_at: time,
  old_capacity: capacity,
  new_capacity: capacity,
  error_code: String,
  details: (of: Members) => task(of, DETAILS),
};
const DETAILS = Object.keys(SHAPES.DetailsBody ?? {});
const LISTED = ['name', 'status', 'user_name', 'user_id', 'params', 'enable_show', 'id'];

function time(raw: string | number) {
  return { raw, value: toDate(raw)?.toISOString() ?? null };
}

function capacity(raw: string | number) {
  return { raw, value: toGigabytes(raw) ?? null };
}

/** A task, or its details, with what its scalars stand for; without members that no type knows. */
function task(of: Members, names: readonly string[]): Members {
  const made: Members = {};
  for (const [name, value] of Object.entries(of)) {
    const convert = TASK[name];
    if (convert !== undefined) made[name] = convert(value as never);
    else if (names.includes(name)) made[name] = value;
  }
  return made;
}

export function normalTask(of: object): Members {
  return task(of as Members, LISTED);
}

export function normalList(list: Omit<DcsTaskList, 'tasks'> & { tasks: object[] }): Members {
  const { task_count: raw, status, created_at, updated_at } = list;
  return {
    ...(raw !== undefined && { count: { raw, value: toCount(raw) ?? null } }),
    tasks: list.tasks.map(normalTask),
    ...(status !== undefined && { status }),
    ...(created_at !== undefined && { created_at: time(created_at as string) }),
    ...(updated_at !== undefined && { updated_at: time(updated_at as string) }),
  };
}

/** Every predicate, by the word of the corpus. */
const PREDICATES = {
  bad_request: 'isBadRequest',
  connect: 'isConnect',
  credentials: 'isCredentials',
  decode: 'isDecode',
  forbidden: 'isForbidden',
  not_found: 'isNotFound',
  server_error: 'isServerError',
  task_failed: 'isTaskFailed',
  throttled: 'isThrottled',
  timeout: 'isTimeout',
  unauthorized: 'isUnauthorized',
  wait_timed_out: 'isWaitTimedOut',
} as const;

/** The kind as the corpus writes it. */
export function kindOf(error: HwtasksError): string {
  return error.kind.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase();
}

/** What an error should be. */
export interface ExpectedError {
  readonly kind: string;
  readonly path?: string | null;
  readonly is: string[];
}

/** The facts of an error that are compared where nothing else is said. */
const FACTS = ['kind', 'status', 'code', 'message', 'request_id', 'is'] as const;

export function checkError(
  error: HwtasksError,
  expected: ExpectedError,
  compared: readonly (typeof FACTS)[number][] = FACTS,
): void {
  known('error', expected, [...FACTS, 'path']);
  const { path, ...others } = expected;
  const words = Object.entries(PREDICATES);
  const normal: Record<string, unknown> = {
    kind: kindOf(error),
    status: error.status,
    code: error.code,
    message: error.serviceMessage,
    request_id: error.requestId,
    is: words.filter(([, predicate]) => error[predicate]).map(([word]) => word),
  };
  const facts = compared.map((fact) => [fact, normal[fact]]);
  expect(Object.fromEntries(facts)).toEqual(others);
  if (path !== undefined) expect(error.path ?? null).toBe(path);
}

/** Nothing was lost: each value is as `written` has it or as it came, and none is there besides. */
export function checkKept(found: unknown, written: unknown, body: unknown, at = ''): void {
  if (isMembers(found) && isMembers(written)) {
    const came = isMembers(body) ? body : {};
    for (const name of Object.keys(written)) {
      if (!Object.hasOwn(found, name)) throw new Error(`${at}.${name} is lost`);
    }
    for (const [name, value] of Object.entries(found)) {
      const expected = Object.hasOwn(written, name) ? written[name] : came[name];
      checkKept(value, expected, came[name], `${at}.${name}`);
    }
  } else if (Array.isArray(found) && Array.isArray(written) && found.length === written.length) {
    const came = Array.isArray(body) ? body : [];
    for (const [n, value] of found.entries()) checkKept(value, written[n], came[n], `${at}[${n}]`);
  } else if (JSON.stringify(found) !== JSON.stringify(body)) {
    expect(found, at).toEqual(written);
  }
}

/** What is refused, and how. */
export interface Refusal {
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

export function checkRefusal(message: string, { kind, parameter }: Refusal): void {
  expect(kind).toBe('invalid_input');
  expect(message).toContain(WORDS[parameter] ?? parameter);
}
