package io.github.hwtasks.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs one function at a time. Callers that come while it runs share its result.
 *
 * <p>The function runs in a thread of its own, so that it outlives the first caller as long as another one waits for it.
 * It is interrupted with the last of them, or at its timeout.
 */
public final class SingleFlight<T> {
    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private Flight<T> running;

    private static final class Flight<T> {
        final CompletableFuture<T> result = new CompletableFuture<>();
        final long deadline;
        Thread thread;
        int waiting;

        Flight(long deadline) {
            this.deadline = deadline;
        }
    }

    public SingleFlight(String name) {
        this.name = name;
    }

    public boolean isRunning() {
        lock.lock();
        try {
            return running != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the result of the function that runs, or runs this one.
     *
     * @param timeout how long the function may take; the deadline of the call may be nearer
     * @param slow returns or throws what stands for the result when the time, which it is given, has passed
     */
    public T run(Duration timeout, Supplier<T> function, Function<Duration, T> slow) {
        long now = System.nanoTime();
        Flight<T> flight;
        lock.lock();
        try {
            flight = running;
            if (flight == null || flight.deadline - now <= 0) {
                flight = start(now + timeout.toNanos(), function);
            }
            flight.waiting++;
        } finally {
            lock.unlock();
        }
        long left = Math.min(flight.deadline - now, Deadline.remaining());
        try {
            return flight.result.get(Math.max(left, 0), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw Errors.interrupted("", e);
        } catch (TimeoutException e) {
            return slow.apply(Duration.ofNanos(left));
        } finally {
            leave(flight);
        }
    }

    private Flight<T> start(long deadline, Supplier<T> function) {
        Flight<T> flight = new Flight<>(deadline);
        flight.thread = new Thread(
                () -> {
                    T value = null;
                    Throwable failure = null;
                    try {
                        value = function.get();
                    } catch (RuntimeException | Error e) {
                        failure = e;
                    }
                    // Before the result is there: who has seen it must begin another flight.
                    forget(flight);
                    if (failure == null) {
                        flight.result.complete(value);
                    } else {
                        flight.result.completeExceptionally(failure);
                    }
                },
                name);
        flight.thread.setDaemon(true);
        running = flight;
        flight.thread.start();
        return flight;
    }

    private void forget(Flight<T> flight) {
        lock.lock();
        try {
            if (running == flight) {
                running = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void leave(Flight<T> flight) {
        if (flight.result.isDone()) {
            return;
        }
        lock.lock();
        try {
            if (--flight.waiting == 0 || flight.deadline - System.nanoTime() <= 0) {
                // Nobody waits any more: the next caller runs its own.
                flight.thread.interrupt();
                if (running == flight) {
                    running = null;
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
