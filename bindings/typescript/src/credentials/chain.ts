import { invalidInput } from '../errors.js';
import { Credentials } from './credentials.js';
import { CredentialsError, type CredentialsProvider } from './provide.js';

/**
 * Tries one provider after the other, and stays with the first that has credentials.
 *
 * The chain skips a provider that is not configured. Invalid credentials are an error: the chain does
 * not fall back to the next provider, which could silently use another account. The error names every
 * provider that was tried, and the reason why it failed.
 *
 * @example
 * ```ts
 * const chain = new ProviderChain([new EnvironmentProvider(process.env), myVault]);
 * ```
 */
export class ProviderChain implements CredentialsProvider {
  readonly name = 'provider chain';
  readonly #providers: readonly CredentialsProvider[];
  /** The provider that provided credentials last. */
  #current: CredentialsProvider | undefined;

  /** @throws HwtasksError of kind `InvalidInput` when one of them is no provider */
  constructor(providers: Iterable<CredentialsProvider>) {
    this.#providers = [...providers];
    const wrong = this.#providers.findIndex((provider) => typeof provider?.provide !== 'function');
    if (wrong >= 0) {
      const what = `number ${wrong + 1} of the chain is no credentials provider`;
      throw invalidInput(what, 'give it a method provide');
    }
  }

  async provide(): Promise<Credentials> {
    const current = this.#current;
    if (current !== undefined) {
      try {
        return Credentials.withProviderName(await current.provide(), current.name);
      } catch (thrown) {
        const error = CredentialsError.from(thrown);
        if (!error.isNotConfigured) throw stopped([], current.name, error, false);
        this.#current = undefined;
      }
    }
    const skipped: string[] = [];
    for (const provider of this.#providers) {
      try {
        const credentials = await provider.provide();
        this.#current = provider;
        return Credentials.withProviderName(credentials, provider.name);
      } catch (thrown) {
        const error = CredentialsError.from(thrown);
        const others = provider !== this.#providers.at(-1);
        if (!error.isNotConfigured) throw stopped(skipped, provider.name, error, others);
        skipped.push(`${provider.name}: ${error.message}`);
      }
    }
    const message = skipped.join('; ') || 'the provider chain is empty';
    throw CredentialsError.notConfigured(message, { namesProviders: true });
  }

  invalidate(rejected: Credentials): void {
    for (const provider of this.#providers) provider.invalidate?.(rejected);
  }
}

/** The error of a chain that ends at a provider with invalid credentials. */
function stopped(
  skipped: readonly string[],
  provider: string,
  error: CredentialsError,
  others: boolean,
): CredentialsError {
  const rest = others ? ['the providers after it were not tried'] : [];
  const tried = [...skipped, `${provider}: ${error.message}`, ...rest];
  const { isRetryable } = CredentialsError.detailsOf(error);
  const details = { cause: error.cause, namesProviders: true, isRetryable };
  return CredentialsError.invalidConfiguration(tried.join('; '), details);
}
