/** A point in time as the caller gave it, in milliseconds. */
export interface Moment {
  /** Whole milliseconds since 1970, rounded down. */
  readonly millis: number;
  /** Whether there was less than a millisecond more. */
  readonly more: boolean;
}

const RFC_3339 =
  /^(\d{4}-\d\d-(\d\d))[Tt ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-](?:[01]\d|2[0-3])):([0-5]\d))$/;

/** The years 0 to 9999, which RFC 3339 can write, in milliseconds since 1970. */
const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether a time is a whole millisecond that RFC 3339 can write. */
export function isInYears(millis: number): boolean {
  return Number.isInteger(millis) && millis >= FIRST && millis <= LAST;
}

/** Reads RFC 3339 text; `undefined` when it is none, or names a day or a time that does not exist. */
export function readTime(text: string): Moment | undefined {
  const found = RFC_3339.exec(text);
  if (found === null) return undefined;
  const [, date, day, hourAndMinute, second, fraction = '', hours = '+00', minutes = '00'] = found;
  // A leap second is the second before it, as clocks that have none show it.
  const whole = Date.parse(`${date}T${hourAndMinute}:${second === '60' ? '59' : second}Z`);
  // A day that does not exist is read as another, or not at all.
  if (new Date(whole).getUTCDate() !== Number(day)) return undefined;
  const east = Number(hours) * 60 + Number(hours[0] + minutes);
  const millis = whole - east * 60_000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (!isInYears(millis)) return undefined;
  return { millis, more: /[1-9]/.test(fraction.slice(3)) };
}
