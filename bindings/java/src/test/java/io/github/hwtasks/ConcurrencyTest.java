package io.github.hwtasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.hwtasks.model.KafkaTask;
import io.github.hwtasks.model.TaskName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Cancellation, interruption, and what runs at the same time. */
@Timeout(60)
final class ConcurrencyTest {
    private static final String TASK = "{\"id\":\"%s\",\"name\":\"a\",\"status\":\"%s\"}";

    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger requests = new AtomicInteger();
    /** Whether responses wait for permits of the gate. */
    private volatile boolean isHeld;

    private final Semaphore gate = new Semaphore(0);
    private final Semaphore arrived = new Semaphore(0);
    private ServerSocket server;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(() -> {
            while (!server.isClosed()) {
                try {
                    var socket = server.accept();
                    threads.execute(() -> respond(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        gate.release(1_000_000);
        server.close();
        threads.shutdownNow();
    }

    /** Shows three tasks, on one page or on pages of two that overlap. */
    private void respond(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            var target = in.readLine();
            while (!in.readLine().isEmpty()) {
                // Nothing in the head matters.
            }
            requests.incrementAndGet();
            arrived.release();
            if (isHeld) {
                gate.acquireUninterruptibly();
            }
            var tasks = List.of("1", "2", "3").stream()
                    .map(id -> TASK.formatted(id, "EXECUTING"))
                    .toList();
            if (target.contains("start=2")) {
                tasks = tasks.subList(1, 3);
            } else if (target.contains("start=3")) {
                tasks = tasks.subList(2, 3);
            } else if (target.contains("limit=2")) {
                tasks = tasks.subList(0, 2);
            } else if (target.contains("/tasks/")) {
                tasks = tasks.subList(0, 1);
            }
            var body = "{\"tasks\":[" + String.join(",", tasks) + "]}";
            var head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The client is gone.
            assertTrue(isHeld || server.isClosed(), e::toString);
        }
    }

    private HwtasksClient.Builder builder() {
        return HwtasksClient.builder()
                .kafkaEndpoint("http://127.0.0.1:" + server.getLocalPort())
                .projectId("p")
                .withoutCredentials();
    }

    private HwtasksClient client() {
        return builder().build();
    }

    /** Runs in a thread of its own, and interrupts that when as many requests have arrived. */
    private Throwable interrupted(int count, Runnable call) throws InterruptedException {
        var failures = new ArrayList<Throwable>();
        var flags = new ArrayList<Boolean>();
        var thread = new Thread(() -> {
            try {
                call.run();
            } catch (RuntimeException e) {
                failures.add(e);
            }
            flags.add(Thread.currentThread().isInterrupted());
        });
        thread.start();
        arrived.acquire(count);
        thread.interrupt();
        thread.join();
        assertEquals(List.of(true), flags);
        assertEquals(1, failures.size());
        return failures.get(0);
    }

    @Test
    void blocking_call_interrupted_keeps_the_flag() throws InterruptedException {
        isHeld = true;
        try (var client = client()) {
            var failure = interrupted(1, () -> client.kafka().list("i"));
            assertEquals(
                    "ListKafkaTasks",
                    assertInstanceOf(CancelledException.class, failure)
                            .operation()
                            .orElseThrow());
        }
    }

    @Test
    void wait_interrupted_between_polls_has_the_task() throws InterruptedException {
        try (var client = client()) {
            var failure = interrupted(
                    2, () -> client.kafka().waitFor("i", "1", WaitOptions.defaults(), task -> arrived.release()));
            var task =
                    assertInstanceOf(CancelledException.class, failure).task().orElseThrow();
            assertEquals("1", assertInstanceOf(KafkaTask.class, task).id());
        }
    }

    @Test
    void sweep_interrupted_cancels_its_requests() throws InterruptedException {
        isHeld = true;
        try (var client = client()) {
            var failure =
                    interrupted(2, () -> client.kafka().sweep(List.of("a", "b")).forEach(result -> {}));
            assertInstanceOf(CancelledException.class, failure);
        }
    }

    @Test
    void future_cancelled_frees_its_thread_without_an_interrupt() throws Exception {
        isHeld = true;
        var one = Executors.newSingleThreadExecutor();
        try (var client = builder().executor(one).build()) {
            var future = client.kafka().listAsync("i");
            arrived.acquire();
            assertTrue(future.cancel(true));
            var isInterrupted = one.submit(() -> Thread.currentThread().isInterrupted());
            assertFalse(isInterrupted.get(10, TimeUnit.SECONDS));
            isHeld = false;
            assertEquals(
                    3,
                    client.kafka()
                            .listAsync("i")
                            .get(10, TimeUnit.SECONDS)
                            .tasks()
                            .size());
        } finally {
            one.shutdownNow();
        }
    }

    @Test
    void future_cancelled_before_its_call_sends_nothing() throws Exception {
        var work = new ArrayList<Runnable>();
        try (var client = builder().executor(work::add).build()) {
            var future = client.kafka().listAsync("i");
            future.cancel(false);
            work.forEach(Runnable::run);
            assertEquals(0, requests.get());
        }
    }

    @Test
    void future_with_a_timeout_of_its_own_ends_its_request() throws Exception {
        isHeld = true;
        var one = Executors.newSingleThreadExecutor();
        try (var client = builder().executor(one).build()) {
            var future = client.kafka().listAsync("i").orTimeout(50, TimeUnit.MILLISECONDS);
            var failure = assertThrows(ExecutionException.class, future::get);
            assertInstanceOf(TimeoutException.class, failure.getCause());
            one.submit(() -> {}).get(10, TimeUnit.SECONDS);
        } finally {
            one.shutdownNow();
        }
    }

    @Test
    void future_of_a_failed_call_has_its_exception() {
        try (var client = client()) {
            var future = client.kafka().showAsync("i", "");
            var failure = assertThrows(CompletionException.class, future::join);
            assertInstanceOf(InvalidInputException.class, failure.getCause());
        }
    }

    @Test
    void futures_of_lists_have_all_pages_and_items() {
        try (var client = client()) {
            var options = ListOptions.builder().limit(2).build();
            var kafka = client.kafka();
            assertEquals(
                    List.of("1", "2", "3"),
                    kafka.itemsAsync("i", options).join().stream()
                            .map(KafkaTask::id)
                            .toList());
            assertEquals(2, kafka.pagesAsync("i", options).join().size());
        }
    }

    @Test
    void items_request_a_page_when_it_is_needed_and_list_again() {
        try (var client = client()) {
            var items = client.kafka().items("i", ListOptions.builder().limit(2).build());
            assertEquals(2, items.stream().limit(2).count());
            assertEquals(1, requests.get());
            assertEquals(3, items.stream().count());
            assertEquals(3, items.stream().count());
        }
    }

    @Test
    void sweep_closed_early_ends_at_once_and_takes_no_more_ids() throws Exception {
        isHeld = true;
        var taken = new AtomicInteger();
        Iterable<String> ids = () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public String next() {
                return "i" + taken.incrementAndGet();
            }
        };
        try (var client = client()) {
            var options = SweepOptions.builder().concurrency(4).build();
            // Requests under way when the sweep is closed may arrive after that.
            var release = CompletableFuture.runAsync(() -> {
                arrived.acquireUninterruptibly(4);
                gate.release(1);
            });
            try (var sweep = client.kafka().sweep(ids, options)) {
                var results = sweep.iterator();
                assertEquals(3, results.next().tasks().size());
            }
            release.join();
            var sent = requests.get();
            assertEquals(4, taken.get());
            Thread.sleep(100);
            assertEquals(sent, requests.get());
        }
    }

    @Test
    void sweep_closed_by_another_thread_ends_its_iteration() throws Exception {
        var isWaiting = new CountDownLatch(1);
        Executor never = work -> isWaiting.countDown();
        try (var client = builder().executor(never).build()) {
            var sweep = client.kafka().sweep(List.of("a"));
            var iteration = threads.submit(() -> sweep.iterator().hasNext());
            isWaiting.await();
            sweep.close();
            assertFalse(iteration.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtual_thread_makes_every_call() throws Exception {
        var failures = new ArrayList<Throwable>();
        try (var client = client()) {
            Runnable calls = () -> {
                try {
                    assertEquals(3, client.kafka().list("i").tasks().size());
                    assertEquals(3, client.kafka().itemsAsync("i").join().size());
                    assertEquals(
                            2, client.kafka().sweep(List.of("a", "b")).stream().count());
                } catch (Throwable e) {
                    failures.add(e);
                }
            };
            // Java 21 and later.
            var start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            ((Thread) start.invoke(null, calls)).join();
            assertEquals(List.of(), failures);
        }
    }

    @Test
    void sweep_is_for_one_iteration() {
        try (var client = client();
                var sweep = client.kafka().sweep(List.of("a"))) {
            assertEquals(1, sweep.stream().count());
            assertThrows(IllegalStateException.class, sweep::iterator);
        }
    }

    @Test
    void sweep_on_the_thread_of_its_iteration_has_all_results() {
        Executor direct = Runnable::run;
        try (var client = builder().executor(direct).build()) {
            var ids = IntStream.range(0, 40).mapToObj(i -> "i" + i).toList();
            var found = new ArrayList<String>();
            for (var result : client.kafka().sweep(ids)) {
                assertEquals(3, result.tasks().size());
                found.add(result.instanceId());
            }
            assertEquals(ids, found);
        }
    }

    @Test
    void sweep_over_ids_that_fail_cancels_its_requests() {
        isHeld = true;
        Iterable<String> ids = () -> IntStream.range(0, 3)
                .mapToObj(i -> {
                    if (i == 2) {
                        throw new IllegalArgumentException("no more");
                    }
                    return "i" + i;
                })
                .iterator();
        try (var client = client()) {
            var results = client.kafka().sweep(ids).iterator();
            assertThrows(IllegalArgumentException.class, results::hasNext);
            assertFalse(results.hasNext());
        }
    }

    @Test
    void sweep_with_a_callback_that_fails_ends_with_its_exception() {
        try (var client = client()) {
            var ids = Collections.nCopies(20, "i");
            var future = client.kafka().sweepAsync(ids, SweepOptions.defaults(), result -> {
                throw new IllegalStateException("enough");
            });
            var failure = assertThrows(CompletionException.class, future::join);
            assertEquals("enough", failure.getCause().getMessage());
        }
    }

    @Test
    void sweep_cancelled_as_a_future_ends_its_requests() throws Exception {
        isHeld = true;
        try (var client = client()) {
            var ended = new CountDownLatch(1);
            var future = client.kafka().sweepAsync(List.of("a", "b"), SweepOptions.defaults(), result -> {});
            future.whenComplete((value, failure) -> ended.countDown());
            arrived.acquire(2);
            future.cancel(true);
            assertTrue(ended.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void result_of_an_invalid_id_is_a_failure_and_the_sweep_continues() {
        try (var client = client()) {
            var results = new ArrayList<SweepResult<KafkaTask>>();
            client.kafka().sweep(Arrays.asList("", null, "a")).forEach(results::add);
            assertEquals(3, results.size());
            assertEquals(
                    2, results.stream().filter(one -> one.error().isPresent()).count());
        }
    }

    @Test
    void wait_for_a_name_without_a_time_is_refused() {
        try (var client = client()) {
            assertThrows(NullPointerException.class, () -> client.kafka().waitForName("i", TaskName.of("a"), null));
            var options = WaitOptions.builder()
                    .timeout(Duration.ofMillis(1))
                    .notFoundGrace(Duration.ZERO)
                    .build();
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThrows(
                            HwtasksException.class,
                            () -> client.kafka().waitForName("i", TaskName.of("a"), Instant.EPOCH, options)));
        }
    }

    @Test
    void call_of_a_closed_client_is_refused() {
        var client = client();
        client.close();
        assertThrows(HwtasksException.class, () -> client.kafka().list("i"));
        var failure = assertThrows(
                CompletionException.class, () -> client.kafka().listAsync("i").join());
        assertInstanceOf(HwtasksException.class, failure.getCause());
    }
}
