package benchmark;

import com.huaweicloud.sdk.dcs.v2.DcsClient;
import com.huaweicloud.sdk.dcs.v2.model.ListBackgroundTaskRequest;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.ListOptions;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Measures calls, processor time, allocation and the size of the class path. Each client has seven runs, which alternate.
 * Fifteen runs before them warm the machine up: the compiler of Java, whose time counts too, works for longer than the
 * first thirty thousand calls. The figures are medians. HWTASKS_EMULATOR names the emulator.
 */
public final class Compare {
    private static final int WARM_UP = 15;
    private static final int RUNS = 7;

    /** Lists the tasks of an instance, and returns how many there are. */
    private interface Listing {
        int list(String instance, int limit);
    }

    /** The figures of a call. */
    private record Figures(double perSecond, double cpu, double bytes) {}

    private Compare() {}

    /**
     * Prints the tables.
     *
     * @param args none
     * @throws Exception if the emulator cannot be started or a call fails
     */
    public static void main(String[] args) throws Exception {
        Map<String, String> variables = new HashMap<>();
        Process emulator = start(variables);
        String url = variables.get("HWTASKS_DCS_ENDPOINT");
        try (HwtasksClient ours = Clients.ours(url, variables.get("HWTASKS_KAFKA_ENDPOINT"), variables)) {
            DcsClient official = Clients.officialDcs(url, variables);
            Map<String, Listing> clients = new LinkedHashMap<>();
            clients.put("ours", (instance, limit) -> ours.dcs()
                    .list(instance, ListOptions.builder().limit(limit).build())
                    .tasks()
                    .size());
            clients.put("official", (instance, limit) -> official.listBackgroundTask(
                            new ListBackgroundTaskRequest().withInstanceId(instance).withLimit(limit))
                    .getTasks()
                    .size());
            for (int tasks : new int[] {2, 200}) {
                String instance = "with-" + tasks;
                fill(url, instance, tasks);
                compare(clients, instance, tasks);
            }
        } finally {
            emulator.destroyForcibly();
        }
        sizes();
        System.exit(0); // The threads of the official SDK are no daemons.
    }

    private static void compare(Map<String, Listing> clients, String instance, int tasks) {
        int calls = tasks > 2 ? 2000 : 3000;
        Map<String, List<Figures>> measured = new LinkedHashMap<>();
        for (int run = -WARM_UP; run < RUNS; run++) {
            for (var client : clients.entrySet()) {
                Figures figures = measure(client.getValue(), instance, tasks, calls);
                if (run >= 0) {
                    measured.computeIfAbsent(client.getKey(), name -> new ArrayList<>())
                            .add(figures);
                }
            }
        }
        System.out.printf(
                "%n%d tasks: medians of %d alternating runs%n%n| client | calls/s | CPU us/call | bytes/call |%n"
                        + "| --- | --- | --- | --- |%n",
                tasks, RUNS);
        List<ToDoubleFunction<Figures>> columns = List.of(Figures::perSecond, Figures::cpu, Figures::bytes);
        measured.forEach((name, all) -> {
            StringBuilder row = new StringBuilder("| " + name + " |");
            columns.forEach(column -> row.append(String.format(Locale.ROOT, " %.0f |", median(all, column))));
            System.out.println(row);
        });
        StringBuilder row = new StringBuilder("| ours : official |");
        columns.forEach(column -> row.append(String.format(
                Locale.ROOT,
                " %.2f |",
                median(measured.get("ours"), column) / median(measured.get("official"), column))));
        System.out.println(row);
    }

    private static double median(List<Figures> all, ToDoubleFunction<Figures> column) {
        return all.stream().mapToDouble(column).sorted().toArray()[all.size() / 2];
    }

    private static Figures measure(Listing client, String instance, int tasks, int calls) {
        System.gc();
        long bytes = allocated();
        long cpu = processorTime();
        long started = System.nanoTime();
        for (int call = 0; call < calls; call++) {
            int found = client.list(instance, tasks);
            if (found != tasks) {
                throw new IllegalStateException(found + " tasks and not " + tasks);
            }
        }
        double took = System.nanoTime() - started;
        return new Figures(
                calls / (took / 1e9),
                (processorTime() - cpu) / 1e3 / calls,
                (allocated() - bytes) / (double) calls);
    }

    /** What all threads have allocated. Those of a client's pools outlive a run. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    /** Of the whole process, with its compiler and its garbage collector. */
    private static long processorTime() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static Process start(Map<String, String> variables) throws IOException {
        Process process = new ProcessBuilder(
                        System.getenv("HWTASKS_EMULATOR"), "--dcs-listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null && !line.contains("curl "); line = output.readLine()) {
            if (line.startsWith("export ")) {
                String[] assignment = line.substring("export ".length()).strip().split("=", 2);
                variables.put(assignment[0], assignment[1]);
            }
        }
        Thread drain = new Thread(() -> {
            try {
                process.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // It has ended.
            }
        });
        drain.setDaemon(true);
        drain.start();
        return process;
    }

    /** Gives a DCS instance so many tasks. */
    private static void fill(String url, String instance, int tasks) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        for (int n = 0; n < tasks; n++) {
            String body = String.format(
                    "{\"id\":\"8abfa7b272adc5b40172b7313%07d\",\"name\":\"ChangeInstanceSpec\",\"user_name\":\"user\","
                            + "\"user_id\":\"d53977d1adfb49c5b025ba7d33a13fd7\",\"details\":{\"old_capacity\":\"0.125\","
                            + "\"new_capacity\":\"0.25\",\"old_cache_mode\":\"single\",\"new_cache_mode\":\"single\","
                            + "\"old_port\":6379,\"enable_ssl\":true},\"status\":\"SUCCESS\","
                            + "\"created_at\":\"2020-06-15T08:%02d:56.400Z\","
                            + "\"updated_at\":\"2020-06-15T08:55:56.600Z\"}",
                    n, n % 60);
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/_emulator/tasks/dcs/" + instance))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            var response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() > 299) {
                throw new IllegalStateException("the emulator returned " + response.statusCode());
            }
        }
    }

    /** Prints the sizes of the jars that each client needs on the class path. */
    private static void sizes() {
        // Both need these two; the class path has the newer one.
        List<String> both = List.of("jackson-core", "slf4j-api");
        long ours = 0;
        long official = 0;
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            File jar = new File(path);
            String name = jar.getName();
            boolean isShared = both.stream().anyMatch(name::startsWith);
            ours += isShared || name.startsWith("hwtasks") ? jar.length() : 0;
            official += jar.isFile() && !name.startsWith("hwtasks") ? jar.length() : 0;
        }
        System.out.printf(
                "%n| class path | bytes |%n| --- | --- |%n| ours | %d |%n| official | %d |%n| ours : official | %s |%n",
                ours, official, String.format(Locale.ROOT, "%.2f", ours / (double) official));
    }
}
