import { text } from '../ids.js';
import type { ProvideCredentials } from './provide.js';

/** What a signed request needs, or a token. */
type Secrets =
  | { readonly secretKey: string; readonly securityToken: string | undefined }
  | { readonly token: string };

/** What may come with credentials. */
export interface CredentialsOptions {
  /** The project these credentials were configured with, used when the client has none. */
  readonly projectId?: string | undefined;
  /**
   * The IAM these credentials were configured with, asked for a missing project ID when the client was
   * given no other.
   */
  readonly iamEndpoint?: string | undefined;
  /** When these credentials cease to be valid. */
  readonly expiresAt?: Date | undefined;
  /** Which provider these credentials come from, in words. */
  readonly provider?: string | undefined;
}

/** What may come with keys. */
export interface KeysOptions extends CredentialsOptions {
  /** Makes the keys temporary: the security token is sent, and signed, with each request. */
  readonly securityToken?: string | undefined;
}

/**
 * What authorizes a request: an access key with its secret (AK/SK), or an IAM token.
 *
 * The secrets are printed by nothing: not by `console.log`, not as JSON, in no error.
 *
 * @example
 * ```ts
 * const keys = Credentials.keys('AK...', 'SK...');
 * const temporary = Credentials.keys('AK...', 'SK...', { securityToken: '...' });
 * const token = Credentials.token('MIIF...');
 * ```
 */
export class Credentials implements ProvideCredentials {
  /** The access key, which is an identifier and no secret; `undefined` for a token. */
  readonly accessKey: string | undefined;
  /** The project these credentials were configured with. */
  readonly projectId: string | undefined;
  /** The IAM these credentials were configured with. */
  readonly iamEndpoint: string | undefined;
  /** When these credentials cease to be valid; `undefined` when that is not known. */
  readonly expiresAt: Date | undefined;
  /**
   * Where these credentials come from, in words: the names of variables, the path and the section of a
   * file, the name of a provider. `undefined` when they were given to the client as they are.
   */
  readonly provider: string | undefined;
  readonly #secrets: Secrets;

  private constructor(
    secrets: Secrets,
    accessKey: string | undefined,
    options: CredentialsOptions,
  ) {
    this.#secrets = secrets;
    this.accessKey = accessKey;
    this.projectId = options.projectId;
    this.iamEndpoint = options.iamEndpoint;
    this.expiresAt = options.expiresAt;
    this.provider = options.provider;
  }

  /**
   * An access key (AK) with its secret key (SK); requests are signed with them.
   *
   * @throws HwtasksError of kind `InvalidInput` when one of them is not a string
   */
  static keys(accessKey: string, secretKey: string, options: KeysOptions = {}): Credentials {
    text('access key', accessKey);
    text('secret key', secretKey);
    if (options.securityToken !== undefined) text('security token', options.securityToken);
    return new Credentials({ secretKey, securityToken: options.securityToken }, accessKey, options);
  }

  /**
   * An IAM token, sent as `X-Auth-Token`. It lives for 24 hours.
   *
   * @throws HwtasksError of kind `InvalidInput` when it is not a string
   */
  static token(token: string, options: CredentialsOptions = {}): Credentials {
    text('token', token);
    return new Credentials({ token }, undefined, options);
  }

  /** Whether these are an IAM token. */
  get isToken(): boolean {
    return 'token' in this.#secrets;
  }

  /** Names these credentials in errors. */
  get name(): string {
    return this.isToken ? 'given token' : 'given keys';
  }

  /** These credentials: as a provider, they provide themselves. */
  async provide(): Promise<Credentials> {
    return this;
  }

  /** The same credentials, from this provider, unless they say where they come from. @internal */
  static providedBy(credentials: Credentials, provider: string): Credentials {
    if (credentials.provider !== undefined) return credentials;
    const { accessKey } = credentials;
    return new Credentials(credentials.#secrets, accessKey, { ...credentials, provider });
  }

  /** What must be printed nowhere. @internal */
  static secretsOf(credentials: Credentials): Secrets {
    return credentials.#secrets;
  }

  /** Whether both would authorize a request in the same way. @internal */
  static areSame(a: Credentials, b: Credentials): boolean {
    const all = (credentials: Credentials) =>
      JSON.stringify([credentials.accessKey, credentials.#secrets]);
    return all(a) === all(b);
  }
}
