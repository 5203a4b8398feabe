package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.DcsService;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.KafkaService;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes clients with the settings of a case. */
final class Clients {
    /** A provider that fetches these in turn, and the last again and again. */
    static final class Generations implements CredentialsProvider {
        private final List<Credentials> all = new ArrayList<>();
        private final AtomicInteger fetches = new AtomicInteger();

        int fetches() {
            return fetches.get();
        }

        @Override
        public String name() {
            return "generations";
        }

        @Override
        public Credentials provide() {
            return all.get(Math.min(fetches.incrementAndGet(), all.size()) - 1);
        }
    }

    /** The settings that a client has for all calls, and a service for one; null where the case leaves it to the client. */
    private record CallOptions(Duration timeout, Duration attemptTimeout, RetryPolicy policy) {
        static CallOptions of(JsonNode given) {
            RetryPolicy.Builder policy = RetryPolicy.builder();
            Duration timeout = null;
            Duration attemptTimeout = null;
            for (var member : Json.members(given)) {
                JsonNode value = member.getValue();
                switch (member.getKey()) {
                    case "max_attempts" -> policy.maxAttempts(value.intValue());
                    case "initial_backoff_ms" -> policy.initialBackoff(Json.millis(value));
                    case "max_backoff_ms" -> policy.maxBackoff(Json.millis(value));
                    case "timeout_ms" -> timeout = Json.millis(value);
                    case "attempt_timeout_ms" -> attemptTimeout = Json.millis(value);
                    default -> {}
                }
            }
            return new CallOptions(timeout, attemptTimeout, policy.build());
        }
    }

    /** The settings of a case that are options of a call too. */
    private static final Set<String> OF_A_CALL =
            Set.of("max_attempts", "initial_backoff_ms", "max_backoff_ms", "timeout_ms", "attempt_timeout_ms");

    private Clients() {}

    /** Reports whether the settings of a case can be given with the call. */
    static boolean hasCallOptions(JsonNode given) {
        return Json.members(given).stream().anyMatch(member -> OF_A_CALL.contains(member.getKey()));
    }

    /** The service with the options of the calls of a case. */
    static DcsService dcs(HwtasksClient client, JsonNode given) {
        CallOptions options = CallOptions.of(given);
        DcsService service = client.dcs().withRetryPolicy(options.policy());
        service = options.timeout() == null ? service : service.withTimeout(options.timeout());
        return options.attemptTimeout() == null ? service : service.withAttemptTimeout(options.attemptTimeout());
    }

    /** The service with the options of the calls of a case. */
    static KafkaService kafka(HwtasksClient client, JsonNode given) {
        CallOptions options = CallOptions.of(given);
        KafkaService service = client.kafka().withRetryPolicy(options.policy());
        service = options.timeout() == null ? service : service.withTimeout(options.timeout());
        return options.attemptTimeout() == null ? service : service.withAttemptTimeout(options.attemptTimeout());
    }

    /** A builder for a fake service, with a token. */
    static HwtasksClient.Builder at(String url) {
        return HwtasksClient.builder()
                .dcsEndpoint(url)
                .kafkaEndpoint(url)
                .projectId("project")
                .credentials(Credentials.token("token"));
    }

    /** Credentials as the corpus writes them; null for none. */
    static Credentials credentials(JsonNode given) {
        if (given == null || given.isNull()) {
            return null;
        }
        Json.known(given, "token", "ak", "sk", "security_token");
        if (Json.has(given, "token")) {
            return Credentials.token(given.get("token").textValue());
        }
        Credentials keys = Credentials.keys(Json.textOf(given, "ak"), Json.textOf(given, "sk"));
        return Json.has(given, "security_token")
                ? keys.withSecurityToken(given.get("security_token").textValue())
                : keys;
    }

    /** The provider of the settings; null if they have none. */
    static Generations provider(JsonNode given) {
        if (!Json.has(given, "credentials") || !given.get("credentials").has("provider")) {
            return null;
        }
        Generations made = new Generations();
        given.get("credentials").get("provider").forEach(one -> made.all.add(credentials(one)));
        return made;
    }

    /** Sets what the settings of a case have, but for its endpoints, its clock and its provider. */
    static HwtasksClient.Builder set(HwtasksClient.Builder builder, JsonNode given) {
        CallOptions options = CallOptions.of(given);
        if (options.timeout() != null) {
            builder.timeout(options.timeout());
        }
        if (options.attemptTimeout() != null) {
            builder.attemptTimeout(options.attemptTimeout());
        }
        return setOthers(builder.retryPolicy(options.policy()), given);
    }

    /** Sets what {@link #set} does, but for the options of a call. */
    static HwtasksClient.Builder setOthers(HwtasksClient.Builder builder, JsonNode given) {
        Json.known(
                given,
                "dcs_endpoint",
                "kafka_endpoint",
                "project_id",
                "credentials",
                "now",
                "max_attempts",
                "initial_backoff_ms",
                "max_backoff_ms",
                "timeout_ms",
                "attempt_timeout_ms",
                "body_limit");
        for (var member : Json.members(given)) {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "body_limit" -> builder.bodyLimit(value.intValue());
                case "credentials" -> {
                    if (value.isNull()) {
                        builder.withoutCredentials();
                    } else if (!value.has("provider")) {
                        builder.credentials(credentials(value));
                    }
                }
                default -> {}
            }
        }
        return builder;
    }
}
