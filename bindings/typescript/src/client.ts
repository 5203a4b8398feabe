import { auth } from '#auth';
import { platform } from '#platform';
import { pathSegment, requireNotNegative } from './body/ids.js';
import { systemClock } from './body/time.js';
import { baseUrl } from './config/endpoint.js';
import type { ClientOptions } from './config/options.js';
import { Project } from './config/project.js';
import { checkedRegion } from './config/region.js';
import { type ConfigSources, fromOptions } from './config/source.js';
import { EnvSettings } from './config/variables.js';
import type { ClientContext } from './context.js';
import { Credentials } from './credentials/credentials.js';
import { Dcs } from './dcs.js';
import { invalidInput } from './errors.js';
import { retryPolicy } from './http/retry.js';
import { Call, type Transport } from './http/transport.js';
import { USER_AGENT } from './http/version.js';
import { Kafka } from './kafka.js';

/**
 * A client of both services.
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
   * A client that knows what it is told, and nothing else. Nothing is sent yet.
   *
   * @throws HwtasksError of kind `InvalidInput` when the project ID is missing and nothing could find
   * it, or cannot stand in a path, no region and no endpoint is set, the region is not the ID of one,
   * or an endpoint is not a URL of `https` (or of `http` to loopback)
   */
  constructor(options: ClientOptions = {}) {
    this.#context = contextOf(options);
    this.dcs = new Dcs(this.#context);
    this.kafka = new Kafka(this.#context);
  }

  /**
   * A client that takes from the variables of this process, and from the home directory, what it is
   * not told. The names are those of the official SDKs where these have one:
   *
   * | what | from |
   * | --- | --- |
   * | region | `HWTASKS_REGION`, else `HW_REGION_NAME` |
   * | endpoints | `HWTASKS_DCS_ENDPOINT` and `HWTASKS_KAFKA_ENDPOINT`, else `HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4` and `HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4`, named after the region, else the region's own |
   * | credentials | a token in `HWTASKS_TOKEN`, else {@link officialChain} |
   * | project ID | `HUAWEICLOUD_SDK_PROJECT_ID`, else what the credentials were configured with, else the one project of IAM named like the region |
   * | metadata service | `HWTASKS_METADATA_ENDPOINT`, else `http://169.254.169.254` |
   * | IAM | `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else what the credentials were configured with, else the region's own |
   *
   * An empty variable counts as not set, and what the options say wins. The credentials and the ID of
   * the project are fetched at once: what is configured wrongly shows here and not in the first call.
   * Nothing is ever written.
   *
   * @example
   * ```ts
   * const client = await Client.fromEnv();
   * ```
   *
   * @throws HwtasksError as the constructor; of kind `Credentials`, naming every provider that was
   * asked, when none has credentials; and what IAM answers when it is asked for the project ID
   */
  static async fromEnv(options: ClientOptions = {}): Promise<Client> {
    const environment = options.environment ?? platform.environment();
    if (environment !== undefined) return new Client({ ...options, environment }).load();
    const why = 'there is no environment here, as in a browser: use new Client';
    throw invalidInput(why);
  }

  /**
   * Fetches the credentials and the ID of the project at once, rather than in the first call.
   *
   * @throws HwtasksError of kind `Credentials` when no provider has any, and what IAM answers when it
   * is asked for the project ID
   */
  async load(): Promise<this> {
    const { transport, project } = this.#context;
    const call = new Call('load', transport);
    await call.credentials();
    pathSegment('project ID', await project.id(call));
    return this;
  }

  /** Where requests to DCS go; `undefined` when neither region nor endpoint was set. */
  get dcsEndpoint(): string | undefined {
    return this.#context.dcs?.value;
  }

  /** Where requests to Kafka go; `undefined` when neither region nor endpoint was set. */
  get kafkaEndpoint(): string | undefined {
    return this.#context.kafka?.value;
  }

  /**
   * The project whose instances are asked about; `undefined` until the credentials or IAM have named
   * it.
   */
  get projectId(): string | undefined {
    return this.#context.project.known?.value;
  }

  /** The region, by its ID; `undefined` when none was set. */
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
   * What requests are authorized with, fetched if that has not been done; `undefined` when they go
   * without. {@link Credentials.provider} says where they come from.
   *
   * @throws HwtasksError of kind `Credentials`, naming every provider that was asked
   */
  credentials(): Promise<Credentials | undefined> {
    return new Call('credentials', this.#context.transport).credentials();
  }

  /** Where the client sends, and for which project; no secret. */
  toJSON(): Record<string, unknown> {
    const { region, dcsEndpoint, kafkaEndpoint, projectId } = this;
    return { region, dcsEndpoint, kafkaEndpoint, projectId };
  }
}

function contextOf(options: ClientOptions): ClientContext {
  const { environment, clock = systemClock, allowPlainHttp = false } = options;
  const variables = new EnvSettings(environment, allowPlainHttp);
  const region =
    options.region === undefined ? variables.region() : fromOptions(checkedRegion(options.region));
  const given =
    options.projectId === undefined
      ? variables.setting('HUAWEICLOUD_SDK_PROJECT_ID')
      : fromOptions(options.projectId);
  if (given !== undefined) pathSegment('project ID', given.value);
  if (options.token !== undefined && options.credentials !== undefined) {
    throw invalidInput('token and credentials are both set', 'set one of them');
  }
  const provider =
    options.token === undefined
      ? (options.credentials ?? variables.provider(clock, options.fetch))
      : Credentials.token(options.token);
  if (given === undefined && provider === undefined) {
    throw invalidInput('no project ID is set', 'set it with the option projectId');
  }
  const dcs = variables.endpoint('dcs', options.dcsEndpoint, region?.value);
  const kafka = variables.endpoint('kafka', options.kafkaEndpoint, region?.value);
  if (dcs === undefined && kafka === undefined) {
    throw environment === undefined
      ? invalidInput(
          'no endpoint is set',
          'set one with the option region, dcsEndpoint or kafkaEndpoint',
        )
      : invalidInput('no region is set', 'set HWTASKS_REGION, or the option region');
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
  };
  const project = new Project({ given, region: region?.value, iam, allowPlainHttp });
  return { region, dcs, kafka, project, transport };
}

function userAgent(suffix: string | undefined): string {
  if (suffix === undefined) return USER_AGENT;
  if (/^[\x20-\x7e]*$/.test(suffix)) return `${USER_AGENT} ${suffix}`;
  throw invalidInput('the user agent suffix is not printable ASCII');
}
