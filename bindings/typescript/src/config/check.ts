import { oneLine } from '../body/one-line.js';
import type { CacheOptions } from '../credentials/cached.js';
import { projectFlaw, secretFlaw } from '../credentials/check.js';
import type { CredentialsOptions, KeysOptions } from '../credentials/credentials.js';
import type { IamPasswordOptions } from '../credentials/iam.js';
import type { MetadataOptions } from '../credentials/metadata.js';
import { invalidInput } from '../errors.js';
import { REFUSAL_HELP, refusalReason } from '../http/refusal.js';
import type { RetryPolicy } from '../http/retry.js';
import type { WaitOptions } from '../wait/wait.js';
import type { Checks } from './checks.js';
import type { CallOptions, ClientOptions, CoreOptions } from './options.js';

/** The types of options: the words of a message, and whether a value is of the type. */
const TYPES = {
  string: ['a string', (value: unknown) => typeof value === 'string'],
  boolean: ['a boolean', (value: unknown) => typeof value === 'boolean'],
  number: ['a number', (value: unknown) => typeof value === 'number'],
  millis: ['a number of milliseconds', (value: unknown) => typeof value === 'number'],
  function: ['a function', (value: unknown) => typeof value === 'function'],
  object: ['an object', isRecord],
  date: ['a Date', (value: unknown) => value instanceof Date],
  signal: ['an AbortSignal', (value: unknown) => isRecord(value) && 'aborted' in value],
  provider: [
    'a credentials provider, such as Credentials.keys returns',
    (value: unknown) => isRecord(value) && typeof value.provide === 'function',
  ],
  /** Checked where the value is used. */
  any: ['', () => true],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

/** The name of a type of options. */
type OptionType = keyof typeof TYPES;

/** The type of every option of `T`, by name. */
type OptionTypes<T> = { readonly [Name in keyof Required<T>]: OptionType };

const CALL: OptionTypes<CallOptions> = {
  signal: 'signal',
  timeout: 'millis',
  attemptTimeout: 'millis',
  retry: 'object',
};

const CORE: OptionTypes<CoreOptions> = {
  region: 'string',
  dcsEndpoint: 'string',
  kafkaEndpoint: 'string',
  projectId: 'string',
  credentials: 'provider',
  token: 'any',
  withoutCredentials: 'boolean',
  attemptTimeout: 'millis',
  timeout: 'millis',
  retry: 'object',
  bodyLimit: 'number',
  allowPlainHttp: 'boolean',
  userAgentSuffix: 'string',
  fetch: 'function',
  onAttempt: 'function',
  clock: 'object',
};

const RETRY: OptionTypes<RetryPolicy> = {
  maxAttempts: 'number',
  initialBackoff: 'millis',
  maxBackoff: 'millis',
};

const WAIT: OptionTypes<WaitOptions<never>> = {
  ...CALL,
  initialInterval: 'millis',
  maxInterval: 'millis',
  timeout: 'millis',
  notFoundGrace: 'millis',
  onChange: 'function',
};

const TOKEN: OptionTypes<CredentialsOptions> = {
  projectId: 'string',
  iamEndpoint: 'string',
  expiresAt: 'date',
  provider: 'string',
};

const KEYS: OptionTypes<KeysOptions> = { ...TOKEN, securityToken: 'any' };

const CACHE: OptionTypes<CacheOptions> = { refreshBeforeExpiry: 'millis', clock: 'object' };

const METADATA: OptionTypes<MetadataOptions> = {
  baseUrl: 'string',
  clock: 'object',
  fetch: 'function',
};

const IAM: OptionTypes<IamPasswordOptions> = {
  user: 'string',
  password: 'string',
  domain: 'string',
  region: 'string',
  project: 'string',
  endpoint: 'string',
  allowPlainHttp: 'boolean',
  clock: 'object',
  fetch: 'function',
};

/** The types of all options. */
const OPTIONS = {
  core: CORE,
  client: { ...CORE, iamEndpoint: 'string', env: 'object' } as OptionTypes<ClientOptions>,
  call: CALL,
  sweep: { ...CALL, concurrency: 'number' },
  wait: WAIT,
  waitByName: { ...WAIT, since: 'any' },
  retry: RETRY,
  token: TOKEN,
  keys: KEYS,
  cache: CACHE,
  metadata: METADATA,
  iam: IAM,
} as const satisfies Record<string, Readonly<Record<string, OptionType>>>;

/** What options are those of. */
export type OptionsKind = keyof typeof OPTIONS;

/** The checks of the full client. */
export const CHECKS: Checks = {
  options(kind, options, others = []) {
    checkOptions(options, OPTIONS[kind], others, kind === 'retry' ? 'retry.' : '');
  },
  secretFlaw,
  projectFlaw,
  refusal(body) {
    const reason = refusalReason(body);
    return reason && { reason, help: REFUSAL_HELP[reason] };
  },
};

/** Checks the names of options and the types of their values. No message shows a value, which may be secret. */
function checkOptions(
  options: unknown,
  types: Readonly<Record<string, OptionType>>,
  others: readonly string[],
  prefix: string,
): void {
  if (!isRecord(options)) {
    const what = prefix === '' ? 'options are' : `option ${prefix.slice(0, -1)} is`;
    throw invalidInput(`the ${what} ${typeOf(options)}, not an object`);
  }
  for (const name of Object.keys(options)) {
    if (options[name] === undefined || Object.hasOwn(types, name) || others.includes(name))
      continue;
    const help = suggestion(name, [...Object.keys(types), ...others], prefix);
    throw invalidInput(`there is no option ${prefix}${oneLine(name)}`, help);
  }
  // Not by the keys of the options: a getter of a class is none.
  for (const name in types) {
    const value = options[name];
    const [words, matches] = TYPES[types[name] ?? 'any'];
    if (value !== undefined && !matches(value)) {
      throw invalidInput(`the option ${prefix}${name} is ${typeOf(value)}, not ${words}`);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The type of a value, in words. */
function typeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

/** The known name that an unknown one was meant to be, or else all names. */
function suggestion(name: string, known: readonly string[], prefix: string): string {
  const wanted = plain(name);
  const [best = '', edits = 0] = known
    .map((other) => [other, distance(wanted, plain(other))] as const)
    .reduce((a, b) => (b[1] < a[1] ? b : a));
  const near = edits <= Math.max(1, wanted.length / 3) ? best : undefined;
  const part = known.find(
    (other) =>
      wanted.length > 3 &&
      (plain(other).includes(wanted) || plain(other).startsWith(wanted.slice(0, 4))),
  );
  const meant = near ?? part;
  return meant === undefined
    ? `the options are ${known.join(', ')}`
    : `did you mean ${prefix}${meant}?`;
}

/** A name without its case and separators. */
function plain(name: string): string {
  return name.slice(0, 40).replace(/[_-]/g, '').toLowerCase();
}

/** How many characters to insert, delete or replace to make `a` of `b`. */
function distance(a: string, b: string): number {
  let above = [...b, ''].map((_, at) => at);
  for (const [i, x] of [...a].entries()) {
    const row = [i + 1];
    [...b].forEach((y, j) => {
      const kept = (above[j] ?? 0) + (x === y ? 0 : 1);
      row.push(Math.min(kept, (above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    });
    above = row;
  }
  return above.at(-1) ?? 0;
}
