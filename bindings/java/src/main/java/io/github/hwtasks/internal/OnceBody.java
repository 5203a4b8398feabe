package io.github.hwtasks.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A body that is sent once. The HTTP client of Java sends a GET again by itself when the connection closes before the
 * response begins. It asks for the length of the body once for each time it sends, and here fails the second time: so the
 * retry policy alone decides, and a retry has a signature of its own.
 */
final class OnceBody implements BodyPublisher {
    private final BodyPublisher body;
    private final AtomicBoolean isSent = new AtomicBoolean();

    private OnceBody(BodyPublisher body) {
        this.body = body;
    }

    /** Returns the body of a request; null for a GET without one, where the client sends each request once. */
    static BodyPublisher of(HttpClient client, String method, byte[] bytes) {
        BodyPublisher body = bytes == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(bytes);
        // Another client may ask for the length as often as it likes.
        if (client.getClass().getName().startsWith("jdk.internal.net.http.")) {
            return new OnceBody(body);
        }
        return bytes == null && method.equals("GET") ? null : body;
    }

    @Override
    public long contentLength() {
        if (isSent.getAndSet(true)) {
            throw new UncheckedIOException(new IOException("it closed before the response began"));
        }
        return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(subscriber);
    }
}
