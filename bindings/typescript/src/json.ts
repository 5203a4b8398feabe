/** A number whose digits a double cannot hold. */
export class ExactNumber {
  constructor(readonly digits: string) {}

  /** Whether it is a whole number of 64 bits, written as one. */
  get isInteger(): boolean {
    if (!/^-?\d+$/.test(this.digits)) return false;
    const value = BigInt(this.digits);
    return value >= -(2n ** 63n) && value < 2n ** 64n;
  }
}

/** Which of the values under a repeated key counts. */
export type Repeated = 'first' | 'last';

/** Deeper JSON is refused, so that no body can exhaust the stack. */
const DEPTH = 128;
/** A number that may have more digits than a double holds, where JSON can have one. */
const LONG_NUMBER = /[:[,]\s*-?(?:\d[\d.]{15}|[\d.]+[eE])/;

/** What half a character is written as, if it is not the first half of a whole one. */
const HALF = /\\u[dD][89a-fA-F]/;

/** JSON as `JSON.parse` reads it, which must not hold half characters. */
export function parseJson(text: string): unknown {
  if (!HALF.test(text)) return JSON.parse(text);
  return JSON.parse(text, (key, value: unknown) => {
    if (/\p{Cs}/u.test(key) || (typeof value === 'string' && /\p{Cs}/u.test(value))) {
      throw new SyntaxError('the JSON holds half a character');
    }
    return value;
  });
}

/** Whether a text may hold a number that `JSON.parse` would not keep whole. */
export function mayLoseDigits(text: string): boolean {
  return LONG_NUMBER.test(text);
}

/** JSON with no digit of a number lost, and a say in repeated keys. */
export function parseExactly(text: string, repeated: Repeated): unknown {
  const reader = new Reader(text, repeated);
  const value = reader.value(0);
  reader.end();
  return value;
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

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\n\r]*/y;

class Reader {
  #at = 0;

  constructor(
    readonly text: string,
    readonly repeated: Repeated,
  ) {}

  value(depth: number): unknown {
    if (depth > DEPTH) throw new SyntaxError(`JSON deeper than ${DEPTH} levels`);
    this.#take(BLANK);
    switch (this.text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  end(): void {
    this.#take(BLANK);
    if (this.#at < this.text.length) this.#fail();
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(mark: string): boolean {
    this.#take(BLANK);
    if (this.text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#skip(mark)) this.#fail();
  }

  #fail(): never {
    throw new SyntaxError(`unexpected text in JSON at position ${this.#at}`);
  }

  #string(): string {
    // Not by a pattern: one that steps over a text of megabytes exhausts the stack.
    if (this.text[this.#at] !== '"') this.#fail();
    let end = this.text.indexOf('"', this.#at + 1);
    while (end >= 0 && this.#isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end < 0) this.#fail();
    const text: string = JSON.parse(this.text.slice(this.#at, end + 1));
    this.#at = end + 1;
    return text;
  }

  #isEscaped(at: number): boolean {
    let begin = at;
    while (this.text[begin - 1] === '\\') begin -= 1;
    return (at - begin) % 2 === 1;
  }

  #scalar(): unknown {
    const word = this.#take(WORD);
    if (word !== undefined) return JSON.parse(word);
    const digits = this.#take(NUMBER) ?? this.#fail();
    const number = Number(digits);
    const exact = Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
    return exact ? number : new ExactNumber(digits);
  }

  #array(depth: number): unknown[] {
    this.#expect('[');
    const items: unknown[] = [];
    if (this.#skip(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#skip(','));
    this.#expect(']');
    return items;
  }

  #object(depth: number): Record<string, unknown> {
    this.#expect('{');
    const object: Record<string, unknown> = {};
    if (this.#skip('}')) return object;
    do {
      this.#take(BLANK);
      const key = this.#string();
      this.#expect(':');
      const value = this.value(depth + 1);
      if (this.repeated === 'last' || !Object.hasOwn(object, key)) {
        // Assigning to `__proto__` would not make a key.
        Object.defineProperty(object, key, {
          value,
          configurable: true,
          enumerable: true,
          writable: true,
        });
      }
    } while (this.#skip(','));
    this.#expect('}');
    return object;
  }
}
