package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.Kind;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.CredentialsProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What every call of a client shares. */
public final class Transport {
    private final CredentialsProvider provider;
    private final Clock clock;
    private final RetryPolicy retry;
    private final Limits limits;
    private final Http http;
    /** The headers of every request. It is copied, and never changed. */
    private final HttpRequest.Builder common;

    private final Gate gate;
    /** How far the service's clock is ahead of ours, once it has said so. */
    private final AtomicReference<Duration> skew = new AtomicReference<>(Duration.ZERO);

    /** What a request may take: the time of an attempt and of a call, and the bytes of a body. */
    public record Limits(Duration attempt, Duration call, int body) {
        Limits withAttempt(Duration timeout) {
            return new Limits(timeout, call, body);
        }

        Limits withCall(Duration timeout) {
            return new Limits(attempt, timeout, body);
        }
    }

    /** Without a provider, requests go without authorization. */
    Transport(CredentialsProvider provider, Clock clock, RetryPolicy retry, Limits limits, Http http, String agent) {
        this.provider = provider;
        this.clock = clock;
        this.retry = retry;
        this.limits = limits;
        this.http = http;
        this.common = HttpRequest.newBuilder().setHeader("User-Agent", agent).setHeader("Accept-Encoding", "gzip");
        this.gate = provider == null ? null : Gate.of(provider);
    }

    /** Begins a call. */
    public Call newCall(String operation) {
        return new Call(operation, this, retry, limits);
    }

    /** Begins a call with a policy of its own. */
    public Call newCall(String operation, RetryPolicy policy) {
        return new Call(operation, this, policy, limits);
    }

    /** Begins a call with a policy and limits of its own. */
    Call newCall(String operation, RetryPolicy policy, Limits given) {
        return new Call(operation, this, policy, given);
    }

    CredentialsProvider provider() {
        return provider;
    }

    Clock clock() {
        return clock;
    }

    RetryPolicy retry() {
        return retry;
    }

    Limits limits() {
        return limits;
    }

    Gate gate() {
        return gate;
    }

    AtomicReference<Duration> skew() {
        return skew;
    }

    Http http() {
        return http;
    }

    /** Makes a request that goes as it is, but for its authorization. */
    HttpRequest.Builder request(String method, URI uri, List<String> headers, byte[] body) {
        HttpRequest.Builder request;
        try {
            request = common.copy().uri(uri);
        } catch (IllegalArgumentException e) {
            throw Errors.invalidInput("the request has no valid URL").build();
        }
        if ("http".equals(uri.getScheme())) {
            // Without this, each request would ask for an upgrade to HTTP/2.
            request.version(HttpClient.Version.HTTP_1_1);
        }
        HttpRequest.BodyPublisher publisher = http.body(method, body);
        if (publisher == null) {
            request.GET();
        } else {
            request.method(method, publisher);
        }
        for (int i = 0; i < headers.size(); i += 2) {
            request.setHeader(headers.get(i), headers.get(i + 1));
        }
        String proxy = http.proxyAuthorization(uri);
        if (proxy != null) {
            request.setHeader("Proxy-Authorization", proxy);
        }
        return request;
    }

    /** Cancels what is under way, and refuses all further calls. */
    public void close() {
        http.close();
    }

    /** Returns the exception of a call that begins after its client was closed. */
    static ErrorBuilder closed() {
        return Errors.invalidInput("the client is closed").help("close it after its last call");
    }

    /** Returns the exception of a call that was under way when its client was closed. */
    static ErrorBuilder cancelled() {
        return new ErrorBuilder(Kind.CANCELLED, "the client was closed");
    }
}
