import {
  digitsAsText,
  ExactNumber,
  isObject,
  mayLoseDigits,
  numberText,
  parseExactly,
  parseJson,
} from './json.js';
import type { Shape } from './shape.js';

type Members = Record<string, unknown>;

/** The key of the other members of an object, which is not enumerable. */
const OTHER = Symbol('other members');
const NONE: Readonly<Members> = Object.freeze({});

/** The documented members of a shape, each with the word for what it holds. */
export function membersOf({ members }: Shape): (readonly [member: string, word: string])[] {
  return Array.from(members.matchAll(/(\w+):(\S+)/g), ([, member = '', word = '']) => [
    member,
    word,
  ]);
}

/**
 * The members of a decoded object that its type does not have: those that no document knows, and those
 * that came with a value of an unexpected type, such as `details: ""`.
 *
 * Each value is as the service sent it. `JSON.stringify` writes these members too.
 *
 * @example
 * ```ts
 * const { job_id: job } = otherMembers(task);
 * ```
 */
export function otherMembers(body: object): Readonly<Record<string, unknown>> {
  return (body as { [OTHER]?: Members })[OTHER] ?? NONE;
}

/** Why a body cannot be read, and where. */
export class Mismatch extends Error {
  /** `tasks[0]`, from the root to the place; empty for the whole body. */
  readonly place: string;

  constructor(place: string, why: string) {
    super(why);
    this.place = place;
  }
}

/**
 * Decodes a body. A scalar of another JSON type is converted where nothing is lost; `null` reads as
 * absent. A member that fits no type reads as absent too, and is kept for {@link otherMembers}.
 *
 * @throws Mismatch when the body is no object, or its list is no list of objects; SyntaxError
 */
export function decode<Body>(shape: Shape, text: string): Body {
  const isExact = mayLoseDigits(text);
  const value = isExact ? parseExactly(text) : parseJson(text);
  if (!isObject(value)) throw wrong('', 'an object', value);
  const { list } = shape;
  if (list !== undefined) checkList(list.items, value[list.items]);
  const body = object(shape)(value);
  return (isExact ? digitsAsText(body) : body) as Body;
}

function checkList(member: string, value: unknown): void {
  if (value === undefined) throw new Mismatch('', `${member} is missing`);
  if (!Array.isArray(value)) throw wrong(member, 'an array', value);
  const at = value.findIndex((item) => !isObject(item));
  if (at >= 0) throw wrong(`${member}[${at}]`, 'an object', value[at]);
}

function wrong(place: string, expected: string, value: unknown): Mismatch {
  let found = JSON.stringify(value);
  if (value instanceof ExactNumber) found = value.digits;
  else if (Array.isArray(value)) found = 'an array';
  else if (isObject(value)) found = 'an object';
  return new Mismatch(place, `expected ${expected}, found ${found}`);
}

/** Reads a JSON value that is not null; `undefined` when its type is an unexpected one. */
type Read = (value: unknown) => unknown;

/** The readers of scalars, by the word in the shapes. */
const SCALARS: Readonly<Record<string, Read>> = {
  text(value) {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return numberText(value);
    if (typeof value === 'boolean') return String(value);
    // Of any other number past 2^53 the digits are not known.
    return value instanceof ExactNumber && value.isInteger ? value.digits : undefined;
  },
  either,
  code(value) {
    return typeof value === 'boolean' ? String(value) : either(value);
  },
  integer(value) {
    const number = numberOf(value, /^(?:0|-?[1-9]\d*)$/);
    // Without the sign of zero.
    return Number.isSafeInteger(number) ? (number as number) + 0 : undefined;
  },
  number(value) {
    const number = numberOf(value, /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/);
    return Number.isFinite(number) ? number : undefined;
  },
  boolean(value) {
    if (typeof value === 'boolean') return value;
    return value === 'true' || value === 'false' ? value === 'true' : undefined;
  },
};

function either(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return value instanceof ExactNumber ? value.digits : undefined;
}

/** The number that a text of this form spells, or the value as it came. */
function numberOf(value: unknown, form: RegExp): unknown {
  return typeof value === 'string' && form.test(value) ? Number(value) : value;
}

