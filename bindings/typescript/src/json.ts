/** A number whose digits a double cannot hold. */
export class ExactNumber {
  constructor(readonly digits: string) {}
}

/** Which of the values under a repeated key counts. */
export type Repeated = 'first' | 'last';

/** Deeper JSON is refused, so that no body can exhaust the stack. */
const DEPTH = 128;
/** A number that may have more digits than a double holds, where JSON can have one. */
const LONG_NUMBER = /[:[,]\s*-?(?:\d[\d.]{15}|[\d.]+[eE])/;

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
