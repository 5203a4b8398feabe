const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The three forms of RFC 9110, the last two of them obsolete. */
const FORMS = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^\w+day, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/,
];

/** Milliseconds since 1970 of an HTTP date; `undefined` when it is none. */
export function parseHttpDate(text: string): number | undefined {
  for (const form of FORMS) {
    const found = form.exec(text)?.groups;
    if (found === undefined) continue;
    const { day = '', month = '', year = '', time = '' } = found;
    const at = MONTHS.indexOf(month);
    const [hour = -1, minute = -1, second = -1] = time.split(':').map(Number);
    const full =
      year.length === 2 ? Number(year) + (Number(year) < 70 ? 2000 : 1900) : Number(year);
    const days = new Date(Date.UTC(full, at + 1, 0)).getUTCDate();
    const fits =
      at >= 0 && Number(day) >= 1 && Number(day) <= days && hour < 24 && minute < 60 && second < 60;
    return fits ? Date.UTC(full, at, Number(day), hour, minute, second) : undefined;
  }
  return undefined;
}
