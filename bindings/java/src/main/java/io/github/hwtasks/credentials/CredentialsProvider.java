package io.github.hwtasks.credentials;

/**
 * Fetches credentials. A client calls it before each request, from many threads at the same time: wrap one that is slow
 * with {@link CachedProvider}.
 *
 * <p>{@link Credentials} are a provider that provides themselves.
 */
public interface CredentialsProvider {
    /**
     * Returns the name of the provider, for messages.
     *
     * @return the name, such as {@code vault}
     */
    String name();

    /**
     * Returns credentials. A provider that waits honours the interruption of its thread.
     *
     * @return the credentials, not null
     * @throws ProviderException if there are none; any other exception means that they cannot be fetched
     */
    Credentials provide();

    /**
     * Drops credentials that the service refused, if the provider still holds them. The next call of {@link #provide()}
     * fetches others, if there are any. By default this does nothing.
     *
     * @param rejected the refused credentials
     */
    default void invalidate(Credentials rejected) {}
}
