import { isInYears, readTime } from './timestamp.js';

/**
 * A point in time of a body; `undefined` when it is unset (`""`) or not a time.
 *
 * The documents show RFC 3339 text in UTC with milliseconds. A whole number is milliseconds since
 * 1970-01-01 UTC, as other operations of Huawei Cloud write them. The text has seconds and an offset; a
 * leap second is the second before it. The range is the years 0 to 9999.
 *
 * @example
 * ```ts
 * const began = toDate(task.created_at);
 * ```
 */
export function toDate(timestamp: string | number | null | undefined): Date | undefined {
  const millis = typeof timestamp === 'number' ? timestamp : readTime(timestamp ?? '')?.millis;
  return millis !== undefined && isInYears(millis) ? new Date(millis) : undefined;
}

/** Text that is digits, with the blanks of JSON around them at most. */
const DIGITS = /^[ \t\r\n]*0*(\d{1,20})[ \t\r\n]*$/;
/** Text that is a number, likewise. */
const NUMBER = /^[ \t\r\n]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[ \t\r\n]*$/;

/**
 * How many tasks a service counted; `undefined` when what came is not a whole number of tasks below 2^64.
 *
 * A text is digits, with blanks around them at most: `"4"` and `"004"`, not `"4.0"`. A count of 2^53 or
 * more is a `bigint`, any other a `number`. It may be a total or the size of the page: never page by it.
 */
export function toCount(count: string | number | null | undefined): number | bigint | undefined {
  if (typeof count === 'number') {
    // Without the sign of zero.
    return Number.isSafeInteger(count) && count >= 0 ? count + 0 : undefined;
  }
  const digits = DIGITS.exec(count ?? '')?.[1];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return number;
  const exact = BigInt(digits);
  return exact < 2n ** 64n ? exact : undefined;
}

/** A capacity in gigabytes; `undefined` when it is unset (`""`) or not a number. */
export function toGigabytes(capacity: string | number | null | undefined): number | undefined {
  const text = NUMBER.exec(typeof capacity === 'number' ? '' : (capacity ?? ''))?.[1];
  const number = text === undefined ? capacity : Number(text);
  return typeof number === 'number' && Number.isFinite(number) ? number + 0 : undefined;
}
