import { auth } from '#auth';
import { pathSegment, requireNotNegative } from './body/ids.js';
import { systemClock } from './body/time.js';
import { checks } from './config/checks.js';
import { noProject } from './config/project.js';
import type { Settings } from './config/settings.js';
import type { Setting } from './config/source.js';
import type { ClientContext } from './context.js';
import { Credentials } from './credentials/credentials.js';
import { invalidInput } from './errors.js';
import { retryPolicy } from './http/retry.js';
import type { Transport } from './http/transport.js';
import { USER_AGENT } from './http/version.js';

/** A method `Symbol.asyncDispose`, where the libraries of TypeScript have that. */
type AsyncDisposer = SymbolConstructor extends {
  readonly asyncDispose: infer Dispose extends symbol;
}
  ? { readonly [Name in Dispose]: () => Promise<void> }
  : object;

export interface ClientBase extends AsyncDisposer {}

/** Every client: {@link Client}, and the smaller one of `hwtasks/core`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the class has the method, whose name not every library of TypeScript knows.
export abstract class ClientBase {
  readonly #context: ClientContext;

  /** @internal */
  constructor(settings: Settings) {
    this.#context = contextOf(settings);
  }

  /** The state that a client shares with its operations. @internal */
  static contextOf(client: ClientBase): ClientContext {
    return client.#context;
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
   * Closes the client: aborts its requests under way, with an error whose `isAborted` is true. A later
   * call is an error of kind `InvalidInput`. Closing it again does nothing.
   *
   * A client holds nothing else, so a program need not close it. `await using` does it at the end of a
   * block, where the runtime has `Symbol.asyncDispose`.
   *
   * @example
   * ```ts
   * await client.close();
   * ```
   */
  async close(): Promise<void> {
    const { transport } = this.#context;
    transport.isClosed = true;
    for (const abort of transport.running) abort();
  }

  /** @internal */
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')](): Promise<void> {
    return this.close();
  }

  /** The region, the endpoints and the project ID; no secret. */
  toJSON(): Pick<ClientBase, 'region' | 'dcsEndpoint' | 'kafkaEndpoint' | 'projectId'> {
    const { region, dcsEndpoint, kafkaEndpoint, projectId } = this;
    return { region, dcsEndpoint, kafkaEndpoint, projectId };
  }
}

function contextOf(settings: Settings): ClientContext {
  const { options } = settings;
  const { clock = systemClock, token, withoutCredentials = false } = options;
  const given = settings.projectId();
  if (given !== undefined) checkProject(given);
  const region = settings.region(given !== undefined);
  const isBoth = (a: string, b: string) =>
    invalidInput(`${a} and ${b} are both set`, 'set one of them');
  if (token !== undefined && options.credentials !== undefined)
    throw isBoth('token', 'credentials');
  if (withoutCredentials && (token ?? options.credentials) !== undefined) {
    throw isBoth('credentials', 'withoutCredentials');
  }
  const provider = withoutCredentials
    ? undefined
    : token === undefined
      ? (options.credentials ?? settings.provider(clock, options.fetch))
      : Credentials.token(token);
  if (given === undefined && withoutCredentials) throw noProject();
  const dcs = settings.endpoint('dcs', region?.value);
  const kafka = settings.endpoint('kafka', region?.value);
  if (dcs === undefined && kafka === undefined) throw settings.noEndpoint();
  if (provider === undefined && !withoutCredentials) {
    throw invalidInput(
      'no credentials are set',
      'set the option credentials or token, or withoutCredentials to send requests without authorization',
    );
  }
  const project = settings.project(given, region?.value);
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
    running: new Set(),
    isClosed: false,
    ...auth.recovery(provider, clock),
  };
  return { region, dcs, kafka, project, transport };
}

function checkProject({ value, source }: Setting): void {
  const about = source === 'options' ? '' : `${source}: `;
  const flaw = typeof value === 'string' ? checks.current?.projectFlaw(value) : undefined;
  if (flaw !== undefined) throw invalidInput(`${about}the project ID ${flaw}`);
  pathSegment('project ID', value);
}

function userAgent(suffix: string | undefined): string {
  if (suffix === undefined) return USER_AGENT;
  if (/^[\x20-\x7e]*$/.test(suffix)) return `${USER_AGENT} ${suffix}`;
  throw invalidInput('the user agent suffix is not printable ASCII');
}
