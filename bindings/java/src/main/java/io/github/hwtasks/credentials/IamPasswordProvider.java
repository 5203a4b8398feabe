package io.github.hwtasks.credentials;

import io.github.hwtasks.Clock;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.InvalidInputException;
import io.github.hwtasks.internal.Call;
import io.github.hwtasks.internal.Checks;
import io.github.hwtasks.internal.Endpoint;
import io.github.hwtasks.internal.Errors;
import io.github.hwtasks.internal.HttpSetup;
import io.github.hwtasks.internal.Received;
import io.github.hwtasks.internal.Region;
import io.github.hwtasks.internal.TokenResponse;
import io.github.hwtasks.internal.Transport;
import io.github.hwtasks.internal.json.DecodeFailure;
import io.github.hwtasks.internal.json.Json;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Fetches a token for the name and password of an IAM user.
 *
 * <p>A token is valid for 24 hours, and belongs to a project, whose ID comes with it. The provider caches the token, and
 * refreshes it 30 minutes before it expires, or when the service refuses it. Concurrent calls share one refresh. A
 * password that IAM refuses is not sent again for 5 minutes, because IAM locks a user after several failures.
 *
 * <p>The provider is not part of the official chain. Prefer keys, which can be revoked one by one.
 */
public final class IamPasswordProvider implements CredentialsProvider {
    private static final String OPERATION = "KeystoneCreateUserTokenByPassword";
    /** How long a refused password is not sent again. */
    private static final Duration REJECTED_PASSWORD_HOLD = Duration.ofMinutes(5);

    private final CachedProvider cached;
    private final String user;

    private IamPasswordProvider(Builder builder, Login login) {
        this.user = builder.user;
        this.cached = CachedProvider.builder(login)
                .refreshBeforeExpiry(Duration.ofMinutes(30))
                .clock(builder.clock)
                .build();
    }

    /**
     * Returns a builder. User, password and domain are required, and a region or both an endpoint and a project.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return cached.name();
    }

    /**
     * Returns the token.
     *
     * @return the token, with its expiry and its project
     * @throws ProviderException if IAM issues none
     */
    @Override
    public Credentials provide() {
        return cached.provide();
    }

    @Override
    public void invalidate(Credentials rejected) {
        cached.invalidate(rejected);
    }

    /** Shows the name of the user, and no password. */
    @Override
    public String toString() {
        return "IamPasswordProvider{user: \"" + user + "\"}";
    }

    private static final class Login implements CredentialsProvider {
        private final Builder user;
        private final String endpoint;
        private final Transport transport;

        Login(Builder user, String endpoint, Transport transport) {
            this.user = user;
            this.endpoint = endpoint;
            this.transport = transport;
        }

        @Override
        public String name() {
            return "IAM password";
        }

        @Override
        public Credentials provide() {
            Call call = transport.newCall(OPERATION);
            List<String> headers = List.of("Content-Type", "application/json;charset=utf8");
            Received received;
            try {
                String url = Endpoint.join(endpoint, "/v3/auth/tokens?nocatalog=true");
                received = call.send("POST", url, headers, body().getBytes(StandardCharsets.UTF_8));
                if (received.status() != 201) {
                    throw Errors.status(received, OPERATION);
                }
            } catch (HwtasksException e) {
                ProviderException failure = ProviderException.invalidConfiguration(e.getMessage())
                        .withRetryable(e.isRetryable())
                        .withCause(e);
                throw e.isUnauthorized() ? failure.withHold(REJECTED_PASSWORD_HOLD) : failure;
            }
            return read(received);
        }

        private static Credentials read(Received received) {
            TokenResponse response;
            try {
                response = TokenResponse.read(received);
            } catch (DecodeFailure e) {
                HwtasksException failure = Errors.undecoded(received, e, OPERATION);
                throw ProviderException.invalidConfiguration(failure.getMessage())
                        .withCause(failure);
            }
            if (response.token().isEmpty()) {
                throw ProviderException.invalidConfiguration("the response of IAM has no token in X-Subject-Token");
            }
            if (response.expiry() == null) {
                throw ProviderException.invalidConfiguration("the response of IAM does not say when the token expires");
            }
            Credentials credentials = Credentials.token(response.token())
                    .withExpiry(response.expiry())
                    .withProjectId(response.projectId());
            String flaw = Checks.credentials(credentials);
            if (flaw != null) {
                throw ProviderException.invalidConfiguration("the response of IAM: " + flaw);
            }
            return credentials;
        }

