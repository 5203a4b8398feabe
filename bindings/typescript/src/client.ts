import { auth } from '#auth';
import { platform } from '#platform';
import { pathSegment, requireNotNegative } from './body/ids.js';
import { systemClock } from './body/time.js';
import { checkOptions, type OptionTypes } from './config/check.js';
import { baseUrl } from './config/endpoint.js';
import type { ClientOptions } from './config/options.js';
import { Project } from './config/project.js';
import { checkedRegion } from './config/region.js';
import { type ConfigSources, fromOptions, type Setting } from './config/source.js';
import { EnvSettings } from './config/variables.js';
import type { ClientContext } from './context.js';
import { projectFlaw } from './credentials/check.js';
import { Credentials } from './credentials/credentials.js';
import { invalidInput } from './errors.js';
import { Dcs } from './generated/dcs.js';
import { Kafka } from './generated/kafka.js';
import { Gate } from './http/gate.js';
import { retryPolicy } from './http/retry.js';
import { Call, type Transport } from './http/transport.js';
import { USER_AGENT } from './http/version.js';

/**
 * Client of both services.
 *
 * @example
 * ```ts
 * const client = new Client({ region: 'cn-north-4', credentials: Credentials.keys(ak, sk) });
 * const list = await client.kafka.list('5560df16-cebf-4473-95c4-d1b573c16e79', { limit: 50 });
 * ```
 */
export class Client {
  /** The operations of Distributed Cache Service (DCS). */
  readonly dcs: Dcs;
  /** The operations of Distributed Message Service (DMS) for Kafka. */
  readonly kafka: Kafka;
  readonly #context: ClientContext;

