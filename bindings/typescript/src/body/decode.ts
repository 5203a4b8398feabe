import { SHAPES } from '../generated/shapes.js';
import {
  digitsAsText,
  ExactNumber,
  isObject,
  mayLoseDigits,
  parseExactly,
  parseJson,
} from './json.js';

/**
 * What the fields of each body hold, as `id:text! name:text`: `text`, `integer`, `boolean`, `either` (a
 * string or a number), or another body by its name; with `[]` an array of that, and with `!` in the end
 * it must be there.
 */
export type Shapes = Readonly<Record<string, string>>;

/** The fields of a body, each with what it holds. */
export function fieldsOf(body: string): (readonly [field: string, kind: string])[] {
  const fields = (SHAPES[body] ?? '').matchAll(/(\w+):(\S+)/g);
  return Array.from(fields, ([, field = '', kind = '']) => [field, kind]);
}

/** Why a body is not what the documents describe, and where. */
export class Mismatch extends Error {
  /** `.tasks[0].id`, from the root to the place; empty for the whole body. */
  place = '';
}

/** What a JSON value is read as; `undefined` reads as absent. */
type Convert = (value: unknown) => unknown;

/** Keys the official documents misspell, by what they mean. */
const MISSPELT: Readonly<Record<string, string>> = { new_cache_mode: 'new_cahce_mode' };

/**
 * A body as the documents describe it. A scalar of another JSON type is converted where nothing is
 * lost; `null` reads as absent; what no document knows stays as it came.
 *
 * @throws Mismatch or SyntaxError
 */
export function decode<Body>(name: string, text: string): Body {
  const convert = converter(name);
  const value = mayLoseDigits(text)
    ? digitsAsText(convert(parseExactly(text)))
    : convert(parseJson(text));
  return value as Body;
}

const CONVERTERS: Record<string, Convert> = {
  text(value) {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean' || typeof value === 'number') return String(value);
    // Of any other number past 2^53 the digits are not known.
    if (value instanceof ExactNumber && value.isInteger) return value.digits;
    throw wrong('a string', value);
  },
  either(value) {
    if (typeof value === 'string' || typeof value === 'number') return value;
    if (value instanceof ExactNumber) return value.digits;
    throw wrong('a string or a number', value);
  },
  integer(value) {
    const isSpelt = typeof value === 'string' && /^(?:0|-?[1-9]\d*)$/.test(value);
    const number = isSpelt ? Number(value) : value;
    if (Number.isSafeInteger(number)) return number;
    throw wrong('an integer below 2^53, or a string that spells one', value);
  },
  boolean(value) {
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw wrong('a boolean, "true" or "false"', value);
  },
};

/** Made at the first use and kept, by the name in the shapes. */
function converter(kind: string): Convert {
  CONVERTERS[kind] ??= kind.endsWith('[]') ? array(kind.slice(0, -2)) : object(kind);
  return CONVERTERS[kind];
}

function array(kind: string): Convert {
  return (value) => {
    if (!Array.isArray(value)) throw wrong('an array', value);
    const convert = converter(kind);
    let at = 0;
    try {
      for (; at < value.length; at += 1) value[at] = convert(value[at]);
    } catch (error) {
      throw within(`[${at}]`, error);
    }
    return value;
  };
}

function object(name: string): Convert {
  const fields = fieldsOf(name).map(([key, kind]) => {
    const convert = converter(kind.replace('!', ''));
    return { key, convert, misspelt: MISSPELT[key], isRequired: kind.endsWith('!') };
  });
  const required = fields.filter(({ isRequired }) => isRequired);
  return (value) => {
    if (!isObject(value)) throw wrong('an object', value);
    const missing = required.find(({ key }) => value[key] === undefined);
    if (missing !== undefined) throw new Mismatch(`${missing.key} is missing`);
    let at = '';
    try {
      for (const { key, convert, misspelt, isRequired } of fields) {
        if (misspelt !== undefined) respell(value, key, misspelt);
        const found = value[key];
        at = key;
        if (found === null && !isRequired) delete value[key];
        else if (found !== undefined) value[key] = convert(found);
      }
    } catch (error) {
      throw within(`.${at}`, error);
    }
    return value;
  };
}

/** Of a key and its misspelling the first counts. */
function respell(value: Record<string, unknown>, key: string, other: string): void {
  if (value[other] === undefined) return;
  const first = Object.keys(value).find((found) => found === key || found === other);
  if (first === other) value[key] = value[other];
  delete value[other];
}

function within(place: string, error: unknown): unknown {
  if (error instanceof Mismatch) error.place = place + error.place;
  return error;
}

function wrong(expected: string, value: unknown): Mismatch {
  let found = JSON.stringify(value);
  if (value instanceof ExactNumber) found = value.digits;
  else if (Array.isArray(value)) found = 'an array';
  else if (isObject(value)) found = 'an object';
  return new Mismatch(`expected ${expected}, found ${found}`);
}
