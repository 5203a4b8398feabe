import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reports what the generated clients make of each case. */
final class Main {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Main() {}

    public static void main(String[] args) throws Exception {
        StringBuilder report = new StringBuilder();
        for (JsonNode one : JSON.readTree(Files.readString(Path.of("cases.json")))) {
            ObjectNode line = JSON.createObjectNode().put("name", one.get("name").textValue());
            try {
                line.setAll(call(one));
            } catch (Exception error) {
                line.put("error", error.toString());
            }
            report.append(JSON.writeValueAsString(line)).append('\n');
        }
        Files.writeString(Path.of("decoded.jsonl"), report);
    }

    private static ObjectNode call(JsonNode one) throws Exception {
        return one.get("document").textValue().equals("dcs") ? callDcs(one) : callKafka(one);
    }

    private static ObjectNode callDcs(JsonNode one) throws Exception {
        dcs.ApiClient client = new dcs.ApiClient();
        client.updateBaseUri(one.get("url").textValue());
        String token = one.get("token").textValue();
        client.setRequestInterceptor(request -> request.header("X-Auth-Token", token));
        dcs.DcsApi api = new dcs.DcsApi(client);
        String project = one.at("/parameters/project_id").textValue();
        String instance = one.at("/parameters/instance_id").textValue();
        ObjectMapper mapper = client.getObjectMapper();
        try {
            dcs.ApiResponse<?> response = switch (one.get("operation").textValue()) {
                case "ListDcsTasksV1" -> api.listDcsTasksV1WithHttpInfo(project, instance, null, null, null, null);
                case "ListDcsTasks" -> api.listDcsTasksWithHttpInfo(project, instance, null, null, null, null);
                default -> throw new IllegalArgumentException("no call for " + one.get("operation"));
            };
            return decoded(mapper, response.getStatusCode(), response.getData());
        } catch (dcs.ApiException error) {
            if (error.getResponseBody() == null) {
                throw error;
            }
            // The client leaves the body of an error as text.
            Object body = mapper.readValue(error.getResponseBody(), dcs.ErrorResponse.class);
            return decoded(mapper, error.getCode(), body);
        }
    }

    private static ObjectNode callKafka(JsonNode one) throws Exception {
        kafka.ApiClient client = new kafka.ApiClient();
        client.updateBaseUri(one.get("url").textValue());
        String token = one.get("token").textValue();
        client.setRequestInterceptor(request -> request.header("X-Auth-Token", token));
        kafka.KafkaApi api = new kafka.KafkaApi(client);
        String project = one.at("/parameters/project_id").textValue();
        String instance = one.at("/parameters/instance_id").textValue();
        String task = one.at("/parameters/task_id").textValue();
        ObjectMapper mapper = client.getObjectMapper();
        try {
            kafka.ApiResponse<?> response = switch (one.get("operation").textValue()) {
                case "ListKafkaTasks" -> api.listKafkaTasksWithHttpInfo(project, instance, null, null, null, null);
                case "ShowKafkaTask" -> api.showKafkaTaskWithHttpInfo(project, instance, task);
                default -> throw new IllegalArgumentException("no call for " + one.get("operation"));
            };
            return decoded(mapper, response.getStatusCode(), response.getData());
        } catch (kafka.ApiException error) {
            if (error.getResponseBody() == null) {
                throw error;
            }
            Object body = mapper.readValue(error.getResponseBody(), kafka.ErrorResponse.class);
            return decoded(mapper, error.getCode(), body);
        }
    }

    private static ObjectNode decoded(ObjectMapper mapper, int status, Object body) {
        return JSON.createObjectNode().put("status", status).set("decoded", mapper.valueToTree(body));
    }
}
