import { auth } from '#auth';
import type { Clock } from '../body/time.js';
import { secretFlaw } from '../credentials/check.js';
import { Credentials } from '../credentials/credentials.js';
import type { ProfileFile } from '../credentials/profile.js';
import { CredentialsError, type CredentialsProvider } from '../credentials/provide.js';
import { type HwtasksError, invalidInput } from '../errors.js';
import type { Fetch } from '../http/transport.js';
import { baseUrl } from './endpoint.js';
import { type Env, variable } from './environment.js';
import { IamProject } from './iam-project.js';
import type { ClientOptions } from './options.js';
import type { Project } from './project.js';
import { checkedRegion } from './region.js';
import { Settings } from './settings.js';
import type { Setting } from './source.js';

/** The settings of a client, from its options and from the environment variables among them. */
export class EnvSettings extends Settings<ClientOptions> {
  readonly #env: Env | undefined;
  /** The credentials file, if it has been read for its region. */
  #file: ProfileFile | undefined;

  constructor(options: ClientOptions) {
    super(options);
    this.#env = options.env;
  }

  get(name: string): string | undefined {
    return this.#env && variable(this.#env, name);
  }

  /** The value of a variable, with its name as the source. */
  setting(name: string): Setting | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : { value, source: name };
  }

  override projectId(): Setting | undefined {
    return super.projectId() ?? this.setting('HUAWEICLOUD_SDK_PROJECT_ID');
  }

  override region(hasProject: boolean): Setting | undefined {
    const given = super.region(hasProject);
    if (given !== undefined) return given;
    const found = this.setting('HWTASKS_REGION') ?? this.setting('HW_REGION_NAME');
    if (found !== undefined) {
      checkedRegion(found.value, found.source);
      return found;
    }
    // The file is read only for a region that is needed.
    const isComplete = hasProject && this.#hasEndpoint('dcs') && this.#hasEndpoint('kafka');
    return isComplete ? undefined : this.#regionOfProfile();
  }

  /** Whether an option or a variable sets the endpoint of a service. */
  #hasEndpoint(service: 'dcs' | 'kafka'): boolean {
    const given = this.options[`${service}Endpoint`];
    return (given ?? this.get(`HWTASKS_${service.toUpperCase()}_ENDPOINT`)) !== undefined;
  }

  /** Reads the credentials file, and returns its region. */
  #regionOfProfile(): Setting | undefined {
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

  #url(name: string): Setting | undefined {
    const found = this.setting(name);
    if (found === undefined) return undefined;
    return { ...found, value: baseUrl(found.value, this.allowPlainHttp, name) };
  }

  override endpoint(service: 'dcs' | 'kafka', region: string | undefined): Setting | undefined {
    if (this.options[`${service}Endpoint`] !== undefined) return super.endpoint(service, region);
    const name = service.toUpperCase();
    const own = this.#url(`HWTASKS_${name}_ENDPOINT`);
    if (own !== undefined || region === undefined) return own;
    const named = `HUAWEICLOUD_SDK_REGION_${name}_${region.toUpperCase().replaceAll('-', '_')}`;
    // The official SDKs accept a list separated by commas, and try them in turn.
    const first = this.get(named)?.split(',')[0]?.trim();
    if (first === undefined) return super.endpoint(service, region);
    return { value: baseUrl(first, this.allowPlainHttp, named), source: named };
  }

  override project(given: Setting | undefined, region: string | undefined): Project {
    const { iamEndpoint } = this.options;
    const { allowPlainHttp } = this;
    const iam =
      iamEndpoint === undefined
        ? this.#url('HUAWEICLOUD_SDK_IAM_ENDPOINT')?.value
        : baseUrl(iamEndpoint, allowPlainHttp);
    return new IamProject(given, { region, iam, allowPlainHttp });
  }

  override noEndpoint(): HwtasksError {
    if (this.#env === undefined) return super.noEndpoint();
    return invalidInput(
      'no region is set',
      'set HWTASKS_REGION, the option region, or region in the profile file',
    );
  }

  override provider(clock: Clock, fetch: Fetch | undefined): CredentialsProvider | undefined {
    if (this.#env === undefined) return undefined;
    const token = this.setting('HWTASKS_TOKEN');
    if (token === undefined) return auth.chainWith?.(this.#env, this.#file, clock, fetch);
    const flaw = secretFlaw(token.value);
    if (flaw !== undefined) throw invalidInput(`${token.source}: the token ${flaw}`);
    return Credentials.token(token.value, { provider: token.source });
  }
}
