import { system } from '#system';
import { type Env, variable } from '../config/environment.js';
import { CachedProvider } from './cached.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type CredentialsProvider } from './provide.js';

const FILE = 'HUAWEICLOUD_SDK_CREDENTIALS_FILE';
const PROFILE = 'HWTASKS_PROFILE';
/** Upper bound of the file in bytes: a device file has no end. */
const MAX_FILE_SIZE = 1024 * 1024;

/**
 * Reads keys from the credentials file of the official SDKs, `~/.huaweicloud/credentials`:
 *
 * ```ini
 * [basic]
 * ak = AK...
 * sk = SK...
 * security_token = ...
 * project_id = a4d31cb63d724fdc8ec96e3a41e47f71
 * iam_endpoint = https://iam.cn-north-4.myhuaweicloud.com
 * ```
 *
 * The last three are optional. `HUAWEICLOUD_SDK_CREDENTIALS_FILE` sets another file, and
 * `HWTASKS_PROFILE` another section than `basic`. If the file or the section is missing, the provider
 * is not configured; it is an error if a variable named it. A syntax error names its line. The
 * provider reads the file once, and again when the service rejects its keys. It writes nothing. A
 * browser has no files, so the provider is not configured there.
 */
export class ProfileProvider implements CredentialsProvider {
  readonly name = 'profile file';
  readonly #cached: CachedProvider;

  /** Reads the file that these variables name, or the one in the home directory. */
  constructor(env: Env) {
    const provide = () => readProfile(env);
    this.#cached = new CachedProvider({ name: this.name, provide });
  }

  provide(): Promise<Credentials> {
    return this.#cached.provide();
  }

  invalidate(rejected: Credentials): void {
    this.#cached.invalidate(rejected);
  }
}

async function readProfile(env: Env): Promise<Credentials> {
  const named = variable(env, FILE);
  const profile = variable(env, PROFILE);
  // A file or section that a variable names must exist.
  const absent = (message: string, asked: boolean) =>
    asked
      ? CredentialsError.invalidConfiguration(message)
      : CredentialsError.notConfigured(message);
  const home = system.home(env) ?? variable(env, 'HOME') ?? variable(env, 'USERPROFILE');
  const path = named ?? (home && system.join(home, '.huaweicloud', 'credentials'));
  if (!path) {
    const message = `the home directory is not known, and ${FILE} is not set`;
    throw absent(message, profile !== undefined);
  }
  const bytes = await read(path);
  if (bytes === undefined) {
    const remedy =
      named !== undefined
        ? `: create it, or fix ${FILE}`
        : profile !== undefined
          ? `: create it, or unset ${PROFILE}`
          : '';
    throw absent(`${path} does not exist${remedy}`, remedy !== '');
  }
  const section = profile ?? 'basic';
  const found = new Document(path, bytes).credentials(section);
  if (found !== undefined) return found;
  throw absent(`${path} has no section [${section}]`, (named ?? profile) !== undefined);
}

async function read(path: string): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await system.readFile(path, MAX_FILE_SIZE + 1);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw CredentialsError.invalidConfiguration(`${path} cannot be read: ${why}`, { cause: error });
  }
  if (bytes !== undefined && bytes.length > MAX_FILE_SIZE) {
    throw CredentialsError.invalidConfiguration(`${path} cannot be read: it is larger than 1 MiB`);
  }
  return bytes;
}

/** A key with its value, and the number of its line. */
interface Entry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** A credentials file. Its messages show the names of sections and keys, but no values. */
class Document {
  readonly #path: string;
  readonly #sections: {
    readonly name: string;
    readonly line: number;
    readonly entries: Entry[];
  }[] = [];

  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    // The decoder removes the byte order mark that some editors write.
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (const [at, bytesOfLine] of lines(bytes).entries()) {
      let text: string;
      try {
        text = decoder.decode(bytesOfLine).trim();
      } catch {
        throw this.#invalid(at + 1, 'is not UTF-8 text: save the file as UTF-8');
      }
      if (text !== '' && !/^[#;]/.test(text)) this.#read(text, at + 1);
    }
  }

  #read(text: string, line: number): void {
    const header = /^\[(.*)\]$/.exec(text);
    const pair = text.startsWith('[') ? null : /^([^=:]+)[=:](.*)$/.exec(text);
    if (header !== null) {
      this.#sections.push({ name: (header[1] ?? '').trim(), line, entries: [] });
    } else if (pair !== null) {
      const [, key = '', value = ''] = pair;
      this.#sections
        .at(-1)
        ?.entries.push({ key: key.trim().toLowerCase(), value: value.trim(), line });
    } else {
      const why = 'is invalid: expected a [section], a key = value or a # comment';
      throw this.#invalid(line, why);
    }
  }

  credentials(name: string): Credentials | undefined {
    const [section, second] = this.#sections.filter((section) => section.name === name);
    if (section === undefined) return undefined;
    if (second !== undefined) {
      throw this.#invalid(second.line, `[${name}] is here a second time: keep one of the two`);
    }
    const get = (key: string) => this.#value(name, section.entries, key);
    const need = (key: string) => {
      const value = get(key);
      if (value !== undefined) return value;
      throw this.#invalid(section.line, `[${name}] has no ${key}: add a line ${key} = ...`);
    };
    return Credentials.keys(need('ak'), need('sk'), {
      securityToken: get('security_token'),
      projectId: get('project_id'),
      iamEndpoint: get('iam_endpoint'),
      provider: `${this.#path} [${name}]`,
    });
  }

  /** The value of a key; `undefined` when it is missing or empty. */
  #value(name: string, entries: readonly Entry[], key: string): string | undefined {
    const [found, second] = entries.filter((entry) => entry.key === key);
    if (second !== undefined) {
      throw this.#invalid(second.line, `[${name}] has more than one ${key}: keep one of them`);
    }
    // This format has neither quotes nor comments at the end of a line.
    if (found !== undefined && /[\s\p{Cc}"']/u.test(found.value)) {
      const why = `the ${key} of [${name}] has blanks or quotes in it: give its bare value and nothing else on the line, no comment either`;
      throw this.#invalid(found.line, why);
    }
    return found?.value || undefined;
  }

  #invalid(line: number, why: string): CredentialsError {
    return CredentialsError.invalidConfiguration(`${this.#path}:${line}: ${why}`);
  }
}

function lines(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let begin = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, begin)) {
    found.push(bytes.subarray(begin, end));
    begin = end + 1;
  }
  found.push(bytes.subarray(begin));
  return found;
}
