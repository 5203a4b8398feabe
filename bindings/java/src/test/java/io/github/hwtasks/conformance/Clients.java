package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import java.util.ArrayList;
import java.util.List;
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

    private Clients() {}

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
        RetryPolicy.Builder policy = RetryPolicy.builder();
        for (var member : Json.members(given)) {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "max_attempts" -> policy.maxAttempts(value.intValue());
                case "initial_backoff_ms" -> policy.initialBackoff(Json.millis(value));
                case "max_backoff_ms" -> policy.maxBackoff(Json.millis(value));
                case "timeout_ms" -> builder.timeout(Json.millis(value));
                case "attempt_timeout_ms" -> builder.attemptTimeout(Json.millis(value));
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
        return builder.retryPolicy(policy.build());
    }
}
