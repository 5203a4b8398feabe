package io.github.hwtasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.model.TaskName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The messages of typical mistakes: each says what to do. */
final class MistakesTest {
    private static HwtasksClient.Builder complete() {
        return HwtasksClient.builder()
                .kafkaEndpoint("https://dms.example")
                .projectId("project")
                .credentials(Credentials.token("token"));
    }

    private static void message(String expected, Executable mistake) {
        assertEquals(expected, assertThrows(HwtasksException.class, mistake).getMessage());
    }

    private static void absent(String name, Executable mistake) {
        assertEquals(name, assertThrows(NullPointerException.class, mistake).getMessage());
    }

    @Test
    void missing_option_is_named() {
        message(
                "no credentials are set; set them with credentials() of the builder, or set withoutCredentials() to send"
                        + " requests without",
                () -> HwtasksClient.builder().region("cn-north-4").build());
        message(
                "no region and no endpoint is set; set one with region(), dcsEndpoint() or kafkaEndpoint() of the builder",
                () -> HwtasksClient.builder()
                        .projectId("project")
                        .credentials(Credentials.token("token"))
                        .build());
        message(
                "ListDcsTasks: no DCS endpoint is set; set it with dcsEndpoint() of the builder, or set the region",
                () -> complete().build().dcs().list("instance"));
    }

    @Test
    void invalid_option_is_shown_unless_it_may_be_secret() {
        message(
                "\"cn north 4\" is not a region: give its ID, such as cn-north-4",
                () -> complete().region("cn north 4").build());
        message(
                "the project ID is cn-north-4, which is a region: give the ID of the project in it",
                () -> complete().projectId("cn-north-4").build());
        message(
                "the endpoint \"http://dms.example\" is plain http: use https; or allowPlainHttp() of the builder, to send"
                        + " credentials in the clear",
                () -> complete().kafkaEndpoint("http://dms.example").build());
        message(
                "the endpoint \"https://dms.example/v2\" ends in the version of the API, which the client adds: leave it"
                        + " out",
                () -> complete().kafkaEndpoint("https://dms.example/v2").build());
        message(
                "the endpoint \"dms.example\" is not a URL",
                () -> complete().kafkaEndpoint("dms.example").build());
        message(
                "the token has a line break at its end: give the bare value",
                () -> complete().credentials(Credentials.token("t\n")).build());
        message(
                "the secret key has a blank at its beginning: give the bare value",
                () -> complete().credentials(Credentials.keys("AK", " SK")).build());
        message("timeout is PT0S, and must be more than zero", () -> complete().timeout(Duration.ZERO));
        message(
                "maxAttempts is 0, and must be at least 1: it counts the first attempt too",
                () -> RetryPolicy.builder().maxAttempts(0));
    }

    @Test
    void invalid_option_of_a_call_is_named_before_anything_is_sent() {
        KafkaService service = complete().build().kafka();
        message("timeout is PT0S, and must be more than zero", () -> service.withTimeout(Duration.ZERO));
        message(
                "attemptTimeout is PT-1S, and must be more than zero",
                () -> service.withAttemptTimeout(Duration.ofSeconds(-1)));
        absent("timeout", () -> service.withTimeout(null));
        absent("attemptTimeout", () -> service.withAttemptTimeout(null));
        absent("retryPolicy", () -> service.withRetryPolicy(null));
    }

    @Test
    void null_is_named() {
        KafkaService service = complete().build().kafka();
        message("ListKafkaTasks: the instance ID \"\" is empty", () -> service.list(null));
        absent("ids", () -> service.sweep(null));
        message(
                "ListKafkaTasks: the name is empty",
                () -> service.waitForName("instance", TaskName.of(""), Instant.now()));
        absent("timeout", () -> complete().timeout(null));
        absent("proxy", () -> complete().proxy(null));
        absent("notFoundGrace", () -> WaitOptions.builder().notFoundGrace(null));
        absent("maxBackoff", () -> RetryPolicy.builder().maxBackoff(null));
    }

    @Test
    void nothing_configured_names_each_provider() {
        Map<String, String> variables = Map.of("HWTASKS_METADATA_DISABLED", "1", "HWTASKS_REGION", "cn-north-4");
        message(
                "no credentials: environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set; profile file: the home"
                        + " directory is not known, and HUAWEICLOUD_SDK_CREDENTIALS_FILE is not set; metadata service:"
                        + " turned off by HWTASKS_METADATA_DISABLED",
                () -> HwtasksClient.fromEnv(Environment.of(variables)));
    }

    @Test
    void call_of_a_closed_client_says_so() {
        HwtasksClient client = complete().build();
        client.close();
        message(
                "ListKafkaTasks: the client is closed; close it after its last call",
                () -> client.kafka().list("instance"));
        message(
                "ListKafkaTasks: the client is closed; close it after its last call",
                () -> client.kafka().withTimeout(Duration.ofSeconds(1)).list("instance"));
    }
}
