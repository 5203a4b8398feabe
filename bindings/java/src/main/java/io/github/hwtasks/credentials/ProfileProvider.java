package io.github.hwtasks.credentials;

import io.github.hwtasks.Clock;
import io.github.hwtasks.Environment;
import io.github.hwtasks.internal.ProfileFile;
import java.time.Duration;
import java.util.Objects;

/**
 * Provides keys from the credentials file of the official SDKs, {@code ~/.huaweicloud/credentials}:
 *
 * <pre>
 * [basic]
 * ak = AK...
 * sk = SK...
 * security_token = ...
 * project_id = a4d31cb63d724fdc8ec96e3a41e47f71
 * iam_endpoint = https://iam.cn-north-4.myhuaweicloud.com
 * region = cn-north-4
 * </pre>
 *
 * <p>All keys but the first two are optional. {@code HUAWEICLOUD_SDK_CREDENTIALS_FILE} names another file, and
 * {@code HWTASKS_PROFILE} another section than {@code basic}. A client takes the region if no option and no variable
 * sets one.
 *
 * <p>Without the file or the section, the provider holds no credentials. If a variable names them, their absence is an
 * error. An invalid file is an error that names the line. The provider reads the file once, and again when the service
 * refuses its keys. It never writes.
 */
public final class ProfileProvider implements CredentialsProvider {
    private final CachedProvider cached;

    /**
     * Makes a provider for the credentials file of an environment.
     *
     * @param environment the variables and the home directory
     */
    public ProfileProvider(Environment environment) {
        this(environment, Clock.system());
    }

    ProfileProvider(Environment environment, Clock clock) {
        Objects.requireNonNull(environment, "environment");
        // A pipe or a file system may hang.
        this.cached = CachedProvider.builder(new Source(environment))
                .fetchTimeout(Duration.ofSeconds(10))
                .clock(clock)
                .build();
    }

    @Override
    public String name() {
        return cached.name();
    }

    /**
     * Returns the keys of the file.
     *
     * @return the keys
     * @throws ProviderException if there are none, or they are invalid
     */
    @Override
    public Credentials provide() {
        return cached.provide();
    }

    @Override
    public void invalidate(Credentials rejected) {
        cached.invalidate(rejected);
    }

    /** Shows no values. */
    @Override
    public String toString() {
        return "ProfileProvider";
    }

    private static final class Source implements CredentialsProvider {
        private final Environment environment;

        Source(Environment environment) {
            this.environment = environment;
        }

        @Override
        public String name() {
            return "profile file";
        }

        @Override
        public Credentials provide() {
            return ProfileFile.read(environment).credentials();
        }
    }
}
