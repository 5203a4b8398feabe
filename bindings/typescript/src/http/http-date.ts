import { readTime } from '../body/timestamp.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The three forms of RFC 9110: `06 Nov 1994`, and the obsolete `06-Nov-94` and `Nov  6`. Some services write `UTC`. */
const FORMS =
  /^\w+,? (?:(\d\d)[ -](\w{3})[ -](\d{4}|\d\d) ([\d:]{8}) (?:GMT|UTC|\+0000)|(\w{3}) ([ \d]\d) ([\d:]{8}) (\d{4}))$/;

/** Parses an HTTP date to milliseconds since 1970; `undefined` when it is invalid. */
export function parseHttpDate(text: string): number | undefined {
  const [, ...found] = FORMS.exec(text) ?? [];
  const [day = found[5], month = found[4], year = found[7], time = found[6]] = found;
  if (!day || !month || !year || !time) return undefined;
  const century = year.length === 4 ? '' : Number(year) < 70 ? '20' : '19';
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  return readTime(`${century}${year}-${number}-${day.replace(' ', '0')}T${time}Z`)?.millis;
}
