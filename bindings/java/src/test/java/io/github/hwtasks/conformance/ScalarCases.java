package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.github.hwtasks.model.DcsTask;
import io.github.hwtasks.model.DcsTaskList;
import io.github.hwtasks.model.DcsTaskListV1;
import io.github.hwtasks.model.DetailsBody;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Runs the cases of scalars.json. */
final class ScalarCases {
    /** The value of a scalar, and its member as it is written; null for none. */
    record Scalar(JsonNode value, JsonNode written) {}

    private static final Map<String, Function<String, Scalar>> KINDS = Map.of(
            "time", ofTask("created_at", task -> task.createdAt().map(Normal::time)),
            "count", ScalarCases::count,
            "capacity",
                    ofDetails("old_capacity", details -> details.oldCapacity().map(Normal::size)),
            "integer",
                    ofDetails(
                            "old_port",
                            details -> details.oldPort().isPresent()
                                    ? Optional.of(Json.text(
                                            String.valueOf(details.oldPort().getAsLong())))
                                    : Optional.empty()),
            "boolean", ofTask("enable_show", task -> task.enableShow().map(BooleanNode::valueOf)),
            "text", ofTask("user_name", task -> task.userName().map(Json::text)),
            "code", ScalarCases::code);

    private ScalarCases() {}

    static boolean isKind(String kind) {
        return KINDS.containsKey(kind);
    }

    static Scalar read(String kind, String json) {
        return KINDS.get(kind).apply(json);
    }

    static void scalars(JsonNode one) {
        String kind = Json.textOf(one, "kind");
        String text = Json.textOf(one, "json");
        JsonNode wanted = one.get("expect").get("value");
        Scalar got = read(kind, text);
        Check.equal("the value", got.value(), wanted);
        JsonNode came = Json.parse(text);
        JsonNode written = wanted.isNull() || !isWrittenAsValue(kind, came) ? came : wanted;
        if (kind.equals("integer") && !wanted.isNull()) {
            Check.equal("the written value", String.valueOf(got.written()), wanted);
        } else {
            Check.equal("the written value", got.written(), written);
        }
    }

    private static boolean isWrittenAsValue(String kind, JsonNode came) {
        return kind.equals("text") || kind.equals("boolean") || came.isBoolean();
    }

    private static Scalar count(String json) {
        DcsTaskList list = DcsTaskList.fromJson("{\"tasks\":[],\"task_count\":" + json + "}");
        JsonNode value = list.taskCount()
                .flatMap(count -> count.value())
                .map(count -> Json.text(count.toString()))
                .orElse(null);
        return new Scalar(value, Json.parse(list.toJson()).get("task_count"));
    }

    private static Scalar code(String json) {
        DcsTaskListV1 list = DcsTaskListV1.fromJson("{\"tasks\":[{\"id\":\"a\",\"error_code\":" + json + "}]}");
        JsonNode value = list.tasks()
                .get(0)
                .errorCode()
                .map(code -> Json.text(code.toString()))
                .orElse(null);
        return new Scalar(value, task(list.toJson()).get("error_code"));
    }

    private static Function<String, Scalar> ofTask(
            String member, Function<DcsTask, Optional<? extends JsonNode>> value) {
        return json -> {
            String body = "{\"tasks\":[{\"id\":\"a\",\"" + member + "\":" + json + "}]}";
            DcsTaskList list = DcsTaskList.fromJson(body);
            JsonNode found = value.apply(list.tasks().get(0)).orElse(null);
            return new Scalar(found, task(list.toJson()).get(member));
        };
    }

    private static Function<String, Scalar> ofDetails(
            String member, Function<DetailsBody, Optional<? extends JsonNode>> value) {
        return json -> {
            String body = "{\"tasks\":[{\"id\":\"a\",\"details\":{\"" + member + "\":" + json + "}}]}";
            DcsTaskList list = DcsTaskList.fromJson(body);
            JsonNode found = list.tasks().get(0).details().flatMap(value).orElse(null);
            JsonNode details = task(list.toJson()).get("details");
            return new Scalar(found, details == null ? null : details.get(member));
        };
    }

    private static JsonNode task(String list) {
        return Json.parse(list).get("tasks").get(0);
    }
}
