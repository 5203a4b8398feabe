package io.github.hwtasks;

import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import io.github.hwtasks.internal.Checks;
import io.github.hwtasks.internal.Core;
import io.github.hwtasks.internal.Errors;
import io.github.hwtasks.internal.Origin;
import io.github.hwtasks.internal.Setup;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A client of both services. It is safe for concurrent use. Make one for the whole program: its calls share connections,
 * credentials and the project ID.
 *
 * <pre>{@code
 * try (var client = HwtasksClient.fromEnv()) {
 *     for (var task : client.kafka().items(instanceId)) {
 *         System.out.println(task);
 *     }
 * }
 * }</pre>
 *
 * <p>{@link #fromEnv()} reads the configuration of the official SDKs, and {@link #builder()} takes options. Options of a
 * single call are methods of its service, such as {@link KafkaService#withTimeout(Duration)}.
 *
 * <p>The threads of a client are daemon threads, so a client that is never closed does not keep a program from its end.
 */
public final class HwtasksClient implements AutoCloseable {
    private final Core core;
    private final DcsService dcs;
    private final KafkaService kafka;
    private final Setup.Made made;

    private HwtasksClient(Setup.Made made) {
        this.made = made;
        this.core = made.core();
        this.dcs = new DcsService(core);
        this.kafka = new KafkaService(core);
    }

    /**
     * Returns a builder that reads no environment variable, no file and no home directory; only the proxy of the system.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes a client of the environment variables and the home directory of this process, and fetches its credentials and
     * its project ID. A wrong configuration therefore fails here and not in the first call.
     *
     * @return the client
     * @throws HwtasksException as {@link #fromEnv(Environment)} does
     */
    public static HwtasksClient fromEnv() {
        return fromEnv(Environment.system());
    }

    /**
     * Makes a client of the given variables and home directory, and fetches its credentials and its project ID. It is for
     * tests, and for programs that keep their configuration elsewhere. {@link Builder#environment(Environment)} combines
     * it with options. The names are those of the official SDKs where these have one:
     *
     * <ul>
     *   <li>the region: {@code HWTASKS_REGION}, else {@code HW_REGION_NAME}, else that of the credentials file
     *   <li>the endpoints: {@code HWTASKS_DCS_ENDPOINT} and {@code HWTASKS_KAFKA_ENDPOINT}, else
     *       {@code HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4} and {@code HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4}, where
     *       {@code CN_NORTH_4} is the region, else those of the region
     *   <li>the credentials: a token in {@code HWTASKS_TOKEN}, else those of
     *       {@link io.github.hwtasks.credentials.ProviderChain#official(Environment)}
     *   <li>the project ID: {@code HUAWEICLOUD_SDK_PROJECT_ID}, else the one configured with the credentials, else the one
     *       project in IAM with the name of the region
     *   <li>the metadata service: {@code HWTASKS_METADATA_ENDPOINT}, else {@code http://169.254.169.254};
     *       {@code HWTASKS_METADATA_DISABLED=1} turns it off
     *   <li>IAM: {@code HUAWEICLOUD_SDK_IAM_ENDPOINT}, else the one configured with the credentials, else that of the
     *       region
     * </ul>
     *
     * <p>An empty variable counts as unset.
     *
     * @param environment the variables and the home directory
     * @return the client
     * @throws InvalidInputException if a setting is missing or invalid
     * @throws CredentialsException if no provider has usable credentials; the message names every one that was tried
     * @throws HwtasksException if IAM does not tell the project ID
     */
    public static HwtasksClient fromEnv(Environment environment) {
        return builder().environment(environment).build();
    }

    /**
     * Returns the operations of DCS. They need the endpoint of DCS, or the region.
     *
     * @return the service, always the same one
     */
    public DcsService dcs() {
        return dcs;
    }

    /**
     * Returns the operations of DMS for Kafka. They need the endpoint of DMS, or the region.
     *
     * @return the service, always the same one
     */
    public KafkaService kafka() {
        return kafka;
    }

    /**
     * Fetches the credentials and the project ID, unless they are known. {@link #fromEnv()} does this too. Without it, the
     * first call does. It blocks, within the timeout of a call.
     *
     * @throws CredentialsException if no provider has usable credentials
     * @throws HwtasksException if IAM does not tell the project ID
     */
    public void load() {
        core.load();
    }

    /**
     * Returns the credentials, and fetches them if needed. {@link Credentials#provider()} names their source. It blocks,
     * within the timeout of a call.
     *
     * @return the credentials; empty when requests are sent without authorization
     * @throws CredentialsException if no provider has usable credentials
     */
    public Optional<Credentials> credentials() {
        return Optional.ofNullable(core.credentials());
    }

    /**
     * Returns the settings of the client and where each comes from, for diagnostics. It sends nothing.
     *
     * @return the settings as they are now
     */
    public Settings settings() {
        return new Settings(
                new Setting(made.region()), endpoint("dcs"), endpoint("kafka"), new Setting(core.project()));
    }

    private Setting endpoint(String service) {
        return new Setting(made.endpoints().getOrDefault(service, Origin.NONE));
    }

    /**
     * Cancels the calls under way, which end with a {@link CancelledException}. A later call ends with an
     * {@link InvalidInputException}. To close it again does nothing.
     *
     * <p>On Java 21 and later, connections are closed at once. Before 21, {@code java.net.http} cannot close its client:
     * idle connections stay open until the garbage collector takes that client, or the service closes them. An HTTP client,
     * an executor or a credentials provider that was given stays open.
     */
    @Override
    public void close() {
        core.close();
    }

    /** Shows the endpoints and the project ID. */
    @Override
    public String toString() {
        Settings settings = settings();
        return "HwtasksClient{DCS: " + settings.dcsEndpoint() + ", Kafka: " + settings.kafkaEndpoint()
                + ", project ID: " + settings.projectId() + "}";
    }

    /**
     * Makes an {@link HwtasksClient}. It is not thread-safe. Each {@link #build()} makes a client of its own.
     *
     * <p>Settings that several options can contradict, and texts such as URLs, are checked by {@link #build()}.
     * {@link #toString()} shows no setting.
     */
    public static final class Builder {
        private final Setup setup = new Setup();

        private Builder() {}

        /**
         * Takes what no option sets from these variables and this home directory, as {@link #fromEnv(Environment)} does.
         *
         * @param environment the variables and the home directory
         * @return this builder
         */
        public Builder environment(Environment environment) {
            setup.environment = Objects.requireNonNull(environment, "environment");
            return this;
        }

        /**
         * Sets the region by its ID: {@code cn-north-4}. Required, unless the endpoints and the project ID are set.
         *
         * @param id the ID of the region
         * @return this builder
         */
        public Builder region(String id) {
            setup.region = Objects.requireNonNull(id, "region");
            return this;
        }

        /**
         * Sets the endpoint of DCS, such as {@code https://dcs.cn-north-4.myhuaweicloud.com}. Default: that of the region.
         *
         * @param url the endpoint
         * @return this builder
         */
        public Builder dcsEndpoint(String url) {
            setup.endpoints.put("dcs", Objects.requireNonNull(url, "dcsEndpoint"));
            return this;
        }

        /**
         * Sets the endpoint of DMS, such as {@code https://dms.cn-north-4.myhuaweicloud.com}. Default: that of the region.
         *
         * @param url the endpoint
         * @return this builder
         */
        public Builder kafkaEndpoint(String url) {
            setup.endpoints.put("kafka", Objects.requireNonNull(url, "kafkaEndpoint"));
            return this;
        }

        /**
         * Sets the endpoint of IAM, which looks up a missing project ID. Default: that of the region.
         *
         * @param url the endpoint
         * @return this builder
         */
        public Builder iamEndpoint(String url) {
            setup.iam = Objects.requireNonNull(url, "iamEndpoint");
            return this;
        }

        /**
         * Sets the ID of the project of the instances. Default: the one configured with the credentials, or else the
         * project in IAM with the name of the region, which the first call looks up.
         *
         * @param id the ID of the project
         * @return this builder
         */
        public Builder projectId(String id) {
            setup.projectId = Objects.requireNonNull(id, "projectId");
            return this;
        }

        /**
         * Sets the {@link Credentials}, or a provider that fetches them. Required, unless {@link #withoutCredentials()} or
         * {@link #environment(Environment)} is set. After a second refusal (401) of its credentials, all clients of
         * one provider send nothing for five minutes, because more refusals would lock the key.
         *
         * @param provider the credentials, or their provider
         * @return this builder
         */
        public Builder credentials(CredentialsProvider provider) {
            setup.credentials = Objects.requireNonNull(provider, "credentials");
            return this;
        }

        /**
         * Sends requests without authorization, as to a proxy that adds it. Neither variables nor files are then read for
         * credentials.
         *
         * @return this builder
         */
        public Builder withoutCredentials() {
            setup.withoutCredentials = true;
            return this;
        }

        /**
         * Sets how often a call is retried, and with which backoff. Default: {@link RetryPolicy#defaults()}.
         * {@link KafkaService#withRetryPolicy(RetryPolicy)} sets it for single calls.
         *
         * @param policy the policy
         * @return this builder
         */
        public Builder retryPolicy(RetryPolicy policy) {
            setup.retry = Objects.requireNonNull(policy, "retryPolicy");
            return this;
        }

        /**
         * Sets the timeout of connecting. Default: 10 seconds. It does not apply to {@link #httpClient(HttpClient)}.
         *
         * @param timeout the timeout, more than zero
         * @return this builder
         * @throws InvalidInputException if the timeout is not positive
         */
        public Builder connectTimeout(Duration timeout) {
            setup.http.connectTimeout(Checks.timeout("connectTimeout", timeout));
            return this;
        }

        /**
         * Sets the timeout of an attempt, from connecting to the last byte. Default: 30 seconds. An attempt that times out is
         * retried. {@link KafkaService#withAttemptTimeout(Duration)} sets it for single calls.
         *
         * @param timeout the timeout, more than zero
         * @return this builder
         * @throws InvalidInputException if the timeout is not positive
         */
        public Builder attemptTimeout(Duration timeout) {
            setup.attemptTimeout = Checks.timeout("attemptTimeout", timeout);
            return this;
        }

        /**
         * Sets the timeout of a call, with all its attempts and the backoff between them. Default: 120 seconds. It is no
         * limit of a whole list or wait, of which each request is a call. {@link KafkaService#withTimeout(Duration)} sets it
         * for single calls.
         *
         * @param timeout the timeout, more than zero
         * @return this builder
         * @throws InvalidInputException if the timeout is not positive
         */
        public Builder timeout(Duration timeout) {
            setup.timeout = Checks.timeout("timeout", timeout);
            return this;
        }

        /**
         * Sets the maximum size of the body of a response, after decompression. Default: 16 MiB. A larger one is an exception
         * of kind {@link Kind#BODY_TOO_LARGE}.
         *
         * @param bytes the number of bytes, more than zero
         * @return this builder
         * @throws InvalidInputException if the number is not positive
         */
        public Builder bodyLimit(int bytes) {
            if (bytes <= 0) {
                throw Errors.invalidInput("bodyLimit is " + bytes + ", and must be more than zero")
                        .build();
            }
            setup.bodyLimit = bytes;
            return this;
        }

        /**
         * Allows plain http to hosts other than loopback, which sends the token in the clear.
         *
         * @return this builder
         */
        public Builder allowPlainHttp() {
            setup.http.allowPlainHttp();
            return this;
        }

        /**
         * Sets the HTTP client, to configure TLS, proxies or its executor. It must not follow redirects, and it stays open
         * when this client is closed. {@link #connectTimeout(Duration)}, {@link #proxy(String)} and the variables that name
         * proxies do not apply to it.
         *
         * @param client the HTTP client
         * @return this builder
         */
        public Builder httpClient(HttpClient client) {
            setup.http.client(client);
            return this;
        }

        /**
         * Sets the proxy of all requests. Default: that of the properties of Java, such as {@code https.proxyHost}, or
         * else of the variables {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, and none
         * for endpoints on loopback. Requests to the metadata service use no proxy.
         *
         * <p>Two limits come from {@code java.net.http}. It connects to a proxy by plain http alone, so an {@code https://}
         * proxy is refused: by {@link #build()}, or by the first call if a variable names it. Requests to https endpoints
         * are still encrypted from end to end, through a tunnel. And Java sends no user name and password to open a tunnel,
         * unless the program is started with {@code -Djdk.http.auth.tunneling.disabledSchemes=}.
         *
         * @param url the proxy: {@code http://proxy.example:3128}, or {@code http://user:password@proxy.example:3128} with
         *     both percent-encoded
         * @return this builder
         */
        public Builder proxy(String url) {
            setup.http.proxy(url);
            return this;
        }

        /**
         * Sets the end of the {@code User-Agent}, which names hwtasks and its version. Use the name and the version of
         * your program: {@code inventory/1.2}.
         *
         * @param suffix printable ASCII
         * @return this builder
         */
        public Builder userAgentSuffix(String suffix) {
            setup.http.agentSuffix(suffix);
            return this;
        }

        /**
         * Sets the executor of sweeps and of the methods whose name ends in {@code Async}. Its threads are blocked while a
         * call runs, so it must not be bounded below the concurrency of a sweep. It stays open when this client is closed.
         * Default: virtual threads where Java has them, else daemon threads, which end with the client.
         *
         * @param executor the executor
         * @return this builder
         */
        public Builder executor(Executor executor) {
            setup.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Sets the clock. Default: that of the system. For tests.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            setup.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Makes the client. Without {@link #environment(Environment)} it sends nothing.
         *
         * @return the client
         * @throws InvalidInputException if a setting is missing or invalid
         * @throws HwtasksException with an environment, as {@link HwtasksClient#fromEnv(Environment)} does
         */
        public HwtasksClient build() {
            return new HwtasksClient(setup.run());
        }

        /** Shows no setting. */
        @Override
        public String toString() {
            return "HwtasksClient.Builder";
        }
    }
}