        private String body() {
            StringBuilder text = new StringBuilder(
                    "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":");
            Json.quote(text, user.user);
            text.append(",\"password\":");
            Json.quote(text, user.password);
            text.append(",\"domain\":{\"name\":");
            Json.quote(text, user.domain);
            text.append("}}}},\"scope\":{\"project\":{\"name\":");
            Json.quote(text, user.project);
            return text.append("}}}}").toString();
        }

        @Override
        public String toString() {
            return "Login";
        }
    }

    /** Makes an {@link IamPasswordProvider}. */
    public static final class Builder {
        private final HttpSetup http = new HttpSetup();
        private String user = "";
        private String password = "";
        private String domain = "";
        private String region = "";
        private String project = "";
        private String endpoint = "";
        private Clock clock = Clock.system();

        private Builder() {}

        /**
         * Sets the name of the user.
         *
         * @param name the name
         * @return this builder
         */
        public Builder user(String name) {
            user = Objects.requireNonNull(name, "user");
            return this;
        }

        /**
         * Sets the password of the user.
         *
         * @param given the password
         * @return this builder
         */
        public Builder password(String given) {
            password = Objects.requireNonNull(given, "password");
            return this;
        }

        /**
         * Sets the name of the account of the user.
         *
         * @param name the name of the domain
         * @return this builder
         */
        public Builder domain(String name) {
            domain = Objects.requireNonNull(name, "domain");
            return this;
        }

        /**
         * Sets the region of IAM and of the project.
         *
         * @param id the ID of the region: {@code cn-north-4}
         * @return this builder
         */
        public Builder region(String id) {
            region = Objects.requireNonNull(id, "region");
            return this;
        }

        /**
         * Sets the name of the project of the token. Default: the ID of the region.
         *
         * @param name the name of the project
         * @return this builder
         */
        public Builder project(String name) {
            project = Objects.requireNonNull(name, "project");
            return this;
        }

        /**
         * Sets the endpoint of IAM. Default: that of the region.
         *
         * @param url the endpoint
         * @return this builder
         */
        public Builder endpoint(String url) {
            endpoint = Objects.requireNonNull(url, "endpoint");
            return this;
        }

        /**
         * Sets the clock. Default: that of the system. For tests.
         *
         * @param given the clock
         * @return this builder
         */
        public Builder clock(Clock given) {
            clock = Objects.requireNonNull(given, "clock");
            return this;
        }

        /**
         * Sets the HTTP client, to configure TLS, proxies or connection pools. It must not follow redirects.
         *
         * @param client the client
         * @return this builder
         */
        public Builder httpClient(HttpClient client) {
            http.client(client);
            return this;
        }

        /**
         * Sets the proxy. Default: the system's.
         *
         * @param url the proxy: {@code http://proxy.example:3128}
         * @return this builder
         */
        public Builder proxy(String url) {
            http.proxy(url);
            return this;
        }

        /**
         * Allows plain http to hosts other than loopback, which sends the password in the clear.
         *
         * @return this builder
         */
        public Builder allowPlainHttp() {
            http.allowPlainHttp();
            return this;
        }

        /**
         * Makes the provider. It sends nothing.
         *
         * @return the provider
         * @throws InvalidInputException if a part is missing or invalid
         */
        public IamPasswordProvider build() {
            if (!region.isEmpty()) {
                Region.check(region);
                endpoint = endpoint.isEmpty() ? Region.endpoint(region, "iam") : endpoint;
                project = project.isEmpty() ? region : project;
            }
            require("user name", user);
            require("password", password);
            require("domain name", domain);
            require("endpoint", endpoint);
            require("project", project);
            String base = Endpoint.base(endpoint, http.isPlainHttpAllowed());
            Transport transport = http.transport(clock, Duration.ofSeconds(30), Duration.ofMinutes(1), 1 << 20);
            Builder copy = new Builder();
            copy.user = user;
            copy.password = password;
            copy.domain = domain;
            copy.project = project;
            copy.clock = clock;
            return new IamPasswordProvider(copy, new Login(copy, base, transport));
        }

        private static void require(String what, String value) {
            if (value.isEmpty()) {
                throw Errors.invalidInput("the " + what + " for IAM is not set").build();
            }
        }

        /** Shows nothing of the user. */
        @Override
        public String toString() {
            return "IamPasswordProvider.Builder";
        }
    }
}
