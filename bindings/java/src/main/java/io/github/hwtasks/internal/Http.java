package io.github.hwtasks.internal;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.concurrent.TimeoutException;

/** The HTTP client of Java, with one deadline for a whole exchange. */
final class Http {
    private final Proxies proxies;
    private final boolean isOwn;
    /** Null once it is closed: Java 17 closes the connections of a client that nobody holds. */
    private volatile HttpClient client;

    /** The proxies are null for none, and for a client that was given. */
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
        return OnceBody.of(open(), method, bytes);
    }

    private HttpClient open() {
        HttpClient open = client;
        if (open == null) {
            throw Transport.closed().build();
        }
        return open;
    }

    /** Sends a request, and reads the whole response within the limits. */
    Received exchange(HttpRequest request, long nanos, int bodyLimit) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        if (isOwn) {
            Names.resolve(host(request.uri()), nanos);
        }
        BodyCollector collector = new BodyCollector(bodyLimit);
        Exchange exchange = new Exchange(this, deadline);
        Exchange.End end;
        Throwable failure = null;
        Watchdog.add(exchange);
        try {
            // In this thread: an asynchronous one ends in the common pool, which may make a thread for each call.
            open().send(request, collector);
        } catch (IOException | InterruptedException | IllegalArgumentException e) {
            failure = e;
        } finally {
            Watchdog.remove(exchange);
            end = exchange.finish();
        }
        if (failure == null) {
            return collector.received(null);
        }
        if (end == Exchange.End.CLOSE || isClosed()) {
            throw Transport.cancelled().build();
        }
        if (end == Exchange.End.DEADLINE) {
            return collector.received(new TimeoutException());
        }
        if (failure instanceof InterruptedException) {
            throw (InterruptedException) failure;
        }
        if (failure instanceof IllegalArgumentException) {
            String why = Text.oneLine(String.valueOf(failure.getMessage()));
            throw Errors.invalidInput("the request cannot be sent: " + why).build();
        }
        return collector.received(failure);
    }

    /** Returns the host to connect to. */
    private String host(URI uri) {
        if (proxies != null) {
            Proxy proxy = proxies.select(uri).get(0);
            if (proxy.address() instanceof InetSocketAddress) {
                return ((InetSocketAddress) proxy.address()).getHostString();
            }
        }
        return uri.getHost();
    }

    /** Cancels what is under way, and lets the connections go. A client that was given stays open. */
    void close() {
        HttpClient open = client;
        client = null;
        Watchdog.close(this);
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
