package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Sweep;
import io.github.hwtasks.SweepOptions;
import io.github.hwtasks.SweepResult;
import io.github.hwtasks.model.DcsTask;
import io.github.hwtasks.model.KafkaTask;
import io.github.hwtasks.testing.ManualClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs the cases of sweep.json. */
final class SweepCases {
    /** The other side: its script, and how many requests it has at the same time. */
    private static final class Other {
        private final List<FakeService.Reply> first = new ArrayList<>();
        private final Map<String, List<FakeService.Reply>> scripts = new HashMap<>();
        private final Map<String, Integer> sent = new HashMap<>();
        private final int barrier;
        private int requests;
        private int together;
        private int most;
        private int mostAfterFirst;

        private Other(JsonNode one) {
            barrier = Json.intOf(one, "barrier", 0);
            for (JsonNode part : one.path("first")) {
                FakeService.Reply reply = FakeService.Reply.of(part.get("response"));
                for (int n = 0; n < Json.intOf(part, "times", 1); n++) {
                    first.add(reply);
                }
            }
            for (var script : Json.members(one.get("responses"))) {
                scripts.put(script.getKey(), FakeService.Reply.all(script.getValue()));
            }
        }

        private FakeService.Reply respond(FakeService.Request request) {
            String rest = request.target().substring(request.target().indexOf("/instances/") + "/instances/".length());
            try {
                FakeService.Reply reply = arrive(rest.substring(0, rest.indexOf('/')));
                Thread.sleep(2); // Lets others arrive.
                return reply;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                synchronized (this) {
                    together--;
                }
            }
        }

        private synchronized FakeService.Reply arrive(String id) throws InterruptedException {
            requests++;
            together++;
            most = Math.max(most, together);
            if (requests > first.size()) {
                mostAfterFirst = Math.max(mostAfterFirst, together);
            }
            FakeService.Reply reply = next(id);
            notifyAll();
            while (requests < barrier) {
                wait();
            }
            return reply;
        }

        private FakeService.Reply next(String id) {
            if (requests <= first.size()) {
                return first.get(requests - 1);
            }
            List<FakeService.Reply> script = scripts.containsKey(id) ? scripts.get(id) : scripts.get("*");
            return script.get(Math.min(sent.merge(id, 1, Integer::sum), script.size()) - 1);
        }
    }

    /** The result of an instance. */
    private record Result(String id, List<String> tasks, HwtasksException error) {}

    private SweepCases() {}

    static void sweep(JsonNode one, String service) {
        JsonNode given = one.get("client");
        JsonNode expect = one.get("expect");
        Json.known(
                expect,
                "results",
                "listed",
                "failed",
                "failure",
                "error",
                "requests",
                "together",
                "together_after_first",
                "pauses_ms");
        ManualClock clock = new ManualClock(Json.moment(Json.textOf(given, "now")));
        Other other = new Other(one);
        List<String> instances = instances(one.get("instances"));
        SweepOptions.Builder options = SweepOptions.builder();
        if (one.has("concurrency")) {
            options.concurrency(one.get("concurrency").intValue());
        }
        List<Result> results = new ArrayList<>();
        HwtasksException end;
        try (FakeService fake = FakeService.by((request, index) -> other.respond(request));
                HwtasksClient client =
                        Clients.set(Clients.at(fake.url()), given).clock(clock).build()) {
            end = service.equals("dcs")
                    ? read(client.dcs().sweep(instances, options.build()), DcsTask::id, results)
                    : read(client.kafka().sweep(instances, options.build()), KafkaTask::id, results);
        }
        check(results, end, expect, instances.size());
        synchronized (other) {
            Check.amount("requests", other.requests, expect.get("requests"));
            if (expect.has("together")) {
                Check.amount("together", other.most, expect.get("together"));
            }
            if (expect.has("together_after_first")) {
                Check.amount("together_after_first", other.mostAfterFirst, expect.get("together_after_first"));
            }
        }
        if (expect.has("pauses_ms")) {
            Check.waits(clock.sleeps(), expect.get("pauses_ms"));
        }
    }

    private static List<String> instances(JsonNode given) {
        List<String> ids = new ArrayList<>();
        if (given.isArray()) {
            given.forEach(id -> ids.add(id.textValue()));
        } else {
            for (int n = 0; n < given.intValue(); n++) {
                ids.add("i-" + n);
            }
        }
        return ids;
    }

    /** Reads all results. Returns the error that ends the sweep early; null if it does not. */
    private static <T> HwtasksException read(Sweep<T> sweep, Function<T, String> id, List<Result> results) {
        try (sweep) {
            for (SweepResult<T> result : sweep) {
                List<String> tasks = result.tasks().stream().map(id).toList();
                results.add(
                        new Result(result.instanceId(), tasks, result.error().orElse(null)));
            }
            return null;
        } catch (HwtasksException e) {
            return e;
        }
    }

    private static void check(List<Result> results, HwtasksException end, JsonNode expect, int instances) {
        int listed = 0;
        for (Result result : results) {
            if (result.error() == null) {
                listed++;
            }
            JsonNode wanted = expect.path("results").get(result.id());
            if (wanted != null && Json.has(wanted, "error")) {
                Normal.checkError(result.error(), wanted.get("error"));
            } else if (wanted != null) {
                Check.equal(result.id(), Json.texts(result.tasks()), wanted.get("tasks"));
            } else if (result.error() != null && Json.has(expect, "failure")) {
                Normal.checkError(result.error(), expect.get("failure"));
            }
        }
        Check.amount("listed", listed, expect.get("listed"));
        Check.amount("failed", results.size() - listed, expect.get("failed"));
        if (Json.has(expect, "error")) {
            Normal.checkError(end, expect.get("error"));
        } else if (end != null) {
            throw end;
        } else {
            Check.equal("the number of results", results.size(), instances);
        }
    }
}
