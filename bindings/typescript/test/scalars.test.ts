import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digitsAsText, parseExactly, parseJson } from '../src/body/json.js';
import { lowerBound, upperBound } from '../src/body/time.js';
import { isTerminal, parseParams, toCount, toDate, toGigabytes } from '../src/index.js';

describe('JSON', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.boolean(), (value, isSpaced) => {
        const text = JSON.stringify(value, null, isSpaced ? '\t' : undefined);
        expect(digitsAsText(parseExactly(text))).toEqual(digitsOf(JSON.parse(text)));
      }),
    );
  });

  it('is refused where JSON.parse refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0-1.e+tfn \\ua') }), (text) => {
        const outcome = (read: () => unknown) => {
          try {
            return { value: read() };
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
            return 'refused';
          }
        };
        const exact = outcome(() => digitsAsText(parseExactly(text)));
        expect(exact).toEqual(outcome(() => digitsOf(JSON.parse(text))));
      }),
      { numRuns: 5000 },
    );
  });

  it('keeps the digits of every number', () => {
    for (const digits of [
      '9007199254740993',
      '-9007199254740993',
      '18446744073709551616',
      '1e999',
    ]) {
      expect(digitsAsText(parseExactly(`{"a":[${digits}]}`))).toEqual({ a: [digits] });
    }
    expect(parseExactly('[9007199254740991, 0.1, 1E2, -0]')).toEqual([
      9007199254740991, 0.1, 100, -0,
    ]);
  });

  it('takes no text for a number, whatever it begins with', () => {
    const texts = ['\u{10000}1', '\u{1f3ff}', '\u{10ffff}2', '\ue0003', '\uffff'];
    const text = JSON.stringify([texts, Object.fromEntries(texts.map((text) => [text, 1]))]);
    const long = text.replace(/\]$/, ',12345678901234567890]');
    const [found, keys, digits] = digitsAsText(parseExactly(long)) as [string[], object, string];
    expect(found).toEqual(texts);
    expect(digits).toBe('12345678901234567890');
    expect(Object.keys(keys)).toEqual(texts);
  });

  it('makes no prototype, and keeps the last value of a key at its first place', () => {
    const text = '{"__proto__":{"a":1},"b":1,"b" :"\\\\\\"\\\\:","1":":"}';
    const value = parseExactly(text) as Record<string, unknown>;
    expect([value.a, value.b, value['1']]).toEqual([undefined, '\\"\\:', ':']);
    expect(Object.entries(value)).toEqual([
      ['1', ':'],
      ['__proto__', { a: 1 }],
      ['b', '\\"\\:'],
    ]);
  });

  it('is refused where it is deep, whatever else it holds', () => {
    const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth);
    for (const inner of ['', '1', '12345678901234567890', '"\\ud83d\\ude00"']) {
      for (const parse of [parseJson, parseExactly]) {
        expect(() => parse(nested(127, inner))).not.toThrow();
        for (const depth of [128, 5000, 100_000]) {
          expect(() => parse(nested(depth, inner))).toThrow(SyntaxError);
        }
      }
    }
  });

  it('holds no half characters, but pairs of them', () => {
    expect(parseJson('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '😀' });
    for (const text of ['{"a":"\\ud83d"}', '{"\\ude00":1}', '["\\ude00\\ud83d"]']) {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    }
  });

  /** As `JSON.parse` has it, its lost numbers as the text they still say. */
  function digitsOf(value: unknown): unknown {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return expect.stringMatching(/^-?[\d.]+(?:[eE][+-]?\d+)?$/);
    }
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
      return expect.any(String);
    if (Array.isArray(value)) return value.map(digitsOf);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, digitsOf(member)]),
    );
  }
});

describe('a bound', () => {
  it('goes outwards, to the whole second', () => {
    for (const [time, lower, upper] of [
      ['2020-06-17T07:38:42Z', '20200617073842', '20200617073842'],
      ['2020-06-17T07:38:42.000000001Z', '20200617073842', '20200617073843'],
      [new Date('2020-06-17T07:38:42.999Z'), '20200617073842', '20200617073843'],
      [-500, '19691231235959', '19700101000000'],
      [{ epochMilliseconds: 1000 }, '19700101000001', '19700101000001'],
      [
        { epochMilliseconds: 1000, epochNanoseconds: 1_000_000_001n },
        '19700101000001',
        '19700101000002',
      ],
      ['0099-12-31T23:59:59.5Z', '00991231235959', '01000101000000'],
      ['2016-12-31T23:59:60Z', '20161231235959', '20161231235959'],
      ['2020-06-17T07:38:42-08:30', '20200617160842', '20200617160842'],
    ] as const) {
      expect([lowerBound('since', time), upperBound('until', time)]).toEqual([lower, upper]);
    }
  });

  it('is refused when it is no time, or has no year of four digits', () => {
    for (const time of [
      '2020-06-17',
      '2020-06-17T07:38:42',
      'now',
      Number.NaN,
      new Date(Number.NaN),
    ]) {
      expect(() => lowerBound('since', time)).toThrow(/^since: /);
    }
    expect(() => lowerBound('since', {} as Date)).toThrow(/^since: /);
    expect(() => upperBound('until', '9999-12-31T23:59:59.1Z')).toThrow(
      'year does not have four digits',
    );
    expect(() => lowerBound('since', -1e15)).toThrow('year does not have four digits');
    expect(() => lowerBound('since', 1e18)).toThrow(/^since: /);
  });

  it('never leaves a task out', () => {
    const millis = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_000 });
    fc.assert(
      fc.property(millis, (millis) => {
        const read = (text: string | undefined) =>
          Date.parse((text ?? '').replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z'));
        const [lower, upper] = [read(lowerBound('s', millis)), read(upperBound('u', millis))];
        expect(lower <= millis && millis - lower < 1000).toBe(true);
        expect(upper >= millis && upper - millis < 1000).toBe(true);
      }),
    );
  });
});

describe('a scalar', () => {
  it('stands for what the documents mean', () => {
    expect(toDate('2020-06-17T07:38:42.503Z')?.getTime()).toBe(1_592_379_522_503);
    expect([toDate(''), toDate(null), toDate(undefined), toDate('soon'), toDate(1.5)]).toEqual(
      Array(5).fill(undefined),
    );
    expect([toCount('4'), toCount(4), toCount(''), toCount(-1), toCount(null)]).toEqual([
      4,
      4,
      undefined,
      undefined,
      undefined,
    ]);
    const exact: number | bigint | undefined = toCount('9007199254740993');
    expect([exact, toCount(2 ** 53)]).toEqual([9007199254740993n, undefined]);
    expect([toGigabytes('0.125'), toGigabytes(0.25), toGigabytes(''), toGigabytes('0x10')]).toEqual(
      [0.125, 0.25, undefined, undefined],
    );
    const states = [
      'SUCCESS',
      'FAILED',
      'CANCELLED',
      'Deleted',
      'EXECUTING',
      'success',
      'ſuccess',
      '',
      null,
    ];
    expect(states.map(isTerminal)).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(parseParams<{ a: number }>({ params: '{"a":1}' })?.a).toBe(1);
    expect([parseParams({ params: '' }), parseParams({})]).toEqual([undefined, undefined]);
    expect(() => parseParams({ params: 'text' })).toThrow(SyntaxError);
  });
});
