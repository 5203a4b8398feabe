import { auth } from '#auth';
import type { Clock } from '../body/time.js';
import { secretFlaw } from '../credentials/check.js';
import { Credentials } from '../credentials/credentials.js';
import type { ProfileFile } from '../credentials/profile.js';
import { CredentialsError, type CredentialsProvider } from '../credentials/provide.js';
import { invalidInput } from '../errors.js';
import type { Fetch } from '../http/transport.js';
import { baseUrl } from './endpoint.js';
import { type Env, variable } from './environment.js';
import { checkedRegion, endpointOf } from './region.js';
import { fromOptions, type Setting } from './source.js';

/** The settings of a client that environment variables hold; none without an environment. */
export class EnvSettings {
  readonly #env: Env | undefined;
  readonly #allowPlainHttp: boolean;
  /** The credentials file, if it has been read for its region. */
  #file: ProfileFile | undefined;

  constructor(env: Env | undefined, allowPlainHttp: boolean) {
    this.#env = env;
    this.#allowPlainHttp = allowPlainHttp;
  }

  get(name: string): string | undefined {
    return this.#env && variable(this.#env, name);
  }

  /** The value of a variable, with its name as the source. */
  setting(name: string): Setting | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : { value, source: name };
  }

  region(): Setting | undefined {
    const found = this.setting('HWTASKS_REGION') ?? this.setting('HW_REGION_NAME');
    if (found !== undefined) checkedRegion(found.value, found.source);
    return found;
  }

  /** Whether a variable sets the endpoint of a service. */
  hasEndpoint(service: 'dcs' | 'kafka'): boolean {
    return this.get(`HWTASKS_${service.toUpperCase()}_ENDPOINT`) !== undefined;
  }

  /** Reads the credentials file, and returns its region. */
  regionOfProfile(): Setting | undefined {
    if (this.#env === undefined) return undefined;
    try {
      this.#file = auth.readProfile?.(this.#env);
      return this.#file?.region();
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      if (error.isNotConfigured) return undefined;
      throw invalidInput(`no region is set, and the profile file cannot be used: ${error.message}`);
    }
  }

  url(name: string): Setting | undefined {
    const found = this.setting(name);
    if (found === undefined) return undefined;
    return { ...found, value: baseUrl(found.value, this.#allowPlainHttp, name) };
  }

  endpoint(
    service: 'dcs' | 'kafka',
    given: string | undefined,
    region: string | undefined,
  ): Setting | undefined {
    const allowPlainHttp = this.#allowPlainHttp;
    if (given !== undefined) return fromOptions(baseUrl(given, allowPlainHttp));
    const name = service.toUpperCase();
    const own = this.url(`HWTASKS_${name}_ENDPOINT`);
    if (own !== undefined || region === undefined) return own;
    const named = `HUAWEICLOUD_SDK_REGION_${name}_${region.toUpperCase().replaceAll('-', '_')}`;
    // The official SDKs accept a list separated by commas, and try them in turn.
    const first = this.get(named)?.split(',')[0]?.trim();
    if (first !== undefined) return { value: baseUrl(first, allowPlainHttp, named), source: named };
    return { value: baseUrl(endpointOf(region, service), allowPlainHttp), source: 'region' };
  }

  provider(clock: Clock, fetch: Fetch | undefined): CredentialsProvider | undefined {
    if (this.#env === undefined) return undefined;
    const token = this.setting('HWTASKS_TOKEN');
    if (token === undefined) return auth.chainWith?.(this.#env, this.#file, clock, fetch);
    const flaw = secretFlaw(token.value);
    if (flaw !== undefined) throw invalidInput(`${token.source}: the token ${flaw}`);
    return Credentials.token(token.value, { provider: token.source });
  }
}
