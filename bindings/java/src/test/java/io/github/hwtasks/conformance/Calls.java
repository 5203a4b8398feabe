package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.DcsInstancesOptions;
import io.github.hwtasks.DcsService;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.KafkaInstancesOptions;
import io.github.hwtasks.KafkaService;
import io.github.hwtasks.ListOptions;
import io.github.hwtasks.Response;
import java.util.function.Supplier;

/** Makes the calls of the corpus. */
final class Calls {
    /** How a call ended: with a value and its response, or with an error. */
    record Outcome(Object value, HwtasksException error) {
        Response response() {
            return (Response) Normal.get(value, "response");
        }

        /** The value, of a call that must have succeeded. */
        Object success() {
            if (error != null) {
                throw error;
            }
            return value;
        }
    }

    private Calls() {}

    static Outcome outcome(Supplier<Object> call) {
        try {
            return new Outcome(call.get(), null);
        } catch (HwtasksException e) {
            return new Outcome(null, e);
        }
    }

    static Outcome make(HwtasksClient client, JsonNode call) {
        return make(client.dcs(), client.kafka(), call);
    }

    @SuppressWarnings("deprecation") // The corpus has cases of V1.0.
    static Outcome make(DcsService dcs, KafkaService kafka, JsonNode call) {
        String id = Json.textOf(call, "instance_id");
        return outcome(() -> switch (call.get("operation").textValue()) {
            case "ListDcsTasksV1" -> dcs.listV1(id, listOptions(call));
            case "ListDcsTasks" -> dcs.list(id, listOptions(call));
            case "ListKafkaTasks" -> kafka.list(id, listOptions(call));
            case "ShowKafkaTask" -> kafka.show(id, Json.textOf(call, "task_id"));
            case "ListDcsInstances" -> dcs.instances(dcsInstancesOptions(call));
            case "ListDmsInstances" -> kafka.instances(kafkaInstancesOptions(call));
            default -> throw new AssertionError("unknown operation of " + call);
        });
    }

    static ListOptions listOptions(JsonNode call) {
        ListOptions.Builder options = ListOptions.builder();
        for (var member : Json.members(call)) {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "start" -> options.start(value.intValue());
                case "offset" -> options.offset(value.intValue());
                case "limit" -> options.limit(value.intValue());
                case "since" -> options.since(Json.moment(value.textValue()));
                case "until" -> options.until(Json.moment(value.textValue()));
                default -> {}
            }
        }
        return options.build();
    }

    static DcsInstancesOptions dcsInstancesOptions(JsonNode call) {
        DcsInstancesOptions.Builder options = DcsInstancesOptions.builder();
        for (var member : Json.members(call)) {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "offset" -> options.offset(value.intValue());
                case "limit" -> options.limit(value.intValue());
                case "name" -> options.name(value.textValue());
                case "status" -> options.status(value.textValue());
                default -> {}
            }
        }
        return options.build();
    }

    static KafkaInstancesOptions kafkaInstancesOptions(JsonNode call) {
        KafkaInstancesOptions.Builder options = KafkaInstancesOptions.builder();
        for (var member : Json.members(call)) {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "offset" -> options.offset(value.intValue());
                case "limit" -> options.limit(value.intValue());
                case "name" -> options.name(value.textValue());
                case "status" -> options.status(value.textValue());
                case "engine" -> options.engine(value.textValue());
                case "exact_match_name" -> options.exactMatchName(value.textValue());
                default -> {}
            }
        }
        return options.build();
    }
}