  /**
   * Creates a client from options only. Sends nothing, and reads no environment variables unless the
   * option `env` is set.
   *
   * @throws HwtasksError of kind `InvalidInput` when the project ID is missing and cannot be looked up,
   * is the ID of a region, or has a blank or another character that no project ID has; when no
   * credentials are set; when neither a region nor an endpoint is set; when the region is not a valid
   * ID; or when an endpoint is not an `https` URL (or an `http` URL to loopback)
   */
  constructor(options: ClientOptions = {}) {
    this.#context = contextOf(options);
    this.dcs = new Dcs(this.#context);
    this.kafka = new Kafka(this.#context);
  }

  /**
   * Creates a client that takes unset options from the environment variables and the home directory of
   * this process. The names are those of the official SDKs where these have one:
   *
   * | setting | from |
   * | --- | --- |
   * | region | `HWTASKS_REGION`, else `HW_REGION_NAME`, else the one in the {@link ProfileProvider | profile file} |
   * | endpoints | `HWTASKS_DCS_ENDPOINT` and `HWTASKS_KAFKA_ENDPOINT`, else `HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4` and `HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4`, where `CN_NORTH_4` is the region, else those of the region |
   * | credentials | a token in `HWTASKS_TOKEN`, else {@link officialChain} |
   * | project ID | `HUAWEICLOUD_SDK_PROJECT_ID`, else the one configured with the credentials, else the one project in IAM with the name of the region |
   * | metadata service | `HWTASKS_METADATA_ENDPOINT`, else `http://169.254.169.254`; none with `HWTASKS_METADATA_DISABLED=1` |
   * | IAM | `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else the one configured with the credentials, else that of the region |
   *
   * An empty variable counts as unset. Options override the environment. The client fetches its
   * credentials and its project ID, so a wrong configuration fails here and not in the first call. It
   * never writes.
   *
   * @example
   * ```ts
   * const client = await Client.fromEnv();
   * ```
   *
   * @throws HwtasksError as the constructor and {@link load}
   */
  static async fromEnv(options: ClientOptions = {}): Promise<Client> {
    checkOptions(options, CLIENT_OPTIONS);
    const env = options.env ?? platform.env();
    if (env !== undefined) return new Client({ ...options, env }).load();
    throw invalidInput(
      'there are no environment variables in a browser or a worker',
      'set the option env, or use new Client',
    );
  }

  /**
   * Fetches the credentials and the project ID now, and not in the first call.
   *
   * @throws HwtasksError of kind `Credentials` when no provider has usable credentials, and the error of
   * IAM when the lookup of the project ID fails
   */
  async load(): Promise<this> {
    const { transport, project } = this.#context;
    const call = new Call('load', transport);
    await call.credentials();
    pathSegment('project ID', await project.id(call));
    return this;
  }

  /** The endpoint of DCS; `undefined` when neither region nor endpoint is set. */
  get dcsEndpoint(): string | undefined {
    return this.#context.dcs?.value;
  }

  /** The endpoint of Kafka; `undefined` when neither region nor endpoint is set. */
  get kafkaEndpoint(): string | undefined {
    return this.#context.kafka?.value;
  }

  /** The project ID; `undefined` until it is known from the options, the credentials or IAM. */
  get projectId(): string | undefined {
    return this.#context.project.known?.value;
  }

  /** The ID of the region; `undefined` when none is set. */
  get region(): string | undefined {
    return this.#context.region?.value;
  }

  /**
   * The sources of the region, the endpoints and the project ID, for diagnostics.
   *
   * @example
   * ```ts
   * const { region } = (await Client.fromEnv()).configSources; // 'HWTASKS_REGION'
   * ```
   */
  get configSources(): ConfigSources {
    const { region, dcs, kafka, project } = this.#context;
    return {
      region: region?.source,
      dcsEndpoint: dcs?.source,
      kafkaEndpoint: kafka?.source,
      projectId: project.known?.source,
    };
  }

  /**
   * Returns the credentials, and fetches them if needed; `undefined` when requests are sent without
   * authorization. {@link Credentials.provider} names their source.
   *
   * @throws HwtasksError of kind `Credentials` when no provider has usable credentials
   */
  credentials(): Promise<Credentials | undefined> {
    return new Call('credentials', this.#context.transport).credentials();
  }

  /** What `console.log` of Node.js, Deno and Bun prints: the settings that are set, and no secret. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: unknown,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    const credentials = this.#context.transport.provider?.name;
    const settings = Object.entries({ ...this.toJSON(), credentials });
    const known = settings.filter(([, value]) => value !== undefined);
    return `Client ${inspect(Object.fromEntries(known), options)}`;
  }

  /** The region, the endpoints and the project ID; no secret. */
  toJSON(): Record<string, unknown> {
    const { region, dcsEndpoint, kafkaEndpoint, projectId } = this;
    return { region, dcsEndpoint, kafkaEndpoint, projectId };
  }
}

/** The options of a client. */
const CLIENT_OPTIONS: OptionTypes<ClientOptions> = {
  region: 'string',
  dcsEndpoint: 'string',
  kafkaEndpoint: 'string',
  iamEndpoint: 'string',
  projectId: 'string',
  credentials: 'provider',
  token: 'any',
  withoutCredentials: 'boolean',
  env: 'object',
  attemptTimeout: 'millis',
  timeout: 'millis',
  retry: 'object',
  bodyLimit: 'number',
  allowPlainHttp: 'boolean',
  userAgentSuffix: 'string',
  fetch: 'function',
  onAttempt: 'function',
  clock: 'object',
};

function contextOf(options: ClientOptions): ClientContext {
  checkOptions(options, CLIENT_OPTIONS);
  const { env, clock = systemClock, allowPlainHttp = false } = options;
  const variables = new EnvSettings(env, allowPlainHttp);
  const given =
    options.projectId === undefined
      ? variables.setting('HUAWEICLOUD_SDK_PROJECT_ID')
      : fromOptions(options.projectId);
  if (given !== undefined) checkProject(given);
  // The file is read only for a region that is needed.
  const isComplete =
    (options.dcsEndpoint !== undefined || variables.hasEndpoint('dcs')) &&
    (options.kafkaEndpoint !== undefined || variables.hasEndpoint('kafka')) &&
    given !== undefined;
  const region =
    options.region === undefined
      ? (variables.region() ?? (isComplete ? undefined : variables.regionOfProfile()))
      : fromOptions(checkedRegion(options.region));
  if (options.token !== undefined && options.credentials !== undefined) {
    throw invalidInput('token and credentials are both set', 'set one of them');
  }
  const { withoutCredentials = false } = options;
  if (withoutCredentials && (options.token ?? options.credentials) !== undefined) {
    throw invalidInput('credentials and withoutCredentials are both set', 'set one of them');
  }
  const provider = withoutCredentials
    ? undefined
    : options.token === undefined
      ? (options.credentials ?? variables.provider(clock, options.fetch))
      : Credentials.token(options.token);
  if (given === undefined && provider === undefined) {
    throw invalidInput('no project ID is set', 'set it with the option projectId');
  }
  const dcs = variables.endpoint('dcs', options.dcsEndpoint, region?.value);
  const kafka = variables.endpoint('kafka', options.kafkaEndpoint, region?.value);
  if (dcs === undefined && kafka === undefined) {
    throw env === undefined
      ? invalidInput(
          'no endpoint is set',
          'set one with the option region, dcsEndpoint or kafkaEndpoint',
        )
      : invalidInput(
          'no region is set',
          'set HWTASKS_REGION, the option region, or region in the profile file',
        );
  }
  if (provider === undefined && !withoutCredentials) {
    throw invalidInput(
      'no credentials are set',
      'set the option credentials or token, or withoutCredentials to send requests without authorization',
    );
  }
  const iam =
    options.iamEndpoint === undefined
      ? variables.url('HUAWEICLOUD_SDK_IAM_ENDPOINT')?.value
      : baseUrl(options.iamEndpoint, allowPlainHttp);
  const { attemptTimeout = 30_000, timeout = 120_000, bodyLimit = 16 * 1024 * 1024 } = options;
  requireNotNegative({ attemptTimeout, timeout, bodyLimit });
  const transport: Transport = {
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    provider,
    clock,
    retry: retryPolicy(options.retry),
    limits: { attempt: attemptTimeout, call: timeout, body: bodyLimit },
    signRequest: auth.signRequest,
    userAgent: userAgent(options.userAgentSuffix),
    onAttempt: options.onAttempt,
    clockSkew: 0,
    gate: new Gate(),
  };
  const project = new Project({ given, region: region?.value, iam, allowPlainHttp });
  return { region, dcs, kafka, project, transport };
}

function checkProject({ value, source }: Setting): void {
  const about = source === 'options' ? '' : `${source}: `;
  const flaw = typeof value === 'string' ? projectFlaw(value) : undefined;
  if (flaw !== undefined) throw invalidInput(`${about}the project ID ${flaw}`);
  pathSegment('project ID', value);
}

function userAgent(suffix: string | undefined): string {
  if (suffix === undefined) return USER_AGENT;
  if (/^[\x20-\x7e]*$/.test(suffix)) return `${USER_AGENT} ${suffix}`;
  throw invalidInput('the user agent suffix is not printable ASCII');
}
