package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.WaitOptions;
import io.github.hwtasks.model.TaskName;
import io.github.hwtasks.model.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs the cases of waiting.json. */
final class WaitingCases {
    private WaitingCases() {}

    static void waiting(JsonNode one, String service) {
        JsonNode given = one.get("wait");
        JsonNode expect = one.get("expect");
        Json.known(
                given,
                "services",
                "instance_id",
                "task_id",
                "name",
                "since",
                "initial_interval_ms",
                "max_interval_ms",
                "timeout_ms",
                "not_found_grace_ms");
        Json.known(expect, "task", "states", "error", "waits_ms", "requests");
        try (Script script = new Script(one.get("script"), service)) {
            List<String> states = new ArrayList<>();
            Calls.Outcome got = waitFor(script.client(), service, given, states);
            if (Json.has(expect, "task")) {
                checkTask(got.success(), expect.get("task"));
            } else {
                JsonNode expected = expect.get("error");
                Normal.checkError(got.error(), expected);
                Optional<?> last = got.error().task();
                if (Json.has(expected, "task")) {
                    checkTask(last.orElse(null), expected.get("task"));
                } else {
                    Check.that(last.isEmpty(), "the error has the task " + last);
                }
            }
            if (expect.has("states")) {
                Check.equal("the list of states", Json.texts(states), expect.get("states"));
            }
            Check.waits(script.clock().sleeps(), expect.get("waits_ms"));
            if (expect.has("requests")) {
                Check.equal("the number of requests", script.requests(), expect.get("requests"));
            }
            script.checkPlayed();
        }
    }

    private static void checkTask(Object task, JsonNode wanted) {
        Check.that(task != null, "there is no task, and expected " + wanted);
        JsonNode found = Normal.of(task);
        for (var member : wanted.properties()) {
            Check.equal("the " + member.getKey(), found.get(member.getKey()), member.getValue());
        }
    }

    private static Calls.Outcome waitFor(HwtasksClient client, String service, JsonNode given, List<String> states) {
        String id = Json.textOf(given, "instance_id");
        String task = Json.textOf(given, "task_id");
        WaitOptions options = options(given);
        if (Json.has(given, "name")) {
            TaskName name = TaskName.of(Json.textOf(given, "name"));
            Instant since = Json.moment(Json.textOf(given, "since"));
            return Calls.outcome(() -> service.equals("dcs")
                    ? client.dcs().waitForName(id, name, since, options, seen -> add(states, seen.status()))
                    : client.kafka().waitForName(id, name, since, options, seen -> add(states, seen.status())));
        }
        return Calls.outcome(() -> service.equals("dcs")
                ? client.dcs().waitFor(id, task, options, seen -> add(states, seen.status()))
                : client.kafka().waitFor(id, task, options, seen -> add(states, seen.status())));
    }

    private static void add(List<String> states, Optional<TaskStatus> status) {
        states.add(status.map(TaskStatus::value).orElse(null));
    }

    private static WaitOptions options(JsonNode given) {
        WaitOptions.Builder options = WaitOptions.builder();
        if (Json.has(given, "timeout_ms")) {
            options.timeout(Json.millis(given.get("timeout_ms")));
        }
        if (Json.has(given, "initial_interval_ms")) {
            options.initialInterval(Json.millis(given.get("initial_interval_ms")));
        }
        if (Json.has(given, "max_interval_ms")) {
            options.maxInterval(Json.millis(given.get("max_interval_ms")));
        }
        if (Json.has(given, "not_found_grace_ms")) {
            options.notFoundGrace(Json.millis(given.get("not_found_grace_ms")));
        }
        return options.build();
    }
}
