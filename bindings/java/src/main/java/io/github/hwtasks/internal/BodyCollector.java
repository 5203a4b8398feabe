package io.github.hwtasks.internal;

import io.github.hwtasks.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.zip.GZIPInputStream;

/**
 * Reads the body of one response up to a limit. What was read before a failure is kept, because the status of an error
 * counts more than its body.
 */
final class BodyCollector
        implements HttpResponse.BodyHandler<BodyCollector>, HttpResponse.BodySubscriber<BodyCollector> {
    private static final byte[] EMPTY = new byte[0];

    private final int limit;
    private final CompletableFuture<BodyCollector> done = new CompletableFuture<>();

    private volatile HttpResponse.ResponseInfo info;
    private Flow.Subscription subscription;
    private byte[] bytes = EMPTY;
    private int length;
    private boolean isTooLarge;
    private boolean isEnded;
    private Throwable failure;

    BodyCollector(int limit) {
        this.limit = limit;
    }

    @Override
    public HttpResponse.BodySubscriber<BodyCollector> apply(HttpResponse.ResponseInfo given) {
        info = given;
        return this;
    }

    @Override
    public CompletionStage<BodyCollector> getBody() {
        return done;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        boolean isFull;
        synchronized (this) {
            for (ByteBuffer buffer : buffers) {
                append(buffer);
            }
            isFull = isTooLarge;
        }
        if (isFull) {
            cancel();
        }
    }

    private void append(ByteBuffer buffer) {
        if (isEnded || isTooLarge) {
            return;
        }
        int count = Math.min(buffer.remaining(), limit - length);
        isTooLarge = count < buffer.remaining();
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, capacity(length + count));
        }
        buffer.get(bytes, length, count);
        length += count;
    }

    private int capacity(int needed) {
        if (bytes.length == 0) {
            long announced = info.headers().firstValueAsLong("Content-Length").orElse(0);
            if (announced >= needed && announced <= limit) {
                return (int) announced;
            }
        }
        return Math.max(needed, (int) Math.min(limit, Math.max(512, bytes.length * 2L)));
    }

    @Override
    public void onError(Throwable given) {
        synchronized (this) {
            failure = given;
            isEnded = true;
        }
        done.complete(this);
    }

    @Override
    public void onComplete() {
        synchronized (this) {
            isEnded = true;
        }
        done.complete(this);
    }

    /** Reads nothing more, and closes the connection unless the body is complete. */
    void cancel() {
        Flow.Subscription given;
        synchronized (this) {
            given = isEnded ? null : subscription;
            isEnded = true;
        }
        if (given != null) {
            given.cancel();
        }
        done.complete(this);
    }

    /**
     * Returns the response, if its status or its whole body has arrived.
     *
     * @param broken what ended the exchange early; null if nothing has
     */
    Received received(Throwable broken) {
        HttpResponse.ResponseInfo head = info;
        if (head == null) {
            throw Errors.transport(broken).build();
        }
        List<String> lengths = head.headers().allValues("Content-Length");
        if (lengths.size() > 1 && lengths.stream().map(String::strip).distinct().count() > 1) {
            throw Errors.transport(new IOException("the response has two lengths"))
                    .build();
        }
        byte[] raw;
        Throwable ended;
        boolean isCut;
        synchronized (this) {
            isEnded = true;
            raw = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
            ended = broken != null ? broken : failure;
            isCut = isTooLarge;
        }
        boolean isError = head.statusCode() < 200 || head.statusCode() > 299;
        if (!isError) {
            if (isCut) {
                throw tooLarge();
            }
            if (ended != null) {
                throw Errors.transport(ended).build();
            }
        }
        byte[] body = isGzip(head.headers()) ? gunzip(raw, isError) : raw;
        return new Received(head.statusCode(), head.headers(), body);
    }

    private RuntimeException tooLarge() {
        return new ErrorBuilder(
                        Kind.BODY_TOO_LARGE, "the response is larger than the body limit of " + limit + " bytes")
                .build();
    }

    private static boolean isGzip(HttpHeaders headers) {
        String coding = headers.firstValue("Content-Encoding").orElse("").strip();
        return coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip");
    }

    private byte[] gunzip(byte[] raw, boolean isError) {
        if (raw.length == 0) {
            return raw;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(Math.min(limit, raw.length * 4));
        byte[] buffer = new byte[8192];
        try (InputStream from = new GZIPInputStream(new ByteArrayInputStream(raw))) {
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                int room = Math.min(n, limit - text.size());
                text.write(buffer, 0, room);
                if (room < n) {
                    if (!isError) {
                        throw tooLarge();
                    }
                    break;
                }
            }
        } catch (IOException e) {
            if (!isError) {
                throw Errors.transport(new IOException("the body is not the gzip that its header announces", e))
                        .build();
            }
        }
        return text.toByteArray();
    }
}
