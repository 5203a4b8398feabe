package io.github.hwtasks.soak;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.ListOptions;
import io.github.hwtasks.model.DcsInstance;
import io.github.hwtasks.model.DcsTask;
import io.github.hwtasks.model.KafkaTask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The Java client of {@code cargo xtask soak}: calls the emulator, checks every result, and prints its tally as one line
 * of JSON. Arguments: the number of concurrent loops, and the duration in seconds. The environment configures the client.
 */
public final class Soak {
    /** The instance of both services. Its tasks are t24 to t00, newest first. */
    private static final String INSTANCE = "soak";

    private static final List<String> ALL = IntStream.rangeClosed(0, 24)
            .mapToObj(n -> String.format("t%02d", 24 - n))
            .toList();
    private static final int CALLS = 5;

    private final Map<String, Long> errors = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();
    private long right;

    private Soak() {}

    /**
     * Runs the loops.
     *
     * @param args the number of loops, and the duration in seconds
     * @throws IOException if the tally cannot be written
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        long end =
                System.nanoTime() + Duration.ofSeconds(Long.parseLong(args[1])).toNanos();
        Soak soak = new Soak();
        List<Thread> threads = new ArrayList<>();
        try (HwtasksClient client = HwtasksClient.fromEnv()) {
            for (int first = 0; first < Integer.parseInt(args[0]); first++) {
                int number = first;
                threads.add(new Thread(() -> soak.work(client, number, end)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        System.out.println(JsonMapper.builder()
                .build()
                .writeValueAsString(Map.of("right", soak.right, "errors", soak.errors, "wrong", soak.wrong)));
    }

    private void work(HwtasksClient client, int first, long end) {
        for (int number = first; System.nanoTime() - end < 0; number += 7) {
            int which = number % CALLS;
            try {
                List<String> expected = expected(which, number);
                count(call(client, which, number).equals(expected) ? null : "call " + which);
            } catch (HwtasksException e) {
                synchronized (this) {
                    errors.merge(e.kind().value(), 1L, Long::sum);
                }
            } catch (RuntimeException e) {
                count("call " + which + ": " + e);
            }
        }
    }

    private synchronized void count(String finding) {
        if (finding == null) {
            right++;
        } else {
            wrong.add(finding);
        }
    }

    private static List<String> expected(int which, int number) {
        return switch (which) {
            case 0 -> ALL.subList(0, 10);
            case 1 -> List.of(ALL.get(number % ALL.size()));
            case 2 -> ALL;
            case 3 -> List.of(INSTANCE);
            default -> List.of();
        };
    }

    private static List<String> call(HwtasksClient client, int which, int number) {
        return switch (which) {
            case 0 ->
                client.kafka().list(INSTANCE, ListOptions.builder().limit(10).build()).tasks().stream()
                        .map(KafkaTask::id)
                        .toList();
            case 1 ->
                List.of(client.kafka()
                        .show(INSTANCE, ALL.get(number % ALL.size()))
                        .id());
            case 2 ->
                client.dcs().items(INSTANCE, ListOptions.builder().limit(7).build()).stream()
                        .map(DcsTask::id)
                        .toList();
            case 3 ->
                client.dcs().instances().instances().stream()
                        .map(DcsInstance::instanceId)
                        .toList();
            default -> missing(client);
        };
    }

    /** Lists an instance that does not exist. */
    private static List<String> missing(HwtasksClient client) {
        try {
            return List.of(client.dcs().list("no-such-instance").toString());
        } catch (HwtasksException e) {
            if (e.isNotFound()) {
                return List.of();
            }
            throw e;
        }
    }
}
