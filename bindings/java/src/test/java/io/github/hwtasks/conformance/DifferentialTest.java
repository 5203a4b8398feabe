package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.model.DcsInstance;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Prints what Java makes of the inputs of the comparison of the languages: a line for each line of the file that
 * HWTASKS_DIFFERENTIAL names, into that of HWTASKS_OUTCOMES. See tests/src/differential.rs of the repository.
 */
final class DifferentialTest {
    @Test
    @EnabledIfEnvironmentVariable(
            named = "HWTASKS_DIFFERENTIAL",
            matches = ".+",
            disabledReason = "cargo xtask ci --only differential runs it")
    void inputsOfTheComparison() throws IOException {
        List<String> inputs = Files.readAllLines(Path.of(System.getenv("HWTASKS_DIFFERENTIAL")));
        try (BufferedWriter outcomes = Files.newBufferedWriter(Path.of(System.getenv("HWTASKS_OUTCOMES")))) {
            for (String line : inputs) {
                JsonNode input = Json.parse(line);
                outcomes.write(outcome(Json.textOf(input, "kind"), Json.textOf(input, "json")) + "\n");
            }
        }
    }

    private static JsonNode outcome(String kind, String text) {
        ObjectNode refused = Json.object().put("refused", true);
        if (ScalarCases.isKind(kind)) {
            ScalarCases.Scalar scalar = ScalarCases.read(kind, text);
            ObjectNode made = Json.object().set("value", scalar.value());
            return scalar.written() == null ? made : made.set("written", scalar.written());
        }
        if (kind.equals("error")) {
            // An error body is an object of any schema.
            if (!isObject(text)) {
                return refused;
            }
            HwtasksException e = receive(400, text, "ListDcsTasks").error();
            ObjectNode value = Json.object();
            put(value, "code", e.code());
            put(value, "message", e.serviceMessage());
            put(value, "request_id", e.requestId());
            return Json.object().set("value", value);
        }
        Calls.Outcome got = receive(200, text, kind);
        return got.error() == null ? Json.object().set("value", Normal.of(got.value())) : refused;
    }

    private static void put(ObjectNode value, String name, Optional<String> text) {
        value.put(name, text.orElse(null));
    }

    private static boolean isObject(String text) {
        try {
            DcsInstance.fromJson(text);
            return true;
        } catch (HwtasksException e) {
            return false;
        }
    }

    /** What a client makes of a response. */
    private static Calls.Outcome receive(int status, String body, String operation) {
        JsonNode call = Json.object().put("operation", operation).put("instance_id", Script.INSTANCE);
        HwtasksClient.Builder builder = Clients.at("http://127.0.0.1")
                .httpClient(new Recorder(status, body))
                .retryPolicy(RetryPolicy.disabled());
        try (HwtasksClient client = builder.build()) {
            return Calls.make(client, call);
        }
    }
}
