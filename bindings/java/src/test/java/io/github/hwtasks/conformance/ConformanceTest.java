package io.github.hwtasks.conformance;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hwtasks.internal.ProxyCases;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs every case of tests/conformance. */
final class ConformanceTest {
    /** How the cases of a file run: their members, and the tests of one. */
    private record Runner(Set<String> members, Function<JsonNode, Stream<DynamicTest>> tests) {}

    /** Held by each case that runs, and alone by one that must run alone. */
    private static final ReadWriteLock RUNNING = new ReentrantReadWriteLock(true);

    private static final List<String> SERVICES = List.of("dcs", "kafka");

    private static final Map<String, Runner> RUNNERS = Map.ofEntries(
            Map.entry(
                    "configuration",
                    single(
                            ConfigurationCases::configuration,
                            "environment",
                            "files",
                            "client",
                            "iam",
                            "metadata",
                            "expect")),
            Map.entry(
                    "faults",
                    several(FaultCases::fault, one -> FaultCases.OPERATIONS, "client", "what", "fault", "expect")),
            Map.entry("paging", single(PagingCases::paging, "script", "call", "as", "take", "expect")),
            Map.entry("proxies", single(ProxyCases::proxies, "environment", "url", "expect")),
            Map.entry(
                    "refusals",
                    single(ResponseCases::retries, "client", "call", "calls", "pause_ms", "responses", "expect")),
            Map.entry("requests", single(RequestCases::requests, "client", "call", "expect")),
            Map.entry("responses", single(ResponseCases::responses, "call", "response", "expect")),
            Map.entry(
                    "retries",
                    new Runner(
                            Set.of("client", "call", "calls", "responses", "real_time", "expect"),
                            ConformanceTest::retries)),
            Map.entry("scalars", single(ScalarCases::scalars, "kind", "json", "expect")),
            Map.entry("signing", single(SigningCases::signing, "request", "credentials", "now", "expect")),
            Map.entry(
                    "sweep",
                    several(
                            SweepCases::sweep,
                            one -> SERVICES,
                            "client",
                            "instances",
                            "concurrency",
                            "barrier",
                            "first",
                            "responses",
                            "expect")),
            Map.entry(
                    "waiting",
                    several(WaitingCases::waiting, ConformanceTest::waitedServices, "script", "wait", "expect")));

    @TestFactory
    Stream<DynamicNode> everyCaseOfTheCorpus() {
        return Corpus.files().stream().map(ConformanceTest::file);
    }

    private static DynamicNode file(String name) {
        Runner runner = RUNNERS.get(name);
        if (runner == null) {
            return dynamicTest(name, () -> Check.that(false, "the file has no runner"));
        }
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(dynamicTest("schema", () -> Corpus.validate(name)));
        for (JsonNode one : Corpus.cases(name)) {
            tests.addAll(tests(one, runner));
        }
        return dynamicContainer(name, tests);
    }

    private static List<DynamicTest> tests(JsonNode one, Runner runner) {
        String name = Json.textOf(one, "name");
        ObjectNode unknown = one.deepCopy();
        unknown.remove(List.of("name", "source", "skip"));
        unknown.remove(runner.members());
        if (!unknown.isEmpty()) {
            return List.of(dynamicTest(name, () -> Check.that(false, "the case has unknown members: " + unknown)));
        }
        String reason = Json.textOf(one.get("skip"), "java");
        if (reason != null) {
            return List.of(dynamicTest(name, () -> Assumptions.abort(reason)));
        }
        return runner.tests().apply(one).toList();
    }

    /** A file whose cases run once each. */
    private static Runner single(Consumer<JsonNode> run, String... members) {
        return new Runner(
                Set.of(members), one -> Stream.of(test(Json.textOf(one, "name"), isAlone(one), () -> run.accept(one))));
    }

    /** Runs a case with the options of the client, and where it has such with those of the call. */
    private static Stream<DynamicTest> retries(JsonNode one) {
        String name = Json.textOf(one, "name");
        DynamicTest ofClient = test(name, isAlone(one), () -> ResponseCases.retries(one));
        if (!Clients.hasCallOptions(one.get("client"))) {
            return Stream.of(ofClient);
        }
        return Stream.of(
                ofClient, test(name + " by options of the call", isAlone(one), () -> ResponseCases.retries(one, true)));
    }

    /** A file whose cases run once for each of several variants. */
    private static Runner several(
            BiConsumer<JsonNode, String> run, Function<JsonNode, List<String>> variants, String... members) {
        return new Runner(
                Set.of(members),
                one -> variants.apply(one).stream()
                        .map(variant ->
                                test(Json.textOf(one, "name") + " " + variant, false, () -> run.accept(one, variant))));
    }

    /** Whether a case depends on real time, which other cases at the same time would take from it. */
    private static boolean isAlone(JsonNode one) {
        return one.has("real_time") || one.path("client").has("attempt_timeout_ms");
    }

    /** A test whose failure names its case, which reports of dynamic tests do not. */
    private static DynamicTest test(String name, boolean isAlone, Runnable run) {
        return dynamicTest(name, () -> {
            Lock lock = isAlone ? RUNNING.writeLock() : RUNNING.readLock();
            lock.lock();
            try {
                run.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(name + ": " + e, e);
            } finally {
                lock.unlock();
            }
        });
    }

    private static List<String> waitedServices(JsonNode one) {
        List<String> services = new ArrayList<>();
        one.get("wait").get("services").forEach(service -> services.add(service.textValue()));
        return services;
    }
}
