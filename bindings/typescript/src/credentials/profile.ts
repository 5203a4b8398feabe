import { system } from '#system';
import { type Environment, variable } from '../environment.js';
import { CachedProvider } from './cached.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type ProvideCredentials } from './provide.js';

const FILE = 'HUAWEICLOUD_SDK_CREDENTIALS_FILE';
const PROFILE = 'HWTASKS_PROFILE';
/** No credentials file is larger, and a device never ends. */
const LIMIT = 1024 * 1024;

/**
 * Keys from the credentials file of the official SDKs, `~/.huaweicloud/credentials`:
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
 * The last three may be missing. `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names another file, and
 * `HWTASKS_PROFILE` another section than `basic`. A file that is not there, or has no such section,
 * holds no credentials, unless a variable asks for it; a file that is there and cannot be understood
 * is an error that names its line. The file is read once, and again when the service refuses its keys.
 * Nothing is ever written. Where there are no files, as in a browser, there is none.
 */
export class ProfileProvider implements ProvideCredentials {
  readonly name = 'profile file';
  readonly #cached: CachedProvider;

  /** Keys from the file that this environment points to. */
  constructor(environment: Environment) {
    const provide = () => readProfile(environment);
    this.#cached = new CachedProvider({ name: this.name, provide });
  }

  provide(): Promise<Credentials> {
    return this.#cached.provide();
  }

  forget(refused: Credentials): void {
    this.#cached.forget(refused);
  }
}

async function readProfile(environment: Environment): Promise<Credentials> {
  const named = variable(environment, FILE);
  const profile = variable(environment, PROFILE);
  // What a variable asks for must be there.
  const absent = (message: string, asked: boolean) =>
    asked ? CredentialsError.broken(message) : CredentialsError.notConfigured(message);
  const { home } = environment;
  const path = named ?? (home && system.join(home, '.huaweicloud', 'credentials'));
  if (!path) {
    const message = `the home directory is not known, and ${FILE} is not set`;
    throw absent(message, profile !== undefined);
  }
  const bytes = await read(path);
  if (bytes === undefined) {
    const remedy =
      named !== undefined
        ? `: create it, or mend ${FILE}`
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
    bytes = await system.readFile(path, LIMIT + 1);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw CredentialsError.broken(`${path} cannot be read: ${why}`, { cause: error });
  }
  if (bytes !== undefined && bytes.length > LIMIT) {
    throw CredentialsError.broken(`${path} cannot be read: it is larger than 1 MiB`);
  }
  return bytes;
}

/** A key with its value, and the number of its line. */
interface Entry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** A credentials file; no message of its shows more of it than the names of sections and keys. */
class Document {
  readonly #path: string;
  readonly #sections: {
    readonly name: string;
    readonly line: number;
    readonly entries: Entry[];
  }[] = [];

  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    // Some editors begin a file with a byte order mark, which the decoder takes off.
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (const [at, bytesOfLine] of lines(bytes).entries()) {
      let text: string;
      try {
        text = decoder.decode(bytesOfLine).trim();
      } catch {
        throw this.#broken(at + 1, 'is not UTF-8 text: save the file as UTF-8');
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
      const why = 'cannot be understood: expected a [section], a key = value or a # comment';
      throw this.#broken(line, why);
    }
  }

  credentials(name: string): Credentials | undefined {
    const [section, second] = this.#sections.filter((section) => section.name === name);
    if (section === undefined) return undefined;
    if (second !== undefined) {
      throw this.#broken(second.line, `[${name}] stands here a second time: keep one of the two`);
    }
    const get = (key: string) => this.#value(name, section.entries, key);
    const need = (key: string) => {
      const value = get(key);
      if (value !== undefined) return value;
      throw this.#broken(section.line, `[${name}] has no ${key}: add a line ${key} = ...`);
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
      throw this.#broken(second.line, `[${name}] has more than one ${key}: keep one of them`);
    }
    // Such as quotes, or a comment at the end of the line, which this format does not have.
    if (found !== undefined && /[\s\p{Cc}"']/u.test(found.value)) {
      const why = `the ${key} of [${name}] has blanks or quotes in it: give its bare value and nothing else on the line, no comment either`;
      throw this.#broken(found.line, why);
    }
    return found?.value || undefined;
  }

  #broken(line: number, why: string): CredentialsError {
    return CredentialsError.broken(`${this.#path}:${line}: ${why}`);
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
