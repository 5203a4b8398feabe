import { platform } from '#platform';
import { pathSegment } from './body/ids.js';
import { ClientBase } from './client-base.js';
import { CHECKS } from './config/check.js';
import { checks } from './config/checks.js';
import type { ClientOptions } from './config/options.js';
import type { ConfigSources } from './config/source.js';
import { EnvSettings } from './config/variables.js';
import type { Credentials } from './credentials/credentials.js';
import { invalidInput } from './errors.js';
import { Dcs } from './generated/dcs.js';
import { Kafka } from './generated/kafka.js';
import { Call } from './http/transport.js';

/**
 * Client of both services.
 *
 * @example
 * ```ts
 * const client = new Client({ region: 'cn-north-4', credentials: Credentials.keys(ak, sk) });
 * const list = await client.kafka.list('5560df16-cebf-4473-95c4-d1b573c16e79', { limit: 50 });
 * ```
 */
export class Client extends ClientBase {
  static {
    checks.current = CHECKS;
  }

  /** The operations of Distributed Cache Service (DCS). */
  readonly dcs: Dcs;
  /** The operations of Distributed Message Service (DMS) for Kafka. */
  readonly kafka: Kafka;

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
    CHECKS.options('client', options);
    super(new EnvSettings(options));
    const context = ClientBase.contextOf(this);
    this.dcs = new Dcs(context);
    this.kafka = new Kafka(context);
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
    CHECKS.options('client', options);
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
    const { transport, project } = ClientBase.contextOf(this);
    const call = new Call('load', transport);
    await call.credentials();
    pathSegment('project ID', await project.id(call));
    return this;
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
    const { region, dcs, kafka, project } = ClientBase.contextOf(this);
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
    return new Call('credentials', ClientBase.contextOf(this).transport).credentials();
  }

  /** What `console.log` of Node.js, Deno and Bun prints: the settings that are set, and no secret. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: unknown,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    const credentials = ClientBase.contextOf(this).transport.provider?.name;
    const settings = Object.entries({ ...this.toJSON(), credentials });
    const known = settings.filter(([, value]) => value !== undefined);
    return `Client ${inspect(Object.fromEntries(known), options)}`;
  }
}
