import { Credentials } from './credentials.js';
import { CredentialsError, type ProvideCredentials } from './provide.js';

/**
 * Asks one provider after the other, and stays with the first that has credentials.
 *
 * A provider that holds none is passed over. One that should hold some and cannot give them ends the
 * chain: other credentials than those somebody has set up would be used in silence. The error names
 * every provider that was asked, and why it gave nothing.
 *
 * @example
 * ```ts
 * const chain = new ProviderChain([new EnvironmentProvider(environment), myVault]);
 * ```
 */
export class ProviderChain implements ProvideCredentials {
  readonly name = 'chain of providers';
  readonly #providers: readonly ProvideCredentials[];
  /** The provider that gave credentials last. */
  #gave: ProvideCredentials | undefined;

  constructor(providers: Iterable<ProvideCredentials>) {
    this.#providers = [...providers];
  }

  async provide(): Promise<Credentials> {
    const gave = this.#gave;
    if (gave !== undefined) {
      try {
        return Credentials.providedBy(await gave.provide(), gave.name);
      } catch (thrown) {
        const error = CredentialsError.of(thrown);
        if (!error.isNotConfigured) throw stopped([], gave.name, error, false);
        this.#gave = undefined;
      }
    }
    const passed: string[] = [];
    for (const provider of this.#providers) {
      try {
        const credentials = await provider.provide();
        this.#gave = provider;
        return Credentials.providedBy(credentials, provider.name);
      } catch (thrown) {
        const error = CredentialsError.of(thrown);
        const others = provider !== this.#providers.at(-1);
        if (!error.isNotConfigured) throw stopped(passed, provider.name, error, others);
        passed.push(`${provider.name}: ${error.message}`);
      }
    }
    const message = passed.join('; ') || 'the chain of providers is empty';
    throw CredentialsError.notConfigured(message, { namesProviders: true });
  }

  forget(refused: Credentials): void {
    for (const provider of this.#providers) provider.forget?.(refused);
  }
}

/** The error of a chain that a broken provider has ended. */
function stopped(
  passed: readonly string[],
  provider: string,
  error: CredentialsError,
  others: boolean,
): CredentialsError {
  const rest = others ? ['the providers after it were not asked'] : [];
  const tried = [...passed, `${provider}: ${error.message}`, ...rest];
  const { isRetryable } = CredentialsError.whyOf(error);
  const why = { cause: error.cause, namesProviders: true, isRetryable };
  return CredentialsError.broken(tried.join('; '), why);
}
