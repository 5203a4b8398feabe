package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hwtasks.Environment;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.testing.ManualClock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the cases of faults.json. */
final class FaultCases {
    static final List<String> OPERATIONS = List.of("ListDcsTasksV1", "ListDcsTasks", "ListKafkaTasks", "ShowKafkaTask");

    private FaultCases() {}

    static void fault(JsonNode one, String operation) {
        JsonNode expect = one.get("expect");
        Json.known(expect, "attempts", "error");
        JsonNode call = Json.object()
                .put("operation", operation)
                .put("instance_id", "5560df16-cebf-4473-95c4-d1b573c16e79")
                .put("task_id", "8abfa7b272adc5b40172b73130065ae7");
        try (Emulator emulator = Emulator.take();
                HwtasksClient plain = client(emulator, null);
                HwtasksClient client = client(emulator, one.get("client"))) {
            Calls.Outcome whole = Calls.make(plain, call);
            whole.success();
            emulator.control("DELETE", "requests", null);
            ObjectNode fault = one.get("fault").deepCopy();
            emulator.control("POST", "faults", fault.put("operation", operation));
            Calls.Outcome got = Calls.make(client, call);
            if (Json.has(expect, "error")) {
                HwtasksException e = got.error();
                Check.that(e != null, "no error");
                ObjectNode found = Json.object();
                found.put("kind", e.kind().value()).set("is", Normal.predicates(e));
                if (e.status() != 0) {
                    found.put("status", e.status());
                }
                Check.equal("the error (" + e.getMessage() + ")", found, expect.get("error"));
                Check.equal("the number of attempts", e.attempts(), expect.get("attempts"));
                if (e.isTimeout()) {
                    return;
                }
            } else {
                got.success();
                boolean isSame =
                        Arrays.equals(got.response().rawBody(), whole.response().rawBody());
                Check.that(isSame, "the body differs from that without the fault");
            }
            Check.equal("the number of requests", emulator.listed("requests").size(), expect.get("attempts"));
            JsonNode left = emulator.listed("faults");
            Check.that(left.isEmpty(), "a fault is left: " + left);
        }
    }

    private static HwtasksClient client(Emulator emulator, JsonNode given) {
        Map<String, String> variables = new HashMap<>(emulator.variables());
        variables.remove("HWTASKS_TOKEN");
        HwtasksClient.Builder builder =
                HwtasksClient.builder().environment(Environment.of(variables)).clock(new ManualClock(Instant.now()));
        return (given == null ? builder : Clients.set(builder, given)).build();
    }
}
