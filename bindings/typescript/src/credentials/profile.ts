import { system } from '#system';
import { type Env, variable } from '../config/environment.js';
import { checkedRegion } from '../config/region.js';
import type { Setting } from '../config/source.js';
import { CachedProvider } from './cached.js';
import { projectFlaw, secretFlaw } from './check.js';
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
 * region = cn-north-4
 * ```
 *
 * The last four are optional. The region is that of a client for which neither an option nor a variable
 * sets one, wherever its credentials come from. `HUAWEICLOUD_SDK_CREDENTIALS_FILE` sets another file, and
 * `HWTASKS_PROFILE` another section than `basic`. If the file or the section is missing, the provider
 * is not configured; it is an error if a variable named it. A syntax error names its line, as
 * does the error of a value with a blank, a quote or an invisible character. The provider reads the file once, and again when the service rejects its keys. It writes nothing. A
 * browser has no files, so the provider is not configured there.
 */
export class ProfileProvider implements CredentialsProvider {
  readonly name = 'profile file';
  readonly #cached: CachedProvider;

  /**
   * Reads the file that these variables name, or the one in the home directory.
   *
   * @param first the file as it was read for its region, for the first call: what is behind a pipe can be
   * read once. @internal
   */
  constructor(env: Env, first?: ProfileFile) {
    let read = first;
    const provide = async () => {
      const file = read ?? (await ProfileFile.read(env));
      read = undefined;
      return file.credentials();
    };
    this.#cached = new CachedProvider({ name: this.name, provide });
  }

  provide(): Promise<Credentials> {
    return this.#cached.provide();
  }

  invalidate(rejected: Credentials): void {
    this.#cached.invalidate(rejected);
  }
}

/** Which file and which section the variables name. */
interface Named {
  readonly path: string;
  readonly section: string;
  readonly isRequired: boolean;
  /** What to do about a missing file. */
  readonly remedy: string;
}

function namedBy(env: Env): Named {
  const named = variable(env, FILE);
  const profile = variable(env, PROFILE);
  // A file or section that a variable names must exist.
  const isRequired = (named ?? profile) !== undefined;
  const home = system.home(env) ?? variable(env, 'HOME') ?? variable(env, 'USERPROFILE');
  const path = named ?? (home && system.join(home, '.huaweicloud', 'credentials'));
  if (!path) {
    throw absent(`the home directory is not known, and ${FILE} is not set`, isRequired);
  }
  const fix = named === undefined ? `unset ${PROFILE}` : `fix ${FILE}`;
  const remedy = isRequired ? `: create it, or ${fix}` : '';
  return { path, section: profile ?? 'basic', isRequired, remedy };
}

function absent(message: string, isRequired: boolean): CredentialsError {
  return isRequired
    ? CredentialsError.invalidConfiguration(message)
    : CredentialsError.notConfigured(message);
}

/** A credentials file as it was read, and the section that is used. */
export class ProfileFile {
  readonly #named: Named;
  readonly #bytes: Uint8Array;

  private constructor(named: Named, bytes: Uint8Array | undefined) {
    const { path, isRequired, remedy } = named;
    if (bytes === undefined) throw absent(`${path} does not exist${remedy}`, isRequired);
    if (bytes.length > MAX_FILE_SIZE) throw unreadable(path, 'it is larger than 1 MiB');
    this.#named = named;
    this.#bytes = bytes;
  }

  static async read(env: Env): Promise<ProfileFile> {
    const named = namedBy(env);
    try {
      return new ProfileFile(named, await system.readFile(named.path, MAX_FILE_SIZE + 1));
    } catch (error) {
      throw unreadable(named.path, error);
    }
  }

  /** As `read`, for the constructor of a client, which cannot wait. */
  static readSync(env: Env): ProfileFile {
    const named = namedBy(env);
    try {
      return new ProfileFile(named, system.readFileSync(named.path, MAX_FILE_SIZE + 1));
    } catch (error) {
      throw unreadable(named.path, error);
    }
  }

  credentials(): Credentials {
    const found = new Document(this.#named.path, this.#bytes).credentials(this.#named.section);
    if (found === undefined) throw this.#withoutSection();
    return found;
  }

  /** The region of the section, and the place for people; `undefined` when it has none. */
  region(): Setting | undefined {
    const { path, section, isRequired } = this.#named;
    const found = new Document(path, this.#bytes).region(section);
    if (found === undefined && isRequired) throw this.#withoutSection();
    return found?.value === undefined
      ? undefined
      : { value: found.value, source: `${path} [${section}]` };
  }

  #withoutSection(): CredentialsError {
    const { path, section, isRequired } = this.#named;
    return absent(`${path} has no section [${section}]`, isRequired);
  }
}

function unreadable(path: string, cause: unknown): CredentialsError {
  if (cause instanceof CredentialsError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return CredentialsError.invalidConfiguration(`${path} cannot be read: ${why}`, { cause });
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

  /** The section of a name; `undefined` when there is none. */
  #section(name: string) {
    const [section, second] = this.#sections.filter((section) => section.name === name);
    if (second !== undefined) {
      throw this.#invalid(second.line, `[${name}] is here a second time: keep one of the two`);
    }
    return section;
  }

  /** The region of a section that exists. */
  region(name: string): { readonly value: string | undefined } | undefined {
    const section = this.#section(name);
    if (section === undefined) return undefined;
    const value = this.#value(name, section.entries, 'region');
    try {
      return { value: value === undefined ? value : checkedRegion(value) };
    } catch (error) {
      const line = section.entries.find(({ key }) => key === 'region')?.line ?? section.line;
      throw this.#invalid(line, error instanceof Error ? error.message : String(error));
    }
  }

  /** The keys of a section; `undefined` without the section, or for one that keeps a region only. */
  credentials(name: string): Credentials | undefined {
    const section = this.#section(name);
    if (section === undefined) return undefined;
    const get = (key: string) => this.#value(name, section.entries, key);
    if (!get('ak') && !get('sk') && get('region')) return undefined;
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
    if (found === undefined || found.value === '') return undefined;
    const flaw = (key === 'project_id' ? projectFlaw : secretFlaw)(found.value);
    if (flaw === undefined) return found.value;
    // The other flaw is a region in place of a project ID, and says so itself.
    const help = flaw.startsWith('has ')
      ? ': give its bare value and nothing else on the line, no comment either'
      : '';
    throw this.#invalid(found.line, `the ${key} of [${name}] ${flaw}${help}`);
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
