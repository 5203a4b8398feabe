import { isObject } from '../body/json.js';
import { type Clock, systemClock } from '../body/time.js';
import { readTime } from '../body/timestamp.js';
import { checks } from '../config/checks.js';
import { baseUrl } from '../config/endpoint.js';
import { checkedRegion, endpointOf } from '../config/region.js';
import { HwtasksError, invalidInput } from '../errors.js';
import { objectOf, providerHttp } from '../http/provider-http.js';
import { Call, type Fetch } from '../http/transport.js';
import { CachedProvider } from './cached.js';
import { projectFlaw, secretFlaw } from './check.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type CredentialsProvider } from './provide.js';

/** The path with the query that omits the catalog of all services from the body. */
const PATH = '/v3/auth/tokens?nocatalog=true';
/** How long before its expiry the token is refreshed. */
const REFRESH_BEFORE_EXPIRY = 30 * 60_000;
/** How long a rejected password is not sent again: IAM locks a user after several failures. */
const REJECTED_PASSWORD_HOLD = 5 * 60_000;
const LIMITS = { attempt: 30_000, call: 60_000, body: 1024 * 1024 };

/** An IAM user, and the project of its token. */
export interface IamPasswordOptions {
  /** The name of the IAM user. */
  readonly user: string;
  /** Its password. */
  readonly password: string;
  /** The name of the domain (account) it belongs to. */
  readonly domain: string;
  /**
   * The region of the IAM endpoint and of the project. Required unless both `endpoint` and `project`
   * are set.
   */
  readonly region?: string;
  /** The name of the project of the token. Default: the ID of the region. */
  readonly project?: string;
  /** The endpoint of IAM. Default: that of the region. */
  readonly endpoint?: string;
  /**
   * Allows plain `http` to hosts other than loopback, which sends the password in the clear. Default:
   * `false`.
   */
  readonly allowPlainHttp?: boolean;
  /** The clock. Default: the system clock. For tests. */
  readonly clock?: Clock;
  /** The function that sends requests. Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/**
 * Fetches an IAM token for the name and password of an IAM user.
 *
 * The token is valid for 24 hours. The provider caches it, and refreshes it 30 minutes before its
 * expiry, or when the service reports that it has expired (`APIGW.0307`). Concurrent calls share one refresh.
 * The token is scoped to a project, whose ID comes with it. A password that IAM rejects is not sent
 * again for 5 minutes, because IAM locks a user after several failures.
 *
 * {@link officialChain} does not use it: prefer keys, which can be revoked separately.
 *
 * @example
 * ```ts
 * const credentials = new IamPasswordProvider({ user, password, domain, region: 'cn-north-4' });
 * const client = new Client({ region: 'cn-north-4', credentials });
 * ```
 */
export class IamPasswordProvider implements CredentialsProvider {
  readonly name = 'IAM password';
  readonly #cached: CachedProvider;

  /** @throws HwtasksError of kind `InvalidInput` when an option is missing or invalid */
  constructor(options: IamPasswordOptions) {
    checks.current?.options('iam', options);
    const { user, password, domain, clock = systemClock, fetch } = options;
    const named = [
      ['user name', 'user', user],
      ['password', 'password', password],
      ['domain name', 'domain', domain],
    ] as const;
    for (const [what, option, value] of named) {
      if (!value) throw invalidInput(`the ${what} for IAM is empty`, `set the option ${option}`);
    }
    const region = options.region === undefined ? undefined : checkedRegion(options.region);
    const endpoint = options.endpoint ?? (region && endpointOf(region, 'iam'));
    const project = options.project ?? region;
    for (const [what, value] of Object.entries({ endpoint, project })) {
      if (!value)
        throw invalidInput(`no ${what} for IAM is set`, `set the option region or ${what}`);
    }
    const url = baseUrl(endpoint ?? '', options.allowPlainHttp ?? false) + PATH;
    const body = JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: user, password, domain: { name: domain } } },
        },
        scope: { project: { name: project } },
      },
    });
    const transport = providerHttp(clock, LIMITS, fetch);
    const provide = async () => {
      const call = new Call('KeystoneCreateUserTokenByPassword', transport);
      const headers = { 'content-type': 'application/json;charset=utf8' };
      try {
        return await call.send({ url, method: 'POST', headers, body }, (response) =>
          tokenOf(response.headers.get('x-subject-token'), objectOf(response, 201)),
        );
      } catch (error) {
        const isRejected = error instanceof HwtasksError && error.isUnauthorized;
        throw CredentialsError.from(error, isRejected ? { hold: REJECTED_PASSWORD_HOLD } : {});
      }
    };
    this.#cached = new CachedProvider(
      { name: this.name, provide },
      { refreshBeforeExpiry: REFRESH_BEFORE_EXPIRY, clock },
    );
  }

  provide(): Promise<Credentials> {
    return this.#cached.provide();
  }

  invalidate(rejected: Credentials): void {
    this.#cached.invalidate(rejected);
  }
}

function tokenOf(token: string | null, body: Record<string, unknown>): Credentials {
  if (!token)
    throw CredentialsError.invalidConfiguration(
      'the response of IAM has no token in X-Subject-Token',
    );
  const details = isObject(body.token) ? body.token : {};
  const expires = typeof details.expires_at === 'string' ? readTime(details.expires_at) : undefined;
  if (expires === undefined) {
    throw CredentialsError.invalidConfiguration(
      'the response of IAM does not say when the token expires',
    );
  }
  const id = isObject(details.project) ? details.project.id : undefined;
  const projectId = typeof id === 'string' ? id : undefined;
  const flaws = { token: secretFlaw(token), 'project ID': projectId && projectFlaw(projectId) };
  for (const [what, flaw] of Object.entries(flaws)) {
    if (flaw) {
      throw CredentialsError.invalidConfiguration(`in the response of IAM, the ${what} ${flaw}`);
    }
  }
  return Credentials.token(token, { expiresAt: new Date(expires.millis), projectId });
}
