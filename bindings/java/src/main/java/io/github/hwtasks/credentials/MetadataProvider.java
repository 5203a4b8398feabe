package io.github.hwtasks.credentials;

import io.github.hwtasks.Clock;
import io.github.hwtasks.Environment;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.internal.Checks;
import io.github.hwtasks.internal.Endpoint;
import io.github.hwtasks.internal.HttpSetup;
import io.github.hwtasks.internal.MetadataKeys;
import io.github.hwtasks.internal.Received;
import io.github.hwtasks.internal.Transport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Fetches temporary keys from the metadata service of an Elastic Cloud Server (ECS) with an agency.
 *
 * <p>The provider first requests a token of the second version of the service. If the service issues none, it requests
 * the keys without a token. The timeout of an attempt is 3 seconds. The provider caches the keys, and refreshes them 40
 * minutes before they expire. It follows no redirects, and uses no proxy.
 */
public final class MetadataProvider implements CredentialsProvider {
    private static final String URL = "http://169.254.169.254";
    private static final String ENDPOINT_VARIABLE = "HWTASKS_METADATA_ENDPOINT";
    private static final String DISABLED_VARIABLE = "HWTASKS_METADATA_DISABLED";
    /** The requested lifetime of a token of the second version of the service, in seconds. */
    private static final String TOKEN_LIFE = "21600";

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(3);
    /** How long the absence of a metadata service is cached. */
    private static final Duration ABSENCE_HOLD = Duration.ofMinutes(1);

    private final CredentialsProvider source;

    private MetadataProvider(CredentialsProvider source) {
        this.source = source;
    }

    /**
     * Returns a provider for the metadata service of this machine.
     *
     * @return the provider
     */
    public static MetadataProvider create() {
        return at(URL);
    }

    /**
     * Returns a provider for the metadata service at a URL.
     *
     * @param url the URL, without a path
     * @return the provider
     */
    public static MetadataProvider at(String url) {
        return at(Objects.requireNonNull(url, "url"), Clock.system());
    }

    private static MetadataProvider at(String url, Clock clock) {
        return new MetadataProvider(CachedProvider.builder(new Service(url, clock))
                .refreshBeforeExpiry(Duration.ofMinutes(40))
                .clock(clock)
                .build());
    }

    /** Returns the provider of an environment, which may turn it off. */
    static MetadataProvider from(Environment environment, Clock clock) {
        switch (environment.get(DISABLED_VARIABLE).toLowerCase(Locale.ROOT)) {
            case "", "0", "false":
                // A variable that is no URL fails when it is used.
                String url = environment.get(ENDPOINT_VARIABLE);
                return at(url.isEmpty() ? URL : url, clock);
            case "1", "true":
                return new MetadataProvider(
                        new Off(ProviderException.notConfigured("turned off by " + DISABLED_VARIABLE)));
            default:
                return new MetadataProvider(
                        new Off(ProviderException.invalidConfiguration(DISABLED_VARIABLE + " is neither 1 nor 0")));
        }
    }

    @Override
    public String name() {
        return "metadata service";
    }

    /**
     * Returns the keys.
     *
     * @return the keys, with their expiry
     * @throws ProviderException if there is no metadata service, or it issues none
     */
    @Override
    public Credentials provide() {
        return source.provide();
    }

    @Override
    public void invalidate(Credentials rejected) {
        source.invalidate(rejected);
    }

    /** Shows no keys. */
    @Override
    public String toString() {
        return "MetadataProvider";
    }

    /** Stands for the metadata service where it must not be used. */
    private record Off(ProviderException why) implements CredentialsProvider {
        @Override
        public String name() {
            return "metadata service";
        }

        @Override
        public Credentials provide() {
            throw why;
        }
    }

    private static final class Service implements CredentialsProvider {
        private final String url;
        private final Clock clock;
        private volatile Transport transport;

        Service(String url, Clock clock) {
            this.url = url;
            this.clock = clock;
        }

        @Override
        public String name() {
            return "metadata service";
        }

        @Override
        public Credentials provide() {
            String base;
            try {
                base = Endpoint.base(url, true);
            } catch (HwtasksException e) {
                throw failed(e);
            }
            String token = token(base);
            List<String> headers = token.isEmpty() ? List.of() : List.of("X-Metadata-Token", token);
            Received received;
            try {
                received = transport()
                        .newCall("GetSecurityKey")
                        .send("GET", Endpoint.join(base, "/openstack/latest/securitykey"), headers, null);
            } catch (HwtasksException e) {
                throw failed(e);
            }
            int status = received.status();
            if (status == 200) {
                return read(received);
            }
            if (status == 404) {
                throw ProviderException.notConfigured("this machine has no agency, so there are no keys for it")
                        .withHold(ABSENCE_HOLD);
            }
            if ((status == 401 || status == 403) && token.isEmpty()) {
                throw ProviderException.invalidConfiguration("it returned " + status
                        + " without a token, and issued no token: allow this machine or container to use the metadata"
                        + " service");
            }
            throw ProviderException.invalidConfiguration("it returned " + status);
        }

        /** Returns a token of the second version of the service; empty if it issues none. */
        private String token(String base) {
            Received received;
            try {
                // Without retries: most machines have no metadata service.
                received = transport()
                        .newCall("GetMetadataToken", RetryPolicy.disabled())
                        .send(
                                "PUT",
                                Endpoint.join(base, "/meta-data/latest/api/token"),
                                List.of("X-Metadata-Token-Ttl-Seconds", TOKEN_LIFE),
                                null);
            } catch (HwtasksException e) {
                if (e.isTimeout() && !e.isConnectionError()) {
                    // The hop limit of the response may not reach a container; the keys come without a token.
                    return "";
                }
                throw ProviderException.notConfigured("not reachable at " + url + ": " + e.getMessage())
                        .withRetryable(e.isRetryable())
                        .withCause(e)
                        .withHold(ABSENCE_HOLD);
            }
            String text = new String(received.body(), StandardCharsets.UTF_8);
            String token = (text.startsWith("\ufeff") ? text.substring(1) : text).strip();
            boolean isOdd = token.chars().anyMatch(c -> c <= ' ' || c > '~');
            return received.status() != 200 || isOdd ? "" : token;
        }

        private Transport transport() {
            Transport made = transport;
            if (made == null) {
                made = HttpSetup.direct(clock, ATTEMPT_TIMEOUT, Duration.ofSeconds(15), 64 * 1024);
                transport = made;
            }
            return made;
        }

        private static Credentials read(Received received) {
            MetadataKeys keys = MetadataKeys.read(received.body());
            if (keys.flaw() != null) {
                throw ProviderException.invalidConfiguration(keys.flaw());
            }
            Credentials credentials = Credentials.keys(keys.access(), keys.secret())
                    .withSecurityToken(keys.securityToken())
                    .withExpiry(keys.expiry());
            String flaw = Checks.credentials(credentials);
            if (flaw != null) {
                throw ProviderException.invalidConfiguration("its response: " + flaw);
            }
            return credentials;
        }

        private static ProviderException failed(HwtasksException e) {
            return ProviderException.invalidConfiguration(e.getMessage())
                    .withRetryable(e.isRetryable())
                    .withCause(e);
        }

        @Override
        public String toString() {
            return "Service";
        }
    }
}
