package io.github.hwtasks.internal;

import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Bounds the time of credentials providers. */
final class Providers {
    /** The threads of what nothing interrupts. */
    static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "hwtasks-helper");
        thread.setDaemon(true);
        return thread;
    });

    private Providers() {}

    /** Asks a provider. One of the program's own runs in another thread, because it may hang. */
    static Credentials provide(CredentialsProvider provider, long nanos) {
        if (Access.isBounded(provider)) {
            return Deadline.within(nanos, provider::provide);
        }
        Future<Credentials> future = THREADS.submit(() -> Deadline.within(nanos, provider::provide));
        try {
            return future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw Errors.interrupted("", e);
        } catch (TimeoutException e) {
            throw Authorize.slow(Duration.ofNanos(nanos));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            future.cancel(true);
        }
    }
}
