package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hwtasks.Environment;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Setting;
import io.github.hwtasks.Settings;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import io.github.hwtasks.credentials.IamPasswordProvider;
import io.github.hwtasks.testing.ManualClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs the cases of configuration.json. */
final class ConfigurationCases {
    /** The values of the placeholders of a case. */
    private record Places(Path home, String iam, String metadata) {
        String fill(String text) {
            return text == null
                    ? null
                    : text.replace("{home}", home.toString())
                            .replace("{iam}", iam)
                            .replace("{metadata}", metadata);
        }

        String normal(String text) {
            return text.replace(home.toString(), "{home}").replace(iam, "{iam}").replace(metadata, "{metadata}");
        }
    }

    private ConfigurationCases() {}

    static void configuration(JsonNode one) {
        JsonNode expect = one.get("expect");
        Json.known(
                expect,
                "region",
                "dcs_endpoint",
                "kafka_endpoint",
                "project_id",
                "credentials",
                "error",
                "iam",
                "metadata");
        Path home = temporary();
        try (FakeService iam = fake(one.get("iam"));
                FakeService metadata = fake(one.get("metadata"))) {
            Places places = new Places(home, url(iam), url(metadata));
            for (var file : Json.members(one.get("files"))) {
                Path path = home.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, places.fill(file.getValue().textValue()));
            }
            HwtasksException error = null;
            try (HwtasksClient client = configured(one, places)) {
                client.load();
                Optional<Credentials> credentials = client.credentials();
                if (!Json.has(expect, "error")) {
                    checkSettings(client.settings(), expect, places);
                    JsonNode account =
                            credentials.map(found -> account(found, places)).orElse(null);
                    Check.equal("the account", account, expect.get("credentials"));
                }
                Check.noSecret(client, client.settings(), credentials);
            } catch (HwtasksException e) {
                error = e;
            }
            checkReceived("IAM", iam, expect.get("iam"));
            checkReceived("the metadata service", metadata, expect.get("metadata"));
            if (Json.has(expect, "error")) {
                checkError(error, expect.get("error"), places);
            } else if (error != null) {
                throw error;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(home);
        }
    }

    /** A service with these responses; null where there are none and nobody listens. */
    private static FakeService fake(JsonNode responses) {
        return responses == null ? null : FakeService.of(FakeService.Reply.all(responses));
    }

    private static String url(FakeService service) {
        return service == null ? FakeService.nobodyListens() : service.url();
    }

    private static void checkSettings(Settings settings, JsonNode expect, Places places) {
        Map<String, Setting> all = Map.of(
                "region", settings.region(),
                "dcs_endpoint", settings.dcsEndpoint(),
                "kafka_endpoint", settings.kafkaEndpoint(),
                "project_id", settings.projectId());
        all.forEach((name, setting) -> {
            ObjectNode found = setting.value()
                    .map(value -> Json.object()
                            .put("value", places.normal(value))
                            .put("origin", places.normal(setting.origin().orElse(""))))
                    .orElse(null);
            Check.equal("the " + name, found, expect.get(name));
        });
    }

    private static void checkError(HwtasksException e, JsonNode expected, Places places) {
        Check.that(e != null, "there is no error");
        Check.equal("the kind", e.kind().value(), expected.get("kind"));
        String message = places.normal(e.getMessage());
        for (JsonNode name : expected.get("names")) {
            Check.that(message.contains(name.textValue()), "\"" + message + "\" does not name " + name);
        }
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        Check.noSecret(e, trace);
    }

    /** Credentials as the corpus writes them. */
    private static JsonNode account(Credentials credentials, Places places) {
        ObjectNode account = Json.object().put("kind", credentials.isToken() ? "token" : "keys");
        credentials.accessKey().ifPresent(key -> account.put("access_key", key));
        credentials.provider().ifPresent(name -> account.put("provider", places.normal(name)));
        return account;
    }

    private static HwtasksClient configured(JsonNode one, Places places) {
        JsonNode given = one.get("client");
        Json.known(
                given,
                "region",
                "dcs_endpoint",
                "kafka_endpoint",
                "iam_endpoint",
                "project_id",
                "credentials",
                "without_credentials");
        ManualClock clock = new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
        HwtasksClient.Builder builder = HwtasksClient.builder().clock(clock);
        for (var member : Json.members(given)) {
            String text = places.fill(member.getValue().textValue());
            switch (member.getKey()) {
                case "region" -> builder.region(text);
                case "dcs_endpoint" -> builder.dcsEndpoint(text);
                case "kafka_endpoint" -> builder.kafkaEndpoint(text);
                case "iam_endpoint" -> builder.iamEndpoint(text);
                case "project_id" -> builder.projectId(text);
                case "credentials" -> builder.credentials(provider(member.getValue(), places, clock));
                default -> builder.withoutCredentials();
            }
        }
        if (one.has("environment")) {
            Map<String, String> variables = new HashMap<>();
            variables.put("HWTASKS_METADATA_ENDPOINT", places.metadata());
            for (var variable : Json.members(one.get("environment"))) {
                variables.put(variable.getKey(), places.fill(variable.getValue().textValue()));
            }
            builder.environment(Environment.of(variables, places.home()));
        }
        return builder.build();
    }

    private static CredentialsProvider provider(JsonNode account, Places places, ManualClock clock) {
        if (account.has("user")) {
            Json.known(account, "user", "password", "domain", "region", "endpoint");
            IamPasswordProvider.Builder builder = IamPasswordProvider.builder()
                    .user(Json.textOf(account, "user"))
                    .password(Json.textOf(account, "password"))
                    .domain(Json.textOf(account, "domain"))
                    .clock(clock);
            if (Json.has(account, "region")) {
                builder.region(Json.textOf(account, "region"));
            }
            if (Json.has(account, "endpoint")) {
                builder.endpoint(places.fill(Json.textOf(account, "endpoint")));
            }
            return builder.build();
        }
        ObjectNode rest = account.deepCopy();
        JsonNode project = rest.remove("project_id");
        Credentials credentials = Clients.credentials(rest);
        return project == null ? credentials : credentials.withProjectId(project.textValue());
    }

    /** Compares the requests that a fake service received. */
    private static void checkReceived(String who, FakeService service, JsonNode expected) {
        if (expected == null || service == null) {
            Check.that(expected == null || expected.isEmpty(), who + " has no responses");
            return;
        }
        List<FakeService.Request> requests = service.requests();
        List<String> found = requests.stream()
                .map(request -> request.method() + " " + request.target())
                .toList();
        List<String> wanted = Stream.of(Json.MAPPER.convertValue(expected, JsonNode[].class))
                .map(sent -> Json.textOf(sent, "method") + " " + Json.textOf(sent, "target"))
                .toList();
        Check.that(found.equals(wanted), who + " received " + found + " and not " + wanted);
        for (int i = 0; i < requests.size(); i++) {
            Check.headers(requests.get(i), expected.get(i));
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("hwtasks");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
