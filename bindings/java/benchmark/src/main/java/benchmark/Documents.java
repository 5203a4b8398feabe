package benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.huaweicloud.sdk.core.utils.JsonUtils;
import com.huaweicloud.sdk.dcs.v2.DcsClient;
import com.huaweicloud.sdk.dcs.v2.model.ListBackgroundTaskRequest;
import com.huaweicloud.sdk.kafka.v2.KafkaClient;
import com.huaweicloud.sdk.kafka.v2.model.ListBackgroundTasksRequest;
import com.huaweicloud.sdk.kafka.v2.model.ShowBackgroundTaskRequest;
import com.sun.net.httpserver.HttpServer;
import io.github.hwtasks.HwtasksClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Prints what the official SDK and this client make of the examples of the documents, as the table of the README. */
public final class Documents {
    private static final Path EXAMPLES = Path.of("../../../crates/api/src/examples");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String INSTANCE = "instance";
    private static final String TASK = "8abfa7b272adc5b40172b73130065ae7";

    private Documents() {}

    /**
     * Prints the table.
     *
     * @param args none
     * @throws IOException if an example cannot be read
     */
    public static void main(String[] args) throws IOException {
        System.out.println("| example | official SDK | hwtasks |\n| --- | --- | --- |");
        row("DCS V1.0", "dcs_v1_list.json");
        row("DCS V1.0, verbatim (a trailing comma)", "dcs_v1_list_verbatim.txt");
        row("DCS V2, Chinese", "dcs_list_zh.json");
        row("DCS V2, English", "dcs_list_en.json");
        row("DCS V2, newer", "dcs_list_newer.json");
        row("Kafka, list", "kafka_list.json");
        row("Kafka, show", "kafka_show.json");
        System.exit(0); // The threads of the official SDK are no daemons.
    }

    @SuppressWarnings("deprecation") // The documents have an example of V1.0.
    private static void row(String title, String file) throws IOException {
        byte[] body = Files.readAllBytes(EXAMPLES.resolve(file));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        Map<String, String> variables = Map.of(
                "HUAWEICLOUD_SDK_AK", "AK", "HUAWEICLOUD_SDK_SK", "SK", "HUAWEICLOUD_SDK_PROJECT_ID", "project");
        try (HwtasksClient client = Clients.ours(url, url, variables)) {
            DcsClient dcs = Clients.officialDcs(url, variables);
            KafkaClient kafka = Clients.officialKafka(url, variables);
            String official;
            String ours;
            if (file.startsWith("dcs_v1")) {
                official = "has no such operation";
                ours = verdict(body, () -> client.dcs().listV1(INSTANCE).toJson());
            } else if (file.startsWith("dcs")) {
                official = verdict(
                        body,
                        () -> JsonUtils.toJSON(
                                dcs.listBackgroundTask(new ListBackgroundTaskRequest().withInstanceId(INSTANCE))));
                ours = verdict(body, () -> client.dcs().list(INSTANCE).toJson());
            } else if (file.equals("kafka_show.json")) {
                official = verdict(
                        body,
                        () -> JsonUtils.toJSON(kafka.showBackgroundTask(new ShowBackgroundTaskRequest()
                                .withInstanceId(INSTANCE)
                                .withTaskId(TASK))));
                ours = verdict(
                        body,
                        () -> "{\"task_count\":\"1\",\"tasks\":["
                                + client.kafka().show(INSTANCE, TASK).toJson() + "]}");
            } else {
                official = verdict(
                        body,
                        () -> JsonUtils.toJSON(
                                kafka.listBackgroundTasks(new ListBackgroundTasksRequest().withInstanceId(INSTANCE))));
                ours = verdict(body, () -> client.kafka().list(INSTANCE).toJson());
            }
            System.out.println("| " + title + " | " + official + " | " + ours + " |");
        } finally {
            server.stop(0);
        }
    }

    /** What of a body is in a result, which is written as JSON again. */
    private static String verdict(byte[] body, Supplier<String> call) throws IOException {
        String written;
        try {
            written = call.get();
        } catch (RuntimeException e) {
            // The SDK shows the cause in the middle of its message.
            String text = String.valueOf(e.getMessage())
                    .replaceAll("\\s+", " ")
                    .replaceFirst("^.*Exception: ", "")
                    .replaceFirst(" at \\[Source.*", "");
            return "error: `" + text + "`";
        }
        TreeSet<String> lost = new TreeSet<>();
        missing(MAPPER.readTree(body), MAPPER.readTree(written), "", lost);
        return lost.isEmpty() ? "complete" : "loses `" + String.join("`, `", lost) + "`";
    }

    /** Finds the members of a body that a written value lacks. */
    private static void missing(JsonNode body, JsonNode written, String path, TreeSet<String> lost) {
        if (body.isObject()) {
            body.properties().forEach(member -> {
                JsonNode other = written == null ? null : written.get(member.getKey());
                if (other == null && written != null && member.getKey().equals("new_cahce_mode")) {
                    // The documents mean the same member.
                    other = written.get("new_cache_mode");
                }
                if (!member.getValue().isNull()) {
                    missing(member.getValue(), other, path + "." + member.getKey(), lost);
                }
            });
        } else if (body.isArray()) {
            for (int i = 0; i < body.size(); i++) {
                missing(body.get(i), written == null ? null : written.get(i), path + "[]", lost);
            }
        } else if (written == null || !written.asText().equals(body.asText())) {
            lost.add(path.substring(1));
        }
    }
}
