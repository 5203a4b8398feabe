package io.github.hwtasks.internal;

import io.github.hwtasks.Response;
import java.net.http.HttpHeaders;

/** A response, read whole and decompressed. */
public final class Received {
    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;
    private int attempts;
    private volatile Response view;

    Received(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    public int status() {
        return status;
    }

    public HttpHeaders headers() {
        return headers;
    }

    /** Returns the body itself; nobody may change it. */
    public byte[] body() {
        return body;
    }

    public int attempts() {
        return attempts;
    }

    /** Sets the number of attempts, before other threads see the response. */
    Received attempts(int count) {
        attempts = count;
        return this;
    }

    Received withAttempts(int count) {
        return new Received(status, headers, body).attempts(count);
    }

    public String requestId() {
        return header("X-Request-Id");
    }

    /** Returns the first value of a header; the empty string if it is missing. */
    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** Returns the public view, which is always the same. */
    public Response response() {
        Response made = view;
        if (made == null) {
            made = Access.response(this);
            view = made;
        }
        return made;
    }
}
