/** A number whose digits a double cannot hold. */
export class ExactNumber {
  constructor(readonly digits: string) {}

  /** Whether it is a whole number of 64 bits, written as one. */
  get isInteger(): boolean {
    if (!/^-?\d{1,20}$/.test(this.digits)) return false;
    const value = BigInt(this.digits);
    return value >= -(2n ** 63n) && value < 2n ** 64n;
  }
}

/** What is nested deeper is refused, by serde_json too: no body can exhaust the stack of what reads it. */
const MAX_DEPTH = 127;
/** More brackets than {@link MAX_DEPTH}: the text may be nested deeper. */
const DEEP = /^(?:[^[{]*[[{]){128}/;
/** What half a character is written as, if it is not the first half of a whole one. */
const HALF = /\\u[dD][89a-fA-F]/;
/** A number that may have more digits than a double holds, where JSON can have one. */
const LONG_NUMBER = /[:[,]\s*-?(?:\d[\d.]{15}|[\d.]+[eE])/;
/** What stands before the digits of a long number: the second half of a character, which begins no text. */
const MARK = '\udfff';

/** JSON as `JSON.parse` reads it, which must be neither deep nor hold half characters. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (DEEP.test(text)) checkDepth(value, MAX_DEPTH);
  if (!HALF.test(text)) return value;
  return JSON.parse(text, (key, value: unknown) => {
    if (isHalf(key) || (typeof value === 'string' && isHalf(value))) {
      throw new SyntaxError('the JSON holds half a character');
    }
    return value;
  });
}

function checkDepth(value: unknown, left: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) throw new SyntaxError(`the JSON is nested deeper than ${MAX_DEPTH} levels`);
  for (const member of Object.values(value)) checkDepth(member, left - 1);
}

function isHalf(text: string): boolean {
  return /\p{Cs}/u.test(text);
}

/** Whether a text may hold a number that `JSON.parse` would not keep whole. */
export function mayLoseDigits(text: string): boolean {
  return LONG_NUMBER.test(text);
}

/** As {@link parseJson}, with no digit of a number lost. */
export function parseExactly(text: string): unknown {
  parseJson(text);
  let isInString = false;
  // The text is valid: what is escaped is in a string.
  const marked = text.replace(/\\.|"|-?\d[\d.eE+-]*/gs, (token) => {
    if (token === '"') isInString = !isInString;
    return token === '"' || isInString || isKept(Number(token)) ? token : `"${MARK}${token}"`;
  });
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? new ExactNumber(value.slice(1)) : value,
  );
}

/** Whether a double holds every digit of a number. */
function isKept(number: number): boolean {
  return Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
}

/** The value with its digits as text in place of each number that a double cannot hold. */
export function digitsAsText(value: unknown): unknown {
  if (value instanceof ExactNumber) return value.digits;
  if (Array.isArray(value)) return value.map(digitsAsText);
  if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (key !== '__proto__') value[key] = digitsAsText(value[key]);
    }
  }
  return value;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

/** A number as text: the digits that tell it from every other double, without an exponent. */
export function numberText(number: number): string {
  // Without the sign of zero, which not every parser keeps.
  const [digits = '', exponent] = String(number + 0).split('e-');
  if (exponent === undefined) return digits;
  const significant = digits.replace(/[-.]/g, '');
  return `${number < 0 ? '-' : ''}0.${'0'.repeat(Number(exponent) - 1)}${significant}`;
}
