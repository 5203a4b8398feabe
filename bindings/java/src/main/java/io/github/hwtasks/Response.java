package io.github.hwtasks;

import io.github.hwtasks.internal.Received;
import java.net.http.HttpHeaders;
import java.util.Optional;

/** An HTTP response of a service, as it came. */
public final class Response {
    final Received received;

    Response(Received received) {
        this.received = received;
    }

    /**
     * Returns the HTTP status.
     *
     * @return the status, such as 200
     */
    public int status() {
        return received.status();
    }

    /**
     * Returns the headers. Their names are compared without regard to case.
     *
     * @return the headers
     */
    public HttpHeaders headers() {
        return received.headers();
    }

    /**
     * Returns the ID of the request in the logs of the service: the header {@code X-Request-Id}.
     *
     * @return the ID; empty if the header is missing
     */
    public Optional<String> requestId() {
        return Optional.of(received.requestId()).filter(id -> !id.isEmpty());
    }

    /**
     * Returns the body as it came after decompression, with the members that no type has.
     *
     * @return a copy of the bytes
     */
    public byte[] rawBody() {
        return received.body().clone();
    }

    /**
     * Returns the number of attempts that the call took.
     *
     * @return the number of attempts, the first included
     */
    public int attempts() {
        return received.attempts();
    }

    /** Describes the response, without its headers and body. */
    @Override
    public String toString() {
        return "Response{status: " + status() + ", request ID: \"" + received.requestId() + "\"}";
    }
}
