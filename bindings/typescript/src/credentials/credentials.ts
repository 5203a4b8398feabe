import { requireString } from '../body/ids.js';
import { checks } from '../config/checks.js';
import { invalidInput } from '../errors.js';
import type { CredentialsProvider } from './provide.js';

/** The secrets that sign a request, or a token. */
type Secrets =
  | { readonly secretKey: string; readonly securityToken: string | undefined }
  | { readonly token: string };

/** Options of {@link Credentials.token}. */
export interface CredentialsOptions {
  /** The project these credentials belong to; the client uses it when it has no project ID. */
  readonly projectId?: string | undefined;
  /**
   * The IAM endpoint configured with these credentials. The client looks up a missing project ID there
   * when it has no other IAM endpoint.
   */
  readonly iamEndpoint?: string | undefined;
  /** When these credentials expire. */
  readonly expiresAt?: Date | undefined;
  /** Description of the source, as {@link Credentials.provider} returns it. */
  readonly provider?: string | undefined;
}

/** Options of {@link Credentials.keys}. */
export interface KeysOptions extends CredentialsOptions {
  /** The security token of temporary keys; it is signed and sent with each request. */
  readonly securityToken?: string | undefined;
}

/**
 * Credentials of a request: an access key with its secret key (AK/SK), or an IAM token.
 *
 * Neither `console.log` nor JSON nor an error shows the secrets.
 *
 * @example
 * ```ts
 * const keys = Credentials.keys('AK...', 'SK...');
 * const temporary = Credentials.keys('AK...', 'SK...', { securityToken: '...' });
 * const token = Credentials.token('MIIF...');
 * ```
 */
export class Credentials implements CredentialsProvider {
  /** The access key, an identifier and no secret; `undefined` for a token. */
  readonly accessKey: string | undefined;
  /** The project these credentials belong to; `undefined` when unknown. */
  readonly projectId: string | undefined;
  /** The IAM endpoint configured with these credentials. */
  readonly iamEndpoint: string | undefined;
  /** When these credentials expire; `undefined` when unknown. */
  readonly expiresAt: Date | undefined;
  /**
   * Where these credentials come from: the names of variables, the path and the section of a file, or
   * the name of a provider. `undefined` when the program passed them itself.
   */
  readonly provider: string | undefined;
  readonly #secrets: Secrets;

  private constructor(
    secrets: Secrets,
    accessKey: string | undefined,
    options: CredentialsOptions,
  ) {
    const { projectId } = options;
    const flaw = projectId && checks.current?.projectFlaw(projectId);
    if (flaw) throw invalidInput(`the project ID of the credentials ${flaw}`);
    this.#secrets = secrets;
    this.accessKey = accessKey;
    this.projectId = options.projectId;
    this.iamEndpoint = options.iamEndpoint;
    this.expiresAt = options.expiresAt;
    this.provider = options.provider;
  }

  /**
   * Creates credentials from an access key (AK) and its secret key (SK), which sign each request.
   *
   * @throws HwtasksError of kind `InvalidInput` when one of them is empty, is not
   * a string, or has a blank, a line break, a quote or an invisible character, or when an
   * option is unknown or of a wrong type
   */
  static keys(accessKey: string, secretKey: string, options: KeysOptions = {}): Credentials {
    bare('access key', accessKey);
    bare('secret key', secretKey);
    checks.current?.options('keys', options);
    if (options.securityToken !== undefined) bare('security token', options.securityToken);
    return new Credentials({ secretKey, securityToken: options.securityToken }, accessKey, options);
  }

  /**
   * Creates credentials from an IAM token, sent as `X-Auth-Token`. A token is valid for 24 hours.
   *
   * @throws HwtasksError of kind `InvalidInput` when it is empty, is not a string, or has a
   * blank, a line break, a quote or an invisible character, or when an option is unknown or of
   * a wrong type
   */
  static token(token: string, options: CredentialsOptions = {}): Credentials {
    bare('token', token);
    checks.current?.options('token', options);
    return new Credentials({ token }, undefined, options);
  }

  /** Whether these are an IAM token. */
  get isToken(): boolean {
    return 'token' in this.#secrets;
  }

  /** Name of these credentials in errors. */
  get name(): string {
    return this.isToken ? 'given token' : 'given keys';
  }

  /** Returns these credentials: they are their own provider. */
  async provide(): Promise<Credentials> {
    return this;
  }

  /** Adds the name of a provider to credentials without one. @internal */
  static withProviderName(credentials: Credentials, provider: string): Credentials {
    if (credentials.provider !== undefined) return credentials;
    const { accessKey } = credentials;
    return new Credentials(credentials.#secrets, accessKey, { ...credentials, provider });
  }

  /** The secrets, for the code that authorizes requests only. @internal */
  static secretsOf(credentials: Credentials): Secrets {
    return credentials.#secrets;
  }

  /** Whether both authorize a request in the same way. @internal */
  static areEqual(a: Credentials, b: Credentials): boolean {
    const all = (credentials: Credentials) =>
      JSON.stringify([credentials.accessKey, credentials.#secrets]);
    return all(a) === all(b);
  }
}

/** Checks a secret, which no message shows. */
function bare(what: string, value: string): void {
  requireString(what, value);
  const flaw = value === '' ? 'is empty' : checks.current?.secretFlaw(value);
  if (flaw !== undefined) throw invalidInput(`the ${what} ${flaw}`, 'give its bare value');
}
