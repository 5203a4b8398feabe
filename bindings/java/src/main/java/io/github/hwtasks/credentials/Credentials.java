package io.github.hwtasks.credentials;

import io.github.hwtasks.internal.Access;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * An access key with its secret key, or an IAM token. They are immutable, and {@link #toString()} shows no secret.
 *
 * <p>Credentials are a {@link CredentialsProvider} that provides themselves. A client checks them when it is built.
 */
public final class Credentials implements CredentialsProvider {
    static {
        Access.register(new Access.Secrets() {
            @Override
            protected String secretKey(Credentials credentials) {
                return credentials.secretKey;
            }

            @Override
            protected String securityToken(Credentials credentials) {
                return credentials.securityToken;
            }

            @Override
            protected String token(Credentials credentials) {
                return credentials.token;
            }

            @Override
            protected boolean isBounded(CredentialsProvider provider) {
                return ProviderChain.isBounded(provider);
            }
        });
    }

    private String accessKey;
    private String secretKey;
    private String securityToken;
    private String token;
    private String projectId;
    private String iamEndpoint;
    private Instant expiry;
    private String provider;

    private Credentials() {}

    private Credentials(Credentials other) {
        accessKey = other.accessKey;
        secretKey = other.secretKey;
        securityToken = other.securityToken;
        token = other.token;
        projectId = other.projectId;
        iamEndpoint = other.iamEndpoint;
        expiry = other.expiry;
        provider = other.provider;
    }

    /**
     * Returns an access key (AK) and its secret key (SK).
     *
     * @param accessKey the access key
     * @param secretKey the secret key
     * @return the credentials
     */
    public static Credentials keys(String accessKey, String secretKey) {
        Credentials made = new Credentials();
        made.accessKey = Objects.requireNonNull(accessKey, "accessKey");
        made.secretKey = Objects.requireNonNull(secretKey, "secretKey");
        return made;
    }

    /**
     * Returns an IAM token, which is sent as {@code X-Auth-Token}. A token is valid for 24 hours.
     *
     * @param token the token
     * @return the credentials
     */
    public static Credentials token(String token) {
        Credentials made = new Credentials();
        made.token = Objects.requireNonNull(token, "token");
        return made;
    }

    /**
     * Returns a copy with the security token of temporary keys.
     *
     * @param given the security token
     * @return the copy
     */
    public Credentials withSecurityToken(String given) {
        Credentials copy = new Credentials(this);
        copy.securityToken = Objects.requireNonNull(given, "securityToken");
        return copy;
    }

    /**
     * Returns a copy with the project that belongs to the credentials.
     *
     * @param id the ID of the project
     * @return the copy
     */
    public Credentials withProjectId(String id) {
        Credentials copy = new Credentials(this);
        copy.projectId = Objects.requireNonNull(id, "projectId");
        return copy;
    }

    /**
     * Returns a copy with the endpoint of IAM that belongs to the credentials.
     *
     * @param url the endpoint
     * @return the copy
     */
    public Credentials withIamEndpoint(String url) {
        Credentials copy = new Credentials(this);
        copy.iamEndpoint = Objects.requireNonNull(url, "iamEndpoint");
        return copy;
    }

    /**
     * Returns a copy with the time at which the credentials expire.
     *
     * @param time the time
     * @return the copy
     */
    public Credentials withExpiry(Instant time) {
        Credentials copy = new Credentials(this);
        copy.expiry = Objects.requireNonNull(time, "expiry");
        return copy;
    }

    /**
     * Returns a copy with the name of the provider, for messages.
     *
     * @param name the name
     * @return the copy
     */
    public Credentials withProviderName(String name) {
        Credentials copy = new Credentials(this);
        copy.provider = Objects.requireNonNull(name, "provider");
        return copy;
    }

    /**
     * Returns the access key, which is an identifier and no secret.
     *
     * @return the access key; empty for a token
     */
    public Optional<String> accessKey() {
        return Optional.ofNullable(accessKey);
    }

    /**
     * Tells whether the credentials are a token.
     *
     * @return whether they are
     */
    public boolean isToken() {
        return token != null;
    }

    /**
     * Returns the ID of the project that belongs to the credentials.
     *
     * @return the ID; empty if none is known
     */
    public Optional<String> projectId() {
        return Optional.ofNullable(projectId).filter(id -> !id.isEmpty());
    }

    /**
     * Returns the endpoint of IAM that belongs to the credentials.
     *
     * @return the endpoint; empty if none is known
     */
    public Optional<String> iamEndpoint() {
        return Optional.ofNullable(iamEndpoint).filter(url -> !url.isEmpty());
    }

    /**
     * Returns when the credentials expire.
     *
     * @return the time; empty if that is not known
     */
    public Optional<Instant> expiry() {
        return Optional.ofNullable(expiry);
    }

    /**
     * Returns the name of the provider that fetched the credentials.
     *
     * @return the name; empty if they were given
     */
    public Optional<String> provider() {
        return Optional.ofNullable(provider);
    }

    /**
     * Tells whether the secrets are equal, whatever else is known of them.
     *
     * @param other other credentials; may be null
     * @return whether they are equal
     */
    public boolean isSame(Credentials other) {
        return other != null
                && Objects.equals(accessKey, other.accessKey)
                && Objects.equals(secretKey, other.secretKey)
                && Objects.equals(securityToken, other.securityToken)
                && Objects.equals(token, other.token);
    }

    /**
     * Tells whether the credentials have expired at a time.
     *
     * @param now the time
     * @return whether they have; false if their expiry is not known
     */
    public boolean isExpired(Instant now) {
        return expiry != null && !expiry.isAfter(now);
    }

    @Override
    public String name() {
        return isToken() ? "given token" : "given keys";
    }

    @Override
    public Credentials provide() {
        return this;
    }

    /** Shows what is no secret. */
    @Override
    public String toString() {
        String kind = isToken() ? "token" : "access key: \"" + accessKey + '"';
        return "Credentials{" + kind + ", provider: \"" + Objects.toString(provider, "") + "\", project ID: \""
                + Objects.toString(projectId, "") + "\"}";
    }
}
