import { channel, objectOf } from '../channel.js';
import { baseUrl } from '../endpoint.js';
import { HwtasksError, invalidInput } from '../error.js';
import { isObject } from '../json.js';
import { checkedRegion, endpointOf } from '../region.js';
import { readTime, systemTime, type TimeSource } from '../time.js';
import { Call, type Fetch } from '../transport.js';
import { CachedProvider } from './cached.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type ProvideCredentials } from './provide.js';

/** The body without the catalogue of every service. */
const PATH = '/v3/auth/tokens?nocatalog=true';
const EARLY = 30 * 60_000;
/** How long a refused password is not sent again: a few more refusals would lock the user out. */
const REFUSED = 5 * 60_000;
const LIMITS = { attempt: 30_000, call: 60_000, body: 1024 * 1024 };

/** An IAM user, and what its token is for. */
export interface IamPasswordOptions {
  /** The name of the IAM user. */
  readonly user: string;
  /** Its password. */
  readonly password: string;
  /** The name of the domain (account) it belongs to. */
  readonly domain: string;
  /**
   * The region whose IAM is asked, and whose project the token is for. Needed, unless `endpoint` and
   * `project` say both.
   */
  readonly region?: string;
  /** The name of the project the token is for; the region's own, named like it, by default. */
  readonly project?: string;
  /** The endpoint of IAM; the region's by default. */
  readonly endpoint?: string;
  /**
   * Allows plain `http` to hosts other than loopback: the password then crosses the network in the
   * clear. Off by default.
   */
  readonly allowPlainHttp?: boolean;
  /** Where the time comes from; the system's clock by default. For tests. */
  readonly time?: TimeSource;
  /** What sends the requests; the global `fetch` by default. */
  readonly fetch?: Fetch;
}

/**
 * A token that IAM gives an IAM user for name and password.
 *
 * The token lives for 24 hours. It is kept, and renewed 30 minutes before that or when the service
 * asks for a new one (`APIGW.0307`), by one call for all. It is a token of a project, whose ID comes
 * with it. A password that IAM refuses is not sent again for 5 minutes, because several refusals lock
 * the user out.
 *
 * Not part of the chain of providers: keys are better, because they can be withdrawn alone.
 *
 * @example
 * ```ts
 * const credentials = new IamPasswordProvider({ user, password, domain, region: 'cn-north-4' });
 * const client = new Client({ region: 'cn-north-4', credentials });
 * ```
 */
export class IamPasswordProvider implements ProvideCredentials {
  readonly name = 'IAM password';
  readonly #cached: CachedProvider;

  /** @throws HwtasksError of kind `InvalidInput` when something needed is missing or not valid */
  constructor(options: IamPasswordOptions) {
    const { user, password, domain, time = systemTime, fetch } = options;
    for (const [what, value] of Object.entries({
      'user name': user,
      password,
      'domain name': domain,
    })) {
      if (!value) throw invalidInput(`the ${what} for IAM is empty`);
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
    const transport = channel(time, LIMITS, fetch);
    const provide = async () => {
      const call = new Call('KeystoneCreateUserTokenByPassword', transport);
      const headers = { 'content-type': 'application/json;charset=utf8' };
      try {
        return await call.send({ url, method: 'POST', headers, body }, (answer) =>
          tokenOf(answer.headers.get('x-subject-token'), objectOf(answer, 201)),
        );
      } catch (error) {
        const isRefused = error instanceof HwtasksError && error.isUnauthorized;
        throw CredentialsError.of(error, isRefused ? { hold: REFUSED } : {});
      }
    };
    this.#cached = new CachedProvider({ name: this.name, provide }, { renewedBefore: EARLY, time });
  }

  provide(): Promise<Credentials> {
    return this.#cached.provide();
  }

  forget(refused: Credentials): void {
    this.#cached.forget(refused);
  }
}

function tokenOf(token: string | null, body: Record<string, unknown>): Credentials {
  if (!token) throw CredentialsError.broken('IAM answered without a token in X-Subject-Token');
  const about = isObject(body.token) ? body.token : {};
  const expires = typeof about.expires_at === 'string' ? readTime(about.expires_at) : undefined;
  if (expires === undefined) {
    throw CredentialsError.broken('IAM does not say when its token expires');
  }
  const id = isObject(about.project) ? about.project.id : undefined;
  return Credentials.token(token, {
    expiresAt: new Date(expires.millis),
    projectId: typeof id === 'string' ? id : undefined,
  });
}
