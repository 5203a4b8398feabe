package io.github.hwtasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import io.github.hwtasks.credentials.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long an exception says that the service asks to wait. */
final class RetryAfterTest {
    @ParameterizedTest
    @CsvSource({"7, PT7S", "soon, ", ", "})
    void exception_has_the_time_of_its_response(String header, Duration wanted) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            if (header != null) {
                exchange.getResponseHeaders().set("Retry-After", header);
            }
            exchange.sendResponseHeaders(429, -1);
            exchange.close();
        });
        server.start();
        HwtasksClient.Builder builder = HwtasksClient.builder()
                .dcsEndpoint("http://127.0.0.1:" + server.getAddress().getPort())
                .projectId("project")
                .credentials(Credentials.token("token"))
                .retryPolicy(RetryPolicy.disabled());
        try (HwtasksClient client = builder.build()) {
            ThrottledException e =
                    assertThrows(ThrottledException.class, () -> client.dcs().list("instance"));
            assertEquals(Optional.ofNullable(wanted), e.retryAfter());
        } finally {
            server.stop(0);
        }
    }
}
