import { readdirSync, readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { it } from 'vitest';

import { digitsAsText, parseExactly } from '../../src/body/json.js';

/** The repository's root. */
export const root = new URL('../../../../', import.meta.url);

const folder = new URL('tests/conformance/', root);

/** The JSON Schema of the files: `$defs` has one for each of them, by its name. */
const SCHEMA = 'cases.schema.json';

/** The files of the corpus. */
export const files = readdirSync(folder).filter((file) => ![SCHEMA, 'README.md'].includes(file));

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictRequired: false });
ajv.addSchema(JSON.parse(readFileSync(new URL(SCHEMA, folder), 'utf8')), SCHEMA);

/** What the schema finds wrong with the content of a file. */
export function schemaErrors(file: string, content: unknown): string[] {
  const validate = ajv.getSchema(`${SCHEMA}#/$defs/${file.replace('.json', '')}`);
  if (validate === undefined) throw new Error(`the schema does not know ${file}`);
  if (validate(content)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** The content of a file of the corpus. */
export function contentOf(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}

/** What only the frame of a case has. */
const FRAME = ['name', 'source', 'skip'];

type Members = Record<string, unknown>;

interface File {
  readonly about: string;
  readonly defaults?: Members;
  readonly cases: readonly (Members & { name: string; skip?: Record<string, string> })[];
}

/**
 * A test for each case of a file. A case that TypeScript skips is shown as skipped, with the reason the
 * corpus gives, or that of this build.
 */
export function cases<T>(
  file: string,
  members: readonly (keyof T & string)[],
  run: (of: T) => unknown,
  timeout = 5000,
  reasonOf: (of: T) => string | undefined = () => undefined,
) {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const read: File = JSON.parse(text);
  const exact = keepingDigits(text) as File;
  const errors = schemaErrors(file, read);
  if (errors.length > 0) throw new Error(`${file}:\n${errors.join('\n')}`);
  for (const [at, { name, skip = {}, ...rest }] of read.cases.entries()) {
    // What is expected of numbers past 2^53 is their digits, as text.
    const expect = exact.cases[at]?.expect;
    const of = complete(read.defaults ?? {}, { ...rest, expect });
    const reason = skip.typescript ?? reasonOf(of as T);
    if (reason !== undefined) {
      it.skip(`${name}: ${reason}`, () => {});
      continue;
    }
    it(
      name,
      () => {
        known(name, of, [...members, ...FRAME]);
        return run(of as T);
      },
      timeout,
    );
  }
}

/** JSON in which each number past 2^53 is its digits, as text. */
export function keepingDigits(text: string): unknown {
  return digitsAsText(parseExactly(text));
}

/** Lays a case over the defaults, objects member by member. */
function complete(defaults: Members, own: Members): Members {
  const made = { ...defaults, ...own };
  for (const [name, value] of Object.entries(defaults)) {
    const given = own[name];
    if (isMembers(value) && isMembers(given)) made[name] = { ...value, ...given };
  }
  return made;
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fails on a member that the runner does not know: a case would not say what it means to. */
export function known(where: string, value: object, members: readonly string[]): void {
  const unknown = Object.keys(value).filter((name) => !members.includes(name));
  if (unknown.length > 0)
    throw new Error(`${where}: the runner does not know ${unknown.join(', ')}`);
}
