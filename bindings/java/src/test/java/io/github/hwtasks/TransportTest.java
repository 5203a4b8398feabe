package io.github.hwtasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hwtasks.credentials.CachedProvider;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import io.github.hwtasks.credentials.IamPasswordProvider;
import io.github.hwtasks.credentials.ProviderChain;
import io.github.hwtasks.signer.Signer;
import io.github.hwtasks.signer.SigningRequest;
import io.github.hwtasks.testing.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the corpus cannot say of the transport: deadlines in real time, connections, closing, and what is shown. */
@Timeout(60)
final class TransportTest {
    private static final String EMPTY = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"tasks\":[]}";
    private static final String REFUSED =
            "HTTP/1.1 401 Unauthorized\r\ncontent-length: 41\r\n\r\n{\"error_code\":\"APIGW.0301\",\"error_msg\":\"\"}";

    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>();
    private ServerSocket server;

    /** Responds to each request of a connection in turn, and closes it after the last; "" keeps silent. */
    private String serve(String... responses) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (true) {
                Socket socket = server.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                daemon(() -> respond(socket, responses));
            }
        });
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void respond(Socket socket, String... responses) throws IOException {
        InputStream input = socket.getInputStream();
        for (String response : responses) {
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                int next = input.read();
                if (next < 0) {
                    return;
                }
                head += (char) next;
            }
            requests.incrementAndGet();
            arrived.countDown();
            socket.getOutputStream().write(response.getBytes(StandardCharsets.UTF_8));
            if (response.isEmpty()) {
                return;
            }
        }
        socket.close();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static HwtasksClient.Builder builder(String url) {
        return HwtasksClient.builder()
                .kafkaEndpoint(url)
                .projectId("project")
                .retryPolicy(RetryPolicy.disabled())
                .credentials(Credentials.token("SECRET-token"));
    }

    @Test
    void deadline_covers_a_slow_body() throws IOException {
        String url = serve("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"tasks\":[", "");
        try (HwtasksClient client =
                builder(url).attemptTimeout(Duration.ofMillis(300)).build()) {
            HwtasksException e = assertThrows(ConnectionException.class, () -> list(client));
            assertTrue(e.isTimeout(), e.getMessage());
        }
    }

    @Test
    void connection_closed_after_a_request_is_sent_no_second_request() throws IOException {
        // The connection is kept open after the first response, and closed after the second request.
        String url = serve(EMPTY, " ");
        try (HwtasksClient client = builder(url).build()) {
            list(client);
            HwtasksException e = assertThrows(ConnectionException.class, () -> list(client));
            assertFalse(e.isTimeout() || e.isConnectionError(), e.getMessage());
            assertEquals(2, requests.get());
        }
    }

    @Test
    void connection_closed_before_a_response_is_retried_by_the_policy() throws IOException {
        String url = serve();
        try (HwtasksClient client = builder(url)
                .clock(new ManualClock(Instant.EPOCH))
                .retryPolicy(RetryPolicy.builder().maxAttempts(4).build())
                .build()) {
            HwtasksException e = assertThrows(ConnectionException.class, () -> list(client));
            assertEquals(4, e.attempts());
        }
    }

    @Test
    void server_without_tls_is_a_connection_error() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(() -> {
            Socket socket = server.accept();
            synchronized (sockets) {
                sockets.add(socket);
            }
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        });
        try (HwtasksClient client =
                builder("https://127.0.0.1:" + server.getLocalPort()).build()) {
            HwtasksException e = assertThrows(ConnectionException.class, () -> list(client));
            assertTrue(e.isConnectionError(), e.getMessage());
        }
    }

    @Test
    void close_ends_the_calls_under_way_and_refuses_others() throws Exception {
        String url = serve("");
        ExecutorService threads = Executors.newSingleThreadExecutor();
        HwtasksClient client = builder(url).build();
        Future<HwtasksException> call =
                threads.submit(() -> assertThrows(CancelledException.class, () -> list(client)));
        assertTrue(arrived.await(30, TimeUnit.SECONDS));
        client.close();
        assertEquals(Kind.CANCELLED, call.get(10, TimeUnit.SECONDS).kind());
        HwtasksException later = assertThrows(InvalidInputException.class, () -> list(client));
        assertTrue(later.getMessage().contains("the client is closed"), later.getMessage());
        client.close();
        threads.shutdownNow();
    }

    @Test
    void given_http_client_stays_open_and_must_follow_no_redirects() throws IOException {
        HttpClient given = HttpClient.newHttpClient();
        String url = serve(EMPTY, EMPTY, EMPTY);
        builder(url).httpClient(given).build().close();
        try (HwtasksClient client = builder(url).httpClient(given).build()) {
            list(client);
        }
        HttpClient following = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
        assertThrows(
                InvalidInputException.class,
                () -> builder(url).httpClient(following).build());
    }

    @Test
    void interrupted_thread_sends_nothing_and_stays_interrupted() throws IOException {
        String url = serve(EMPTY);
        try (HwtasksClient client = builder(url).build()) {
            Thread.currentThread().interrupt();
            assertThrows(CancelledException.class, () -> list(client));
            assertTrue(Thread.interrupted());
            assertEquals(0, requests.get());
        }
    }

    @Test
    void provider_that_hangs_ends_at_the_timeout_of_the_call() throws IOException {
        AtomicInteger running = new AtomicInteger();
        CredentialsProvider hanging = provider(() -> {
            running.incrementAndGet();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                running.decrementAndGet();
            }
            throw new IllegalStateException("interrupted");
        });
        for (CredentialsProvider provider : List.of(hanging, CachedProvider.of(hanging))) {
            try (HwtasksClient client = builder("http://127.0.0.1:1")
                    .credentials(provider)
                    .timeout(Duration.ofMillis(200))
                    .build()) {
                HwtasksException e = assertTimeoutPreemptively(
                        Duration.ofSeconds(20), () -> assertThrows(CredentialsException.class, () -> list(client)));
                assertTrue(e.isRetryable(), e.getMessage());
                assertTrue(e.getMessage().contains("no credentials within"), e.getMessage());
            }
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (running.get() > 0) {
                Thread.sleep(1);
            }
        });
    }

    @Test
    void clients_of_one_provider_share_its_refusals() throws IOException {
        String url = serve(REFUSED, REFUSED, REFUSED);
        CredentialsProvider provider = provider(() -> Credentials.token("SECRET-token"));
        ManualClock clock = new ManualClock(Instant.EPOCH);
        try (HwtasksClient one = builder(url).credentials(provider).clock(clock).build();
                HwtasksClient other =
                        builder(url).credentials(provider).clock(clock).build()) {
            assertThrows(UnauthorizedException.class, () -> list(one));
            assertThrows(UnauthorizedException.class, () -> list(other));
            assertEquals(
                    0,
                    assertThrows(UnauthorizedException.class, () -> list(one)).attempts());
            assertEquals(2, requests.get());
        }
    }

    @Test
    void calls_on_virtual_threads_all_end() throws Exception {
        ExecutorService threads;
        try {
            threads = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            assumeTrue(false, "this Java has no virtual threads");
            return;
        }
        String url = serve(EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY);
        try (HwtasksClient client = builder(url)
                .credentials(CachedProvider.of(provider(() -> Credentials.token("SECRET-token"))))
                .retryPolicy(RetryPolicy.defaults())
                .build()) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(threads.submit(() -> list(client)));
            }
            for (Future<?> call : calls) {
                call.get(30, TimeUnit.SECONDS);
            }
        }
        threads.shutdown();
    }

    @Test
    void cached_provider_with_many_callers_fetches_once() throws Exception {
        AtomicInteger fetches = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        CachedProvider cached = CachedProvider.of(provider(() -> {
            fetches.incrementAndGet();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Credentials.token("SECRET-token");
        }));
        List<CompletableFuture<Credentials>> calls = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        for (int i = 0; i < 8; i++) {
            calls.add(CompletableFuture.supplyAsync(cached::provide, threads));
        }
        release.countDown();
        Credentials first = calls.get(0).get(30, TimeUnit.SECONDS);
        for (CompletableFuture<Credentials> call : calls) {
            assertSame(first, call.get(30, TimeUnit.SECONDS));
        }
        assertEquals(1, fetches.get());
        threads.shutdown();
    }

    @Test
    void nothing_that_is_printed_shows_a_secret() {
        Credentials keys = Credentials.keys("AK", "SECRET-key").withSecurityToken("SECRET-token");
        Environment environment = Environment.of(Map.of("HUAWEICLOUD_SDK_SK", "SECRET-key"));
        SigningRequest request = SigningRequest.builder()
                .url("https://a.example/?SECRET")
                .header("X-Secret", "SECRET")
                .body("SECRET".getBytes(StandardCharsets.UTF_8))
                .build();
        HwtasksClient.Builder builder =
                builder("http://127.0.0.1:1").credentials(keys).proxy("http://user:SECRET@proxy.example");
        try (HwtasksClient client = builder.build()) {
            List<Object> values = List.of(
                    keys,
                    Credentials.token("SECRET-token"),
                    environment,
                    ProviderChain.official(environment),
                    CachedProvider.of(keys),
                    IamPasswordProvider.builder().password("SECRET"),
                    IamPasswordProvider.builder()
                            .user("u")
                            .password("SECRET")
                            .domain("d")
                            .region("cn-north-4")
                            .build(),
                    request,
                    Signer.sign(request, keys, Instant.EPOCH),
                    builder,
                    client,
                    client.settings());
            for (Object value : values) {
                assertFalse(value.toString().contains("SECRET"), value.getClass() + " shows " + value);
            }
        }
        HwtasksException e = assertThrows(
                InvalidInputException.class,
                () -> builder("http://127.0.0.1:1")
                        .proxy("ftp://user:SECRET@proxy")
                        .build());
        assertFalse(e.toString().contains("SECRET"), e.toString());
    }

    @Test
    void misspelled_variable_is_named() {
        Environment environment = Environment.of(
                Map.of("HWTASKS_REGON", "cn-north-4", "HWTASKS_TOKEN", "SECRET", "HUAWEICLOUD_SDK_PROJECT_ID", "p"));
        HwtasksException e = assertThrows(InvalidInputException.class, () -> HwtasksClient.fromEnv(environment));
        assertEquals(Reason.NO_REGION, e.reason().orElseThrow());
        assertTrue(e.getMessage().contains("HWTASKS_REGON is set: did you mean HWTASKS_REGION?"), e.getMessage());
    }

    @Test
    void options_out_of_range_are_refused() {
        HwtasksClient.Builder builder = HwtasksClient.builder();
        assertInstanceOf(
                InvalidInputException.class,
                assertThrows(HwtasksException.class, () -> builder.timeout(Duration.ZERO)));
        assertThrows(InvalidInputException.class, () -> builder.attemptTimeout(Duration.ofSeconds(-1)));
        assertThrows(InvalidInputException.class, () -> builder.bodyLimit(0));
        assertThrows(InvalidInputException.class, () -> RetryPolicy.builder().maxAttempts(0));
        assertThrows(NullPointerException.class, () -> builder.credentials(null));
    }

    private static Object list(HwtasksClient client) {
        return client.kafka().list("instance");
    }

    private static CredentialsProvider provider(java.util.function.Supplier<Credentials> fetch) {
        return new CredentialsProvider() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public Credentials provide() {
                return fetch.get();
            }
        };
    }
}
