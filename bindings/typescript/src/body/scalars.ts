import { readTime } from './time.js';

/**
 * A point in time of a body; `undefined` when it is unset (`""`) or not a time.
 *
 * The documents show RFC 3339 text in UTC with milliseconds. A number is milliseconds since
 * 1970-01-01 UTC, as other operations of Huawei Cloud write them.
 *
 * @example
 * ```ts
 * const began = toDate(task.created_at);
 * ```
 */
export function toDate(timestamp: string | number | null | undefined): Date | undefined {
  const millis = typeof timestamp === 'number' ? timestamp : readTime(timestamp ?? '')?.millis;
  const date = new Date(Number.isInteger(millis) ? (millis as number) : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * How many tasks a service counted; `undefined` when what came is not a whole number of tasks.
 *
 * It may be a total or the size of the page: never page by it.
 */
export function toCount(count: string | number | null | undefined): number | undefined {
  const number = toNumber(count);
  return Number.isSafeInteger(number) && (number as number) >= 0 ? number : undefined;
}

/** A capacity in gigabytes; `undefined` when it is unset (`""`) or not a number. */
export function toGigabytes(capacity: string | number | null | undefined): number | undefined {
  return toNumber(capacity);
}

function toNumber(value: string | number | null | undefined): number | undefined {
  const text = String(value ?? '').trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
