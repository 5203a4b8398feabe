import { invalidInput } from '../errors.js';

/** An ID as one segment of a path: everything but RFC 3986's unreserved characters is encoded. */
export function pathSegment(what: string, id: string): string {
  const refuse = (why: string, help?: string) =>
    invalidInput(`the ${what} ${JSON.stringify(id)} ${why}`, help);
  requireString(what, id);
  if (id === '') throw refuse('is empty', 'pass the ID');
  if (id === '.' || id === '..') throw refuse('would name another path');
  if (/\p{Cc}/u.test(id)) throw refuse('holds a control character');
  if (/\p{Cs}/u.test(id)) throw refuse('holds half a character');
  return encoded(id);
}

/** Text with everything encoded but RFC 3986's unreserved characters. */
export function encoded(text: string): string {
  const mark = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, mark);
}

/** A value that callers without types may have got wrong; no message shows it, which may be secret. */
export function requireString(what: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidInput(`the ${what} is ${typeof value}, not a string`);
}

/** A whole number in a range. */
export function requireInteger(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidInput(
    `the ${what} is ${String(value)}, and must be a whole number from ${least} to ${most}`,
  );
}

/** Checks that options are numbers that are not negative. */
export function requireNotNegative(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(typeof value === 'number' && value >= 0)) {
      throw invalidInput(
        `the option ${name} is ${String(value)}, and must be a number that is not negative`,
      );
    }
  }
}
