package io.github.hwtasks.internal;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Resolves the names of hosts in time. Java resolves one in the calling thread, which nothing interrupts; so it is done in
 * another thread before, and Java then finds it in its cache.
 */
final class Names {
    /** Shorter than Java keeps an address by default. */
    private static final long FRESH = Duration.ofSeconds(20).toNanos();

    /** When each name was resolved. */
    private static final Map<String, Long> RESOLVED = new ConcurrentHashMap<>();

    /** The last host that was an address. */
    private static volatile String address;

    private Names() {}

    static void resolve(String host, long nanos) throws InterruptedException {
        if (host.equals(address)) {
            return;
        }
        Long last = RESOLVED.get(host);
        if (last != null && System.nanoTime() - last < FRESH) {
            return;
        }
        if (Addresses.parse(host) != null) {
            address = host;
            return;
        }
        Future<InetAddress> future = Providers.THREADS.submit(() -> InetAddress.getByName(host));
        try {
            future.get(nanos, TimeUnit.NANOSECONDS);
            RESOLVED.put(host, System.nanoTime());
        } catch (ExecutionException e) {
            throw Errors.transport(e.getCause()).build();
        } catch (TimeoutException e) {
            throw Errors.transport(e).build();
        } finally {
            future.cancel(true);
        }
    }
}
