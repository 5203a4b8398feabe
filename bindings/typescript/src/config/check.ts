import { oneLine } from '../body/one-line.js';
import { invalidInput } from '../errors.js';
import type { CallOptions } from './options.js';

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
export type OptionType = keyof typeof TYPES;

/** The type of every option of `T`, by name. */
export type OptionTypes<T> = { readonly [Name in keyof Required<T>]: OptionType };

/** The options of every call. */
export const CALL_OPTIONS: OptionTypes<CallOptions> = {
  signal: 'signal',
  timeout: 'millis',
  attemptTimeout: 'millis',
  retry: 'object',
};

/** Checks the names of options and the types of their values. No message shows a value, which may be secret. */
export function checkOptions(
  options: unknown,
  types: Readonly<Record<string, OptionType>>,
  prefix = '',
): void {
  if (!isRecord(options)) {
    const what = prefix === '' ? 'options are' : `option ${prefix.slice(0, -1)} is`;
    throw invalidInput(`the ${what} ${typeOf(options)}, not an object`);
  }
  // The names of the types too: a getter of a class is no key of its object.
  for (const name of new Set([...Object.keys(options), ...Object.keys(types)])) {
    const value = options[name];
    if (value === undefined) continue;
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) {
      const help = suggestion(name, Object.keys(types), prefix);
      throw invalidInput(`there is no option ${prefix}${oneLine(name)}`, help);
    }
    const [words, matches] = TYPES[type];
    if (!matches(value)) {
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
