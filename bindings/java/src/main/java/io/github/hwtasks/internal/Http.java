package io.github.hwtasks.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The HTTP client of Java, with one deadline for a whole exchange. */
final class Http {
    private final Proxies proxies;
    private final boolean isOwn;
    private final Set<CompletableFuture<?>> inFlight = ConcurrentHashMap.newKeySet();
    /** Null once it is closed: Java 17 closes the connections of a client that nobody holds. */
    private volatile HttpClient client;

    Http(HttpClient client, Proxies proxies, boolean isOwn) {
        this.client = client;
        this.proxies = proxies;
        this.isOwn = isOwn;
    }

    boolean isClosed() {
        return client == null;
    }

    /** Returns the header Proxy-Authorization of a request; null for none. */
    String proxyAuthorization(URI uri) {
        return proxies == null ? null : proxies.authorization(uri);
    }

    /** Returns the body of a request; null for none. */
    HttpRequest.BodyPublisher body(String method, byte[] bytes) {
        HttpClient open = client;
        if (open == null) {
            throw Transport.closed().build();
        }
        return OnceBody.of(open, method, bytes);
    }

    /** Sends a request, and reads the whole response within the limits. */
    Received exchange(HttpRequest request, long nanos, int bodyLimit) throws InterruptedException {
        HttpClient open = client;
        if (open == null) {
            throw Transport.closed().build();
        }
        BodyCollector collector = new BodyCollector(bodyLimit);
        CompletableFuture<HttpResponse<BodyCollector>> future;
        try {
            future = open.sendAsync(request, collector);
        } catch (IllegalArgumentException e) {
            throw Errors.invalidInput("the request cannot be sent: " + Text.oneLine(String.valueOf(e.getMessage())))
                    .build();
        }
        inFlight.add(future);
        if (isClosed()) {
            future.cancel(true);
        }
        try {
            future.get(nanos, TimeUnit.NANOSECONDS);
            return collector.received(null);
        } catch (TimeoutException e) {
            return collector.received(e);
        } catch (CancellationException e) {
            throw Transport.closed().build();
        } catch (ExecutionException e) {
            if (isClosed()) {
                throw Transport.closed().build();
            }
            return collector.received(e.getCause());
        } finally {
            inFlight.remove(future);
            if (!future.isDone()) {
                collector.cancel();
                future.cancel(true);
            }
        }
    }

    /** Cancels what is under way, and lets the connections go. A client that was given stays open. */
    void close() {
        HttpClient open = client;
        client = null;
        inFlight.forEach(future -> future.cancel(true));
        if (open == null || !isOwn) {
            return;
        }
        try {
            // Java 21 and later.
            Method shutdown = HttpClient.class.getMethod("shutdownNow");
            shutdown.invoke(open);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            // Java 17 closes the connections when it collects the client.
            return;
        }
    }
}
