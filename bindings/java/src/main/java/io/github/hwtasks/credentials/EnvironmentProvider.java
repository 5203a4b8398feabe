package io.github.hwtasks.credentials;

import io.github.hwtasks.Environment;
import io.github.hwtasks.internal.Checks;
import java.util.Objects;

/**
 * Provides keys from the variables of the official SDKs: {@code HUAWEICLOUD_SDK_AK} and {@code HUAWEICLOUD_SDK_SK}, and
 * where they are set {@code HUAWEICLOUD_SDK_SECURITY_TOKEN} and {@code HUAWEICLOUD_SDK_PROJECT_ID}.
 *
 * <p>An empty variable counts as unset. A key without its secret, or a secret without its key, is an error, so that a
 * typo does not select other credentials.
 */
public final class EnvironmentProvider implements CredentialsProvider {
    private static final String ACCESS_KEY = "HUAWEICLOUD_SDK_AK";
    private static final String SECRET_KEY = "HUAWEICLOUD_SDK_SK";
    private static final String SECURITY_TOKEN = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
    private static final String PROJECT_ID = "HUAWEICLOUD_SDK_PROJECT_ID";

    private final Environment environment;

    /**
     * Makes a provider that reads the variables at each call.
     *
     * @param environment the variables
     */
    public EnvironmentProvider(Environment environment) {
        this.environment = Objects.requireNonNull(environment, "environment");
    }

    @Override
    public String name() {
        return "environment";
    }

    /**
     * Returns the keys.
     *
     * @return the keys
     * @throws ProviderException if they are not set, or invalid
     */
    @Override
    public Credentials provide() {
        String access = environment.get(ACCESS_KEY);
        String secret = environment.get(SECRET_KEY);
        String token = environment.get(SECURITY_TOKEN);
        String project = environment.get(PROJECT_ID);
        if (access.isEmpty() && secret.isEmpty()) {
            throw ProviderException.notConfigured(ACCESS_KEY + " and " + SECRET_KEY + " are not set");
        }
        if (secret.isEmpty()) {
            throw half(ACCESS_KEY, SECRET_KEY);
        }
        if (access.isEmpty()) {
            throw half(SECRET_KEY, ACCESS_KEY);
        }
        check(Checks.value("access key in " + ACCESS_KEY, access));
        check(Checks.value("secret key in " + SECRET_KEY, secret));
        check(Checks.value("security token in " + SECURITY_TOKEN, token));
        Credentials keys = Credentials.keys(access, secret).withProviderName(ACCESS_KEY + " and " + SECRET_KEY);
        if (!token.isEmpty()) {
            keys = keys.withSecurityToken(token);
        }
        if (!project.isEmpty()) {
            check(Checks.project("project ID in " + PROJECT_ID, project));
            keys = keys.withProjectId(project);
        }
        return keys;
    }

    private static void check(String flaw) {
        if (flaw != null) {
            throw ProviderException.invalidConfiguration(flaw);
        }
    }

    private static ProviderException half(String set, String missing) {
        return ProviderException.invalidConfiguration(set + " is set and " + missing + " is not")
                .withHelp("set both, or neither");
    }

    /** Shows no values. */
    @Override
    public String toString() {
        return "EnvironmentProvider";
    }
}
