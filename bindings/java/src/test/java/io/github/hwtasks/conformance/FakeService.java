package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;

/** A service on loopback with canned responses. It closes the connection after each. */
final class FakeService implements AutoCloseable {
    private static final Queue<Socket> BOUND = new ConcurrentLinkedQueue<>();

    /** A request as it was received. Of a repeated header the first value. */
    record Request(String method, String target, Map<String, String> headers) {
        String header(String name) {
            return headers.get(name);
        }
    }

    /** A canned response. */
    record Reply(int status, String head, List<Map.Entry<String, String>> headers, byte[] body, String connection) {
        static Reply of(JsonNode response) {
            Json.known(
                    response,
                    "status",
                    "headers",
                    "connection",
                    "body",
                    "body_json",
                    "body_base64",
                    "body_file",
                    "head",
                    "header_count");
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            for (int n = 1; n <= Json.intOf(response, "header_count", 0); n++) {
                headers.add(Map.entry("x-" + n, String.valueOf(n)));
            }
            for (var header : Json.members(response.get("headers"))) {
                List<JsonNode> values = new ArrayList<>();
                if (header.getValue().isArray()) {
                    header.getValue().forEach(values::add);
                } else {
                    values.add(header.getValue());
                }
                values.forEach(value -> headers.add(Map.entry(header.getKey(), value.textValue())));
            }
            String connection = Json.textOf(response, "connection");
            return new Reply(
                    Json.intOf(response, "status", 200),
                    Json.textOf(response, "head"),
                    headers,
                    bodyOf(response),
                    connection == null ? "" : connection);
        }

        static List<Reply> all(JsonNode responses) {
            List<Reply> replies = new ArrayList<>();
            responses.forEach(response -> replies.add(of(response)));
            return replies;
        }

        private boolean has(String name) {
            return headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase(name));
        }

        private byte[] bytes() {
            StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
            headers.forEach(header -> text.append(header.getKey())
                    .append(": ")
                    .append(header.getValue())
                    .append("\r\n"));
            if (status != 204 && !has("content-length") && !has("transfer-encoding")) {
                text.append("content-length: ").append(body.length).append("\r\n");
            }
            if (!has("connection")) {
                text.append("connection: close\r\n");
            }
            text.append("\r\n");
            byte[] first = (head == null ? text.toString() : head).getBytes(StandardCharsets.UTF_8);
            int length = connection.equals("cut") ? body.length / 2 : body.length;
            byte[] whole = Arrays.copyOf(first, first.length + length);
            System.arraycopy(body, 0, whole, first.length, length);
            return whole;
        }
    }

    private final ServerSocket listener;
    private final BiFunction<Request, Integer, Reply> respond;
    private final List<Request> requests = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    private FakeService(BiFunction<Request, Integer, Reply> respond) {
        this.respond = respond;
        try {
            listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("service", this::accept);
    }

    /** A service that sends these in turn, and repeats the last one. */
    static FakeService of(List<Reply> replies) {
        return new FakeService((request, index) -> replies.get(Math.min(index, replies.size() - 1)));
    }

    /** A service that sends what a function returns for a request and its index. */
    static FakeService by(BiFunction<Request, Integer, Reply> respond) {
        return new FakeService(respond);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** The URL of a port where nobody listens. */
    static String nobodyListens() {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        // As long as it is bound, no service of another case gets the port.
        BOUND.add(socket);
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    List<Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** The requests, once there are so many, or after two seconds: a client that times out does not wait for them. */
    List<Request> requests(int wanted) {
        long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        while (requests().size() < wanted && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        return requests();
    }

    @Override
    public void close() {
        over.countDown();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The body of a response of the corpus. */
    static byte[] bodyOf(JsonNode response) {
        if (Json.has(response, "body")) {
            return response.get("body").textValue().getBytes(StandardCharsets.UTF_8);
        }
        if (response.has("body_json")) {
            return response.get("body_json").toString().getBytes(StandardCharsets.UTF_8);
        }
        if (Json.has(response, "body_base64")) {
            return Base64.getDecoder().decode(response.get("body_base64").textValue());
        }
        if (Json.has(response, "body_file")) {
            try {
                return Files.readAllBytes(
                        Corpus.ROOT.resolve(response.get("body_file").textValue()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new byte[0];
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                start("connection", () -> serve(socket));
            } catch (IOException e) {
                return; // It is closed.
            }
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket accepted) {
        try (Socket socket = accepted) {
            Request request = read(socket.getInputStream());
            if (request == null) {
                return;
            }
            int index;
            synchronized (requests) {
                index = requests.size();
                requests.add(request);
            }
            Reply reply = respond.apply(request, index);
            switch (reply.connection()) {
                case "reset" -> socket.setSoLinger(true, 0);
                case "silent" -> over.await();
                default -> socket.getOutputStream().write(reply.bytes());
            }
        } catch (IOException e) {
            // The client has closed the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads a request with its body; null where the client sends none. */
    private static Request read(InputStream stream) throws IOException {
        InputStream input = new BufferedInputStream(stream);
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = input.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
        }
        String[] lines = head.toString(StandardCharsets.UTF_8).split("\r\n");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
            int colon = line.indexOf(':');
            headers.putIfAbsent(
                    line.substring(0, colon), line.substring(colon + 1).strip());
        }
        input.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String[] words = lines[0].split(" ");
        return new Request(words[0], words[1], headers);
    }
}
