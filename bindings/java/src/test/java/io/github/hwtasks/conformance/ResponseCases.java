package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.CachedProvider;
import io.github.hwtasks.testing.ManualClock;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Runs the cases of responses.json, retries.json and refusals.json. */
final class ResponseCases {
    private static final int KEPT = 64 * 1024;

    private ResponseCases() {}

    static void responses(JsonNode one) {
        JsonNode expect = one.get("expect");
        JsonNode response = one.get("response");
        Json.known(expect, "list", "task", "error", "request_id", "written", "requests");
        try (FakeService service = FakeService.of(List.of(FakeService.Reply.of(response)));
                HwtasksClient client = Clients.at(service.url())
                        .retryPolicy(RetryPolicy.disabled())
                        .build()) {
            Calls.Outcome got = Calls.make(client, one.get("call"));
            if (Json.has(expect, "error")) {
                Normal.checkError(got.error(), expect.get("error"));
                if (got.error().status() != 0) {
                    checkBody(got.error().rawBody(), response);
                }
            } else {
                checkSuccess(got, expect);
                byte[] raw = got.response().rawBody();
                checkBody(raw, response);
                JsonNode body = Json.parse(new String(raw, StandardCharsets.UTF_8).replaceFirst("^\ufeff", ""));
                if (expect.has("task")) {
                    body = body.get("tasks").get(0);
                }
                JsonNode written = Json.parse((String) Normal.get(got.value(), "toJson"));
                JsonNode wanted = expect.has("written") ? expect.get("written") : body;
                Check.written(written, wanted, body, "");
                Check.equal("the request ID", got.response().requestId().orElse(null), expect.get("request_id"));
            }
            Check.equal("the number of requests", service.requests().size(), Json.intOf(expect, "requests", 1));
        }
    }

    static void retries(JsonNode one) {
        retries(one, false);
    }

    /** The options of the call go to the client, or with each call. */
    static void retries(JsonNode one, boolean isPerCall) {
        JsonNode expect = one.get("expect");
        JsonNode given = one.get("client");
        Json.known(expect, "list", "task", "error", "request_id", "requests", "waits_ms", "sent", "fetches");
        ManualClock clock = new ManualClock(Json.moment(Json.textOf(given, "now")));
        JsonNode responses = one.get("responses");
        boolean isReal = one.has("real_time") && one.get("real_time").booleanValue();
        Clients.Generations provider = Clients.provider(given);
        try (FakeService service = FakeService.of(FakeService.Reply.all(responses))) {
            HwtasksClient.Builder builder =
                    Clients.at(responses.isEmpty() ? FakeService.nobodyListens() : service.url());
            if (isPerCall) {
                Clients.setOthers(builder, given);
            } else {
                Clients.set(builder, given);
            }
            if (!isReal) {
                builder.clock(clock);
            }
            if (provider != null) {
                builder.credentials(
                        CachedProvider.builder(provider).clock(clock).build());
            }
            try (HwtasksClient client = builder.build()) {
                Calls.Outcome got = null;
                for (int call = 0; call < Json.intOf(one, "calls", 1); call++) {
                    if (call > 0) {
                        clock.advance(Json.millis(one.get("pause_ms")));
                    }
                    got = isPerCall
                            ? Calls.make(Clients.dcs(client, given), Clients.kafka(client, given), one.get("call"))
                            : Calls.make(client, one.get("call"));
                }
                if (Json.has(expect, "error")) {
                    Normal.checkError(got.error(), expect.get("error"));
                } else {
                    checkSuccess(got, expect);
                    if (expect.has("request_id")) {
                        Check.equal(
                                "the request ID", got.response().requestId().orElse(null), expect.get("request_id"));
                    }
                }
            }
            int wanted = responses.isEmpty() ? 0 : Json.intOf(expect, "requests", 1);
            List<FakeService.Request> requests = service.requests(wanted);
            Check.equal("the number of requests", requests.size(), wanted);
            if (expect.has("waits_ms") && !isReal) {
                Check.waits(clock.sleeps(), expect.get("waits_ms"));
            }
            if (expect.has("fetches")) {
                Check.equal("the number of fetches", provider.fetches(), expect.get("fetches"));
            }
            if (expect.has("sent")) {
                Check.equal(
                        "the number of requests",
                        requests.size(),
                        expect.get("sent").size());
                for (int i = 0; i < requests.size(); i++) {
                    Check.headers(requests.get(i), expect.get("sent").get(i));
                }
            }
        }
    }

    private static void checkSuccess(Calls.Outcome got, JsonNode expect) {
        Check.equal(
                "the result", Normal.of(got.success()), expect.has("list") ? expect.get("list") : expect.get("task"));
    }

    private static void checkBody(byte[] body, JsonNode response) {
        for (var header : Json.members(response.get("headers"))) {
            if (header.getKey().equalsIgnoreCase("content-encoding")
                    || header.getKey().equalsIgnoreCase("content-length")) {
                return;
            }
        }
        byte[] sent = FakeService.bodyOf(response);
        boolean isCut = "cut".equals(Json.textOf(response, "connection"));
        byte[] wanted = Arrays.copyOf(sent, Math.min(sent.length, isCut ? body.length : KEPT));
        Check.that(Arrays.equals(body, wanted), "the body is kept as " + new String(body, StandardCharsets.UTF_8));
    }
}
