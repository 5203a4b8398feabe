package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** The emulator as a process of its own, which one case uses at a time. */
final class Emulator implements AutoCloseable {
    private static final int COUNT = 2;
    private static final BlockingQueue<Emulator> FREE = new ArrayBlockingQueue<>(COUNT);
    private static int started;

    private static final HttpClient CONTROL =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Map<String, String> variables = new HashMap<>();

    /** Takes an emulator, as it is at its start. `close` gives it back. */
    static Emulator take() {
        try {
            synchronized (FREE) {
                if (FREE.isEmpty() && started < COUNT) {
                    started++;
                    FREE.add(new Emulator());
                }
            }
            Emulator emulator = FREE.take();
            emulator.control("POST", "reset", null);
            return emulator;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Emulator() {
        String named = System.getenv("HWTASKS_EMULATOR");
        String binary = named != null && !named.isEmpty()
                ? named
                : Corpus.ROOT.resolve("target/debug/hwtasks-emulator").toString();
        try {
            Process process = new ProcessBuilder(binary, "--dcs-listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            BufferedReader output = process.inputReader();
            for (String line = output.readLine(); line != null && !line.contains("curl "); line = output.readLine()) {
                if (line.startsWith("export ")) {
                    String[] assignment =
                            line.substring("export ".length()).strip().split("=", 2);
                    variables.put(assignment[0], assignment[1]);
                }
            }
            // Later output must not fill the pipe.
            Thread drain = new Thread(() -> discard(process));
            drain.setDaemon(true);
            drain.start();
        } catch (IOException e) {
            throw new UncheckedIOException("run `cargo build -p hwtasks-emulator`", e);
        }
    }

    private static void discard(Process process) {
        try {
            process.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // It has ended.
        }
    }

    /** The variables that it prints. */
    Map<String, String> variables() {
        return variables;
    }

    /** Calls its control interface. Returns what it responds; null for nothing. */
    JsonNode control(String method, String path, JsonNode body) {
        var content = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body.toString());
        var request = HttpRequest.newBuilder(URI.create(variables.get("HWTASKS_KAFKA_ENDPOINT") + "/_emulator/" + path))
                .method(method, content)
                .build();
        try {
            var response = CONTROL.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            String text = response.body();
            Check.that(response.statusCode() < 300, method + " " + path + ": " + response.statusCode() + " " + text);
            return text.isEmpty() ? null : Json.parse(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A list of its control interface. */
    JsonNode listed(String path) {
        JsonNode value = control("GET", path, null);
        return value.isObject() ? value.get(path) : value;
    }

    @Override
    public void close() {
        FREE.add(this);
    }
}
