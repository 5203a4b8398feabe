import { parseHttpDate } from './http-date.js';

/** A value of a list: the comma after the weekday of a date separates nothing. */
const VALUE = / *(?:[A-Za-z]+, (?=\d\d[ -][A-Z]))?[^,]+/g;

/**
 * The milliseconds of the header `Retry-After`: the longest of its values, in seconds or until a date.
 *
 * A date counts from the header `Date`, or else from `now`. A value that is neither counts as absent.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const since = parseHttpDate(headers.get('date') ?? '') ?? now;
  let longest: number | undefined;
  for (const [value] of (headers.get('retry-after') ?? '').matchAll(VALUE)) {
    const date = parseHttpDate(value.trim());
    const wait = date === undefined ? millisOf(value.trim()) : Math.max(0, date - since);
    if (wait !== undefined) longest = Math.max(longest ?? 0, wait);
  }
  return longest;
}

/** The milliseconds of decimal seconds, rounded up; `undefined` for any other text. */
function millisOf(text: string): number | undefined {
  const [, seconds, fraction = ''] = /^\+?(\d{1,19})(?:\.(\d+))?$/.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const more = /[1-9]/.test(fraction.slice(3)) ? 1 : 0;
  return Number(seconds) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0')) + more;
}
