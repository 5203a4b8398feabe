import {
  digitsAsText,
  ExactNumber,
  isObject,
  mayLoseDigits,
  parseExactly,
  parseJson,
} from './json.js';

/** A schema as the generated files hold it: as much of JSON Schema as the documents use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** The schemas of a document, by `${name}Schema`. */
export type Schemas = Readonly<Record<string, Schema>>;

/** Why a body is not what its schema describes, and where. */
export class Mismatch extends Error {
  /** Keys and indices from the root to the place. */
  readonly path: (string | number)[] = [];

  /** `tasks[0].id`; empty for the whole body. */
  get place(): string {
    return this.path.reduce<string>((place, key) => {
      if (typeof key === 'number') return `${place}[${key}]`;
      return place === '' ? key : `${place}.${key}`;
    }, '');
  }
}

/** Makes a JSON value what the documents say it is, in place where it is an object. */
type Convert = (value: unknown) => unknown;

/** Keys the official documents misspell, and what they mean. */
const MISSPELT: Readonly<Record<string, string>> = { new_cache_mode: 'new_cahce_mode' };

/** Reads bodies by the schemas of a document. */
export class Decoder {
  readonly #schemas: Schemas;
  readonly #made = new Map<Schema, Convert>();

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  /**
   * The body as its schema describes it. A scalar of another JSON type is converted where nothing is
   * lost; `null` reads as absent; what no schema knows stays as it came.
   *
   * @throws Mismatch or SyntaxError
   */
  decode<T>(name: string, text: string): T {
    const convert = this.#converter(this.#named(name));
    // First, because its errors say more, and its values are nearly always whole.
    const value = parseJson(text);
    if (!mayLoseDigits(text)) return convert(value) as T;
    return digitsAsText(convert(parseExactly(text, 'last'))) as T;
  }

  #named(name: string): Schema {
    const schema = this.#schemas[`${name}Schema`];
    if (schema === undefined) throw new Error(`the document has no schema ${name}`);
    return schema;
  }

  #converter(schema: Schema): Convert {
    let convert = this.#made.get(schema);
    if (convert === undefined) {
      convert = this.#make(schema);
      this.#made.set(schema, convert);
    }
    return convert;
  }

  #make(schema: Schema): Convert {
    if (schema.$ref !== undefined) {
      return this.#converter(this.#named(schema.$ref.replace(/^.*\//, '')));
    }
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices !== undefined) {
      const [only, ...others] = choices.filter((choice) => choice.type !== 'null');
      if (only === undefined || others.length > 0) return stringOrNumber;
      return orNull(this.#converter(only));
    }
    const types = [schema.type].flat();
    const convert = this.#ofType(
      types.find((type) => type !== 'null'),
      schema,
    );
    return types.includes('null') ? orNull(convert) : convert;
  }

  #ofType(type: string | undefined, schema: Schema): Convert {
    switch (type) {
      case 'string':
        return text;
      case 'integer':
        return integer;
      case 'boolean':
        return boolean;
      case 'array':
        return array(this.#converter(schema.items ?? {}));
      case 'object':
        return object(schema, (property) => this.#converter(property));
      default:
        throw new Error(`no decoder for the type ${type}`);
    }
  }
}

function orNull(convert: Convert): Convert {
  return (value) => (value === null ? undefined : convert(value));
}

function array(convert: Convert): Convert {
  return (value) => {
    if (!Array.isArray(value)) throw wrong('an array', value);
    let at = 0;
    try {
      for (; at < value.length; at += 1) value[at] = convert(value[at]);
    } catch (error) {
      throw within(error, at);
    }
    return value;
  };
}

function object(schema: Schema, converter: (schema: Schema) => Convert): Convert {
  // Made at the first use, so that schemas may refer to one another.
  let properties: [string, Convert][] | undefined;
  const required = new Set(schema.required);
  const misspelt = Object.entries(MISSPELT).filter(([key]) => schema.properties?.[key]);
  return (value) => {
    if (!isObject(value)) throw wrong('an object', value);
    properties ??= Object.entries(schema.properties ?? {}).map(([key, s]) => [key, converter(s)]);
    for (const key of required) {
      if (!Object.hasOwn(value, key)) throw new Mismatch(`${key} is missing`);
    }
    for (const [key, other] of misspelt) respell(value, key, other);
    let at = '';
    try {
      for (const [key, convert] of properties) {
        at = key;
        if (!Object.hasOwn(value, key)) {
          continue;
        }
        const converted = convert(value[key]);
        if (converted === undefined) delete value[key];
        else value[key] = converted;
      }
    } catch (error) {
      throw within(error, at);
    }
    return value;
  };
}

/** Of a key and its misspelling the first counts. */
function respell(value: Record<string, unknown>, key: string, other: string): void {
  if (!Object.hasOwn(value, other)) return;
  const first = Object.keys(value).find((found) => found === key || found === other);
  if (first === other) value[key] = value[other];
  delete value[other];
}

function text(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'number':
      return String(value);
    default:
      // Of any other number past 2^53 the digits are not known.
      if (value instanceof ExactNumber && value.isInteger) return value.digits;
      throw wrong('a string', value);
  }
}

function stringOrNumber(value: unknown): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (value instanceof ExactNumber) return value.digits;
  throw wrong('a string or a number', value);
}

function integer(value: unknown): number {
  const number =
    typeof value === 'string' && /^(?:0|-?[1-9]\d*)$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number)) return number as number;
  throw wrong('an integer below 2^53, or a string that spells one', value);
}

function boolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw wrong('a boolean, "true" or "false"', value);
}

function wrong(expected: string, value: unknown): Mismatch {
  return new Mismatch(`expected ${expected}, found ${shown(value)}`);
}

function shown(value: unknown): string {
  if (value instanceof ExactNumber) return `the number ${value.digits}`;
  if (Array.isArray(value)) return 'an array';
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return `the boolean ${value}`;
    default:
      return value === null ? 'null' : 'an object';
  }
}

function within(error: unknown, key: string | number): unknown {
  if (error instanceof Mismatch) error.path.unshift(key);
  return error;
}
