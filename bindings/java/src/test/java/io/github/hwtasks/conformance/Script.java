package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The other side of paging and waiting: responses, or a script that the emulator plays. */
final class Script implements AutoCloseable {
    static final String INSTANCE = "instance";

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
    private final FakeService service;
    private final Emulator emulator;
    private final HwtasksClient client;

    Script(JsonNode script, String name) {
        if (Json.has(script, "responses")) {
            Json.known(script, "responses");
            service = FakeService.of(FakeService.Reply.all(script.get("responses")));
            emulator = null;
            client = Clients.at(service.url()).clock(clock).build();
            return;
        }
        service = null;
        emulator = Emulator.take();
        try {
            play(script, name);
        } catch (RuntimeException | Error e) {
            emulator.close();
            throw e;
        }
        var variables = emulator.variables();
        client = HwtasksClient.builder()
                .dcsEndpoint(variables.get("HWTASKS_DCS_ENDPOINT"))
                .kafkaEndpoint(variables.get("HWTASKS_KAFKA_ENDPOINT"))
                .projectId(variables.get("HUAWEICLOUD_SDK_PROJECT_ID"))
                // The clock does not show the time of day, so the client does not sign.
                .credentials(Credentials.token(variables.get("HWTASKS_TOKEN")))
                .clock(clock)
                .build();
    }

    private void play(JsonNode script, String name) {
        Json.known(script, "instances", "tasks", "quirks", "progress", "schedule", "faults");
        for (int n = 1; n <= Json.intOf(script, "instances", 0); n++) {
            String id = String.format("case-%03d", n);
            emulator.control(
                    "PUT", "instances/" + name + "/" + id, Json.object().put("name", id));
        }
        for (JsonNode task : tasks(script.get("tasks"))) {
            emulator.control("POST", "tasks/" + name + "/" + INSTANCE, task);
        }
        for (String setting : List.of("quirks", "progress")) {
            if (script.has(setting)) {
                emulator.control("PUT", setting, script.get(setting));
            }
        }
        for (JsonNode change : script.path("schedule")) {
            ObjectNode whole = change.deepCopy();
            emulator.control("POST", "schedule", whole.put("service", name).put("instance_id", INSTANCE));
        }
        for (JsonNode fault : script.path("faults")) {
            emulator.control("POST", "faults", fault);
        }
        emulator.control("DELETE", "requests", null);
    }

    /** The tasks of a script, which may be a number of them. */
    private static List<JsonNode> tasks(JsonNode given) {
        List<JsonNode> tasks = new ArrayList<>();
        if (given != null && given.isArray()) {
            given.forEach(tasks::add);
            return tasks;
        }
        Instant first = Instant.parse("2026-01-01T00:00:00Z");
        for (int n = 0; given != null && n < given.intValue(); n++) {
            String created = first.minus(Duration.ofMinutes(n)).toString().replace("Z", ".000Z");
            tasks.add(Json.object()
                    .put("id", String.format("task-%03d", n + 1))
                    .put("status", "SUCCESS")
                    .put("created_at", created));
        }
        return tasks;
    }

    ManualClock clock() {
        return clock;
    }

    HwtasksClient client() {
        return client;
    }

    int requests() {
        return service == null
                ? emulator.listed("requests").size()
                : service.requests().size();
    }

    /** Fails unless the script was played to its end. */
    void checkPlayed() {
        if (emulator == null) {
            return;
        }
        for (String name : List.of("schedule", "faults")) {
            JsonNode left = emulator.listed(name);
            Check.that(left.isEmpty(), "a part of the " + name + " did not run: " + left);
        }
    }

    @Override
    public void close() {
        client.close();
        if (service == null) {
            emulator.close();
        } else {
            service.close();
        }
    }
}
