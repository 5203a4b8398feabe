package io.github.hwtasks.credentials;

import io.github.hwtasks.Clock;
import io.github.hwtasks.Environment;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries one provider after the other, and stays with the first that has credentials.
 *
 * <p>The chain skips a provider that is not configured. Invalid credentials are an error: the chain does not fall back to
 * the next provider, which could silently use another account. The message names every provider that was tried, and the
 * reason why it failed.
 */
public final class ProviderChain implements CredentialsProvider {
    private final List<CredentialsProvider> providers;
    /** The provider that had credentials last. */
    private volatile CredentialsProvider current;

    private ProviderChain(List<CredentialsProvider> providers) {
        this.providers = providers;
    }

    /**
     * Returns a chain of these providers.
     *
     * @param providers the providers, in order
     * @return the chain
     */
    public static ProviderChain of(CredentialsProvider... providers) {
        return new ProviderChain(List.of(providers));
    }

    /**
     * Returns the chain of the official SDKs: environment variables, profile file, metadata service.
     *
     * @param environment the variables and the home directory
     * @return the chain
     */
    public static ProviderChain official(Environment environment) {
        return official(environment, Clock.system());
    }

    /**
     * Returns the chain of the official SDKs, with a clock for tests.
     *
     * @param environment the variables and the home directory
     * @param clock the clock
     * @return the chain
     */
    public static ProviderChain official(Environment environment, Clock clock) {
        return of(
                new EnvironmentProvider(environment),
                new ProfileProvider(environment, clock),
                MetadataProvider.from(environment, clock));
    }

    @Override
    public String name() {
        return "provider chain";
    }

    /**
     * Returns the credentials of the first provider that holds some.
     *
     * @return the credentials, with the name of their provider
     * @throws ProviderException if no provider holds credentials, or one of them fails
     */
    @Override
    public Credentials provide() {
        CredentialsProvider last = current;
        if (last != null) {
            try {
                return named(last.provide(), last);
            } catch (RuntimeException e) {
                ProviderException failure = ProviderException.from(e);
                if (failure.isConfigured()) {
                    throw ProviderException.ofChain(List.of(new ProviderException.Failure(last.name(), failure)), 0);
                }
                current = null;
            }
        }
        List<ProviderException.Failure> failures = new ArrayList<>();
        for (int i = 0; i < providers.size(); i++) {
            CredentialsProvider provider = providers.get(i);
            ProviderException failure;
            try {
                Credentials credentials = provider.provide();
                if (credentials != null) {
                    current = provider;
                    return named(credentials, provider);
                }
                failure = ProviderException.notConfigured("it provides none");
            } catch (RuntimeException e) {
                failure = ProviderException.from(e);
            }
            failures.add(new ProviderException.Failure(provider.name(), failure));
            if (failure.isConfigured()) {
                throw ProviderException.ofChain(failures, providers.size() - i - 1);
            }
        }
        throw ProviderException.ofChain(failures, 0);
    }

    /** Reports whether a provider waits for nothing, or only in a cache, which ends at the deadline of the call. */
    static boolean isBounded(CredentialsProvider provider) {
        if (provider instanceof ProviderChain) {
            return ((ProviderChain) provider).providers.stream().allMatch(ProviderChain::isBounded);
        }
        return provider instanceof Credentials
                || provider instanceof CachedProvider
                || provider instanceof EnvironmentProvider
                || provider instanceof ProfileProvider
                || provider instanceof IamPasswordProvider
                || provider instanceof MetadataProvider;
    }

    /** Adds the name of the provider to credentials without one. */
    private static Credentials named(Credentials credentials, CredentialsProvider provider) {
        if (credentials.provider().isPresent()) {
            return credentials;
        }
        return credentials.withProviderName(provider.name());
    }

    /**
     * Tells every provider of credentials that the service refused.
     *
     * @param rejected the refused credentials
     */
    @Override
    public void invalidate(Credentials rejected) {
        for (CredentialsProvider provider : providers) {
            provider.invalidate(rejected);
        }
    }

    /** Names the providers. */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        providers.forEach(provider -> names.add(provider.name()));
        return "ProviderChain" + names;
    }
}
