package io.github.hwtasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.model.TaskName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Options of one call, against a service that accepts connections and never responds. */
@Timeout(60)
final class CallOptionsTest {
    private static final Duration SHORT = Duration.ofMillis(80);

    private interface Call {
        void make(DcsService dcs, KafkaService kafka);
    }

    private ServerSocket server;
    private HwtasksClient client;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        client = client(server);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private static HwtasksClient client(ServerSocket server) {
        String url = "http://127.0.0.1:" + server.getLocalPort();
        return HwtasksClient.builder()
                .dcsEndpoint(url)
                .kafkaEndpoint(url)
                .projectId("project")
                .credentials(Credentials.token("token"))
                .build();
    }

    private static void join(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            throw assertInstanceOf(HwtasksException.class, e.getCause());
        }
    }

    @SuppressWarnings("deprecation") // V1.0 takes the options too.
    private static Map<String, Call> everyCall() {
        Map<String, Call> calls = new TreeMap<>();
        calls.put("list", (dcs, kafka) -> kafka.list("i"));
        calls.put("listAsync", (dcs, kafka) -> join(kafka.listAsync("i")));
        calls.put("listV1", (dcs, kafka) -> dcs.listV1("i"));
        calls.put("show", (dcs, kafka) -> kafka.show("i", "t"));
        calls.put("showAsync", (dcs, kafka) -> join(kafka.showAsync("i", "t")));
        calls.put("pages", (dcs, kafka) -> kafka.pages("i").iterator().next());
        calls.put("items", (dcs, kafka) -> dcs.items("i").iterator().next());
        calls.put("itemsAsync", (dcs, kafka) -> join(dcs.itemsAsync("i")));
        calls.put("itemsV1", (dcs, kafka) -> dcs.itemsV1("i").iterator().next());
        calls.put("instances", (dcs, kafka) -> dcs.instances());
        calls.put(
                "instancesItems",
                (dcs, kafka) -> kafka.instancesItems().iterator().next());
        calls.put("waitFor", (dcs, kafka) -> kafka.waitFor("i", "t"));
        calls.put("waitForAsync", (dcs, kafka) -> join(kafka.waitForAsync("i", "t")));
        calls.put("waitFor of a list", (dcs, kafka) -> dcs.waitFor("i", "t"));
        calls.put("waitForName", (dcs, kafka) -> dcs.waitForName("i", TaskName.EXTEND, Instant.EPOCH));
        calls.put("sweep", (dcs, kafka) -> throwError(kafka.sweep(List.of("i"))));
        calls.put(
                "sweepAsync",
                (dcs, kafka) -> join(kafka.sweepAsync(List.of("i"), SweepOptions.defaults(), result -> {
                    throw result.error().orElseThrow();
                })));
        return calls;
    }

    private static void throwError(Sweep<?> sweep) {
        try (sweep) {
            for (var result : sweep) {
                throw result.error().orElseThrow();
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> every_call_takes_them() {
        return everyCall().entrySet().stream()
                .map(named -> dynamicTest(named.getKey(), () -> {
                    try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
                            HwtasksClient own = client(silent)) {
                        DcsService dcs = own.dcs().withAttemptTimeout(SHORT).withRetryPolicy(RetryPolicy.disabled());
                        KafkaService kafka =
                                own.kafka().withAttemptTimeout(SHORT).withRetryPolicy(RetryPolicy.disabled());
                        HwtasksException e = assertThrows(
                                HwtasksException.class, () -> named.getValue().make(dcs, kafka));
                        assertTrue(e.isTimeout(), e::toString);
                        assertEquals(1, e.attempts());

                        e = assertThrows(
                                HwtasksException.class,
                                () -> named.getValue()
                                        .make(
                                                own.dcs().withTimeout(SHORT),
                                                own.kafka().withTimeout(SHORT)));
                        assertTrue(e.isTimeout(), e::toString);
                    }
                }));
    }

    @Test
    void other_calls_of_the_client_keep_its_options() throws Exception {
        KafkaService service = client.kafka();
        CompletableFuture<?> other = service.listAsync("i");
        assertThrows(HwtasksException.class, () -> service.withTimeout(SHORT).list("i"));
        assertThrows(java.util.concurrent.TimeoutException.class, () -> other.get(100, TimeUnit.MILLISECONDS));
        other.cancel(true);
    }

    @Test
    void timeout_runs_from_the_beginning_of_each_call() {
        KafkaService service =
                client.kafka().withTimeout(Duration.ofSeconds(10)).withTimeout(Duration.ofMillis(300));
        for (int call = 0; call < 2; call++) {
            long started = System.nanoTime();
            HwtasksException e = assertThrows(HwtasksException.class, () -> service.list("i"));
            assertTrue(e.isTimeout(), e::toString);
            long took = (System.nanoTime() - started) / 1_000_000;
            assertTrue(took >= 290, () -> took + " ms");
        }
    }

    @Test
    void service_shows_its_endpoint() {
        assertEquals(
                "KafkaService{http://127.0.0.1:" + server.getLocalPort() + "}",
                client.kafka().withTimeout(SHORT).toString());
    }
}
