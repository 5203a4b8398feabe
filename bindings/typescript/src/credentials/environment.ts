import { type Env, variable } from '../config/environment.js';
import { projectFlaw, secretFlaw } from './check.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type CredentialsProvider } from './provide.js';

const ACCESS_KEY = 'HUAWEICLOUD_SDK_AK';
const SECRET_KEY = 'HUAWEICLOUD_SDK_SK';

/**
 * Keys from the variables of the official SDKs: `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`, and
 * where they are set `HUAWEICLOUD_SDK_SECURITY_TOKEN` and `HUAWEICLOUD_SDK_PROJECT_ID`.
 *
 * An empty variable counts as not set. A key without its secret, or a secret without its key, is an
 * error, so that a typo does not select other credentials. So is a value with a blank, a line break, a
 * quote or an invisible character: the error names the variable.
 */
export class EnvironmentProvider implements CredentialsProvider {
  readonly name = 'environment';
  readonly #env: Env;

  /** Reads these variables at each call. */
  constructor(env: Env) {
    this.#env = env;
  }

  async provide(): Promise<Credentials> {
    const get = (name: string, what: string, flawOf = secretFlaw) => {
      const value = variable(this.#env, name);
      const flaw = value === undefined ? undefined : flawOf(value);
      if (flaw === undefined) return value;
      throw CredentialsError.invalidConfiguration(
        `${name}: the ${what} ${flaw}: set its bare value`,
      );
    };
    const accessKey = get(ACCESS_KEY, 'access key');
    const secretKey = get(SECRET_KEY, 'secret key');
    if (accessKey === undefined && secretKey === undefined) {
      throw CredentialsError.notConfigured(`${ACCESS_KEY} and ${SECRET_KEY} are not set`);
    }
    if (accessKey === undefined) throw incompleteKeys(SECRET_KEY, ACCESS_KEY);
    if (secretKey === undefined) throw incompleteKeys(ACCESS_KEY, SECRET_KEY);
    return Credentials.keys(accessKey, secretKey, {
      securityToken: get('HUAWEICLOUD_SDK_SECURITY_TOKEN', 'security token'),
      projectId: get('HUAWEICLOUD_SDK_PROJECT_ID', 'project ID', projectFlaw),
      provider: `${ACCESS_KEY} and ${SECRET_KEY}`,
    });
  }
}

function incompleteKeys(set: string, missing: string): CredentialsError {
  return CredentialsError.invalidConfiguration(
    `${set} is set and ${missing} is not: set both, or neither`,
  );
}