/** The reader of a member of `shape`. */
function reader(shape: Shape, word: string): Read {
  if (word.endsWith('[]')) return array(shape, word.slice(0, -2));
  const inner = innerShape(shape, word);
  return inner === undefined ? (SCALARS[word] as Read) : object(inner);
}

/** The shape of a member; `undefined` for a scalar. */
export function innerShape(shape: Shape, word: string): Shape | undefined {
  return shape.shapes?.()[word];
}

function array(shape: Shape, word: string): Read {
  const read = reader(shape, word);
  const isOfScalars = word in SCALARS;
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    if (isOfScalars) {
      // A new list: the one that came is kept when an element does not fit.
      const elements = value.map((element) => (element === null ? undefined : read(element)));
      return elements.includes(undefined) ? undefined : elements;
    }
    if (!value.every(isObject)) return undefined;
    value.forEach(read);
    return value;
  };
}

/** The readers of objects, made at the first use. */
const OBJECTS = new WeakMap<Shape, Read>();

function object(shape: Shape): Read {
  let read = OBJECTS.get(shape);
  if (read === undefined) {
    read = objectReader(shape);
    OBJECTS.set(shape, read);
  }
  return read;
}

/** Reads an object in place; any object can be read. */
function objectReader(shape: Shape): Read {
  const misspelled = Object.entries(shape.misspelled ?? {});
  const members = membersOf(shape).map(([key, word]) => {
    return { key, read: reader(shape, word.replace('!', '')), isAlways: word.endsWith('!') };
  });
  const keys = new Set(members.map(({ key }) => key));
  return (value) => {
    if (!isObject(value)) return undefined;
    let odd: Members | undefined;
    for (const [wrong, right] of misspelled) {
      if (value[wrong] === undefined) continue;
      const read = members.find(({ key }) => key === right)?.read ?? (() => undefined);
      odd = { ...odd, ...respell(value, right, wrong, read) };
    }
    let known = 0;
    for (const { key, read, isAlways } of members) {
      const found = value[key];
      if (found === undefined && !isAlways) continue;
      const made = found === undefined || found === null ? undefined : read(found);
      if (made !== undefined) {
        known += 1;
        if (made !== found) value[key] = made;
      } else if (isAlways) {
        odd ??= {};
        odd[key] = found;
        value[key] = '';
        known += 1;
      } else {
        delete value[key];
        if (found !== null) {
          odd ??= {};
          odd[key] = found;
        }
      }
    }
    if (odd !== undefined || known < Object.keys(value).length) keepOther(value, keys, odd);
    return value;
  };
}

/** Keeps the members that the shape does not have, and those that came with an unexpected type. */
function keepOther(value: Members, keys: ReadonlySet<string>, odd: Members = {}): void {
  const unknown = Object.keys(value).filter((key) => !keys.has(key));
  for (const key of Object.keys(odd)) odd[key] = digitsAsText(odd[key]);
  // What is in numbers of unknown members is as digitsAsText leaves it in the object.
  const entries = unknown.map((key) => [key, digitsAsText(value[key])]);
  const others = { ...odd, ...Object.fromEntries(entries) };
  for (const key of Object.keys(odd)) if ((odd[key] ?? null) === null) delete others[key];
  Object.defineProperty(value, OTHER, { value: Object.freeze(others) });
  if (Object.keys(odd).length === 0) return;
  Object.defineProperty(value, 'toJSON', {
    configurable: true,
    value() {
      const written: Members = { ...value };
      for (const key of Object.keys(odd)) {
        // A member that was set since then is written as it is now.
        if (written[key] === undefined || written[key] === '') written[key] = odd[key];
      }
      return written;
    },
  });
}

/**
 * Reads a member that came by its misspelled name. Of two names the first that is not null counts.
 *
 * Returns what is kept: the first, if its type is unexpected, and the second.
 */
function respell(value: Members, right: string, wrong: string, read: Read): Members {
  const kept: Members = {};
  const keys = Object.keys(value).filter((key) => key === right || key === wrong);
  const sent = keys.filter((key) => value[key] !== null).map((key) => [key, value[key]] as const);
  for (const key of keys) delete value[key];
  for (const [at, [key, found]] of sent.entries()) {
    const made = at === 0 ? read(found) : undefined;
    if (made === undefined) kept[key] = found;
    else value[right] = made;
  }
  return kept;
}
