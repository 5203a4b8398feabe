package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.testing.ManualClock;

/** Runs the cases of requests.json and of signing.json. */
final class RequestCases {
    private RequestCases() {}

    static void requests(JsonNode one) {
        JsonNode given = one.get("client");
        JsonNode expect = one.get("expect");
        JsonNode call = one.get("call");
        Recorder sent = new Recorder();
        HwtasksException error = null;
        try {
            HwtasksClient.Builder builder = Clients.set(HwtasksClient.builder(), given)
                    .httpClient(sent)
                    .retryPolicy(RetryPolicy.disabled())
                    .clock(new ManualClock(Json.moment(Json.textOf(given, "now"))));
            if (Json.has(given, "dcs_endpoint")) {
                builder.dcsEndpoint(Json.textOf(given, "dcs_endpoint"));
            }
            if (Json.has(given, "kafka_endpoint")) {
                builder.kafkaEndpoint(Json.textOf(given, "kafka_endpoint"));
            }
            if (Json.has(given, "project_id")) {
                builder.projectId(Json.textOf(given, "project_id"));
            }
            try (HwtasksClient client = builder.build()) {
                error = Calls.make(client, call).error();
            }
        } catch (HwtasksException e) {
            error = e;
        }
        if (Json.has(expect, "error")) {
            checkRefusal(error, expect.get("error"), given.get("credentials"));
            Check.equal("the number of requests", sent.requests().size(), 0);
            return;
        }
        Json.known(expect, "method", "target", "headers", "absent");
        boolean isShow = call.get("operation").textValue().equals("ShowKafkaTask");
        // The response has no task to show.
        if (error != null && !(isShow && error.kind().value().equals("unexpected"))) {
            throw error;
        }
        Check.equal("the number of requests", sent.requests().size(), 1);
        FakeService.Request request = sent.requests().get(0);
        Check.equal("the method", request.method(), expect.get("method"));
        Check.equal("the target", request.target(), expect.get("target"));
        Check.headers(request, expect);
    }

    private static void checkRefusal(HwtasksException e, JsonNode refused, JsonNode credentials) {
        Check.that(e != null, "nothing is refused");
        Check.equal("the kind", e.kind().value(), refused.get("kind"));
        Check.equal("the number of attempts", e.attempts(), 0);
        Check.names(e.getMessage(), Json.textOf(refused, "parameter"));
        for (var member : Json.members(credentials)) {
            String secret = member.getValue().textValue();
            boolean isShown = !member.getKey().equals("ak")
                    && !secret.isEmpty()
                    && e.toString().contains(secret);
            Check.that(!isShown, "the message shows the " + member.getKey() + ": " + e);
        }
    }
}
