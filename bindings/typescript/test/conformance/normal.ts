import { expect } from 'vitest';

import type { HwtasksError } from '../../src/index.js';
import { isMembers, known } from './corpus.js';

export { normal } from './scalar.js';

/** Every predicate, by the word of the corpus. */
const PREDICATES = {
  bad_request: 'isBadRequest',
  connection_error: 'isConnectionError',
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
  return wordOf(error.kind) ?? '';
}

/** A kind or a reason as the corpus writes it. */
function wordOf(name: string | undefined): string | undefined {
  return name?.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase();
}

/** What an error should be. */
export interface ExpectedError {
  readonly kind: string;
  readonly path?: string | null;
  readonly shows?: string;
  readonly request_id?: string;
  readonly reason?: string;
  readonly is: string[];
}

/** The facts of an error that are compared where nothing else is said. */
const FACTS = ['kind', 'status', 'code', 'message', 'request_id', 'reason', 'is'] as const;

export function checkError(
  error: HwtasksError,
  expected: ExpectedError,
  compared: readonly (typeof FACTS)[number][] = FACTS,
): void {
  known('error', expected, [...FACTS, 'path', 'shows']);
  expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  const { path, shows = '', ...others } = expected;
  const words = Object.entries(PREDICATES);
  const found: Record<string, unknown> = {
    kind: kindOf(error),
    status: error.status,
    code: error.code,
    message: error.serviceMessage,
    request_id: error.requestId,
    reason: wordOf(error.reason),
    is: words.filter(([, predicate]) => error[predicate]).map(([word]) => word),
  };
  const facts = compared.map((fact) => [fact, found[fact]]);
  // `*` is any, which the emulator made.
  const anyId = expected.request_id === '*' && { request_id: expect.stringMatching(/./) };
  expect(Object.fromEntries(facts)).toEqual({ ...others, ...anyId });
  expect(error.message).toContain(shows);
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
