package benchmark;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.dcs.v2.DcsClient;
import com.huaweicloud.sdk.kafka.v2.KafkaClient;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.credentials.Credentials;
import java.util.List;
import java.util.Map;

/** Makes the clients that are compared. */
final class Clients {
    private Clients() {}

    static HwtasksClient ours(String dcs, String kafka, Map<String, String> variables) {
        return HwtasksClient.builder()
                .dcsEndpoint(dcs)
                .kafkaEndpoint(kafka)
                .projectId(variables.get("HUAWEICLOUD_SDK_PROJECT_ID"))
                .credentials(Credentials.keys(
                        variables.get("HUAWEICLOUD_SDK_AK"), variables.get("HUAWEICLOUD_SDK_SK")))
                .build();
    }

    static DcsClient officialDcs(String url, Map<String, String> variables) {
        return DcsClient.newBuilder()
                .withCredential(keys(variables))
                .withHttpConfig(HttpConfig.getDefaultHttpConfig())
                .withEndpoints(List.of(url))
                .build();
    }

    static KafkaClient officialKafka(String url, Map<String, String> variables) {
        return KafkaClient.newBuilder()
                .withCredential(keys(variables))
                .withHttpConfig(HttpConfig.getDefaultHttpConfig())
                .withEndpoints(List.of(url))
                .build();
    }

    private static BasicCredentials keys(Map<String, String> variables) {
        return new BasicCredentials()
                .withAk(variables.get("HUAWEICLOUD_SDK_AK"))
                .withSk(variables.get("HUAWEICLOUD_SDK_SK"))
                .withProjectId(variables.get("HUAWEICLOUD_SDK_PROJECT_ID"));
    }
}
