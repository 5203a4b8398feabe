package io.github.hwtasks.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** Calls that return a future. */
public final class Async {
    private Async() {}

    /**
     * Runs a blocking call on the executor of a client. Whatever completes the future first, such as a cancellation or a
     * timeout of its own, interrupts the call.
     */
    public static <T> CompletableFuture<T> call(ServiceCore core, Supplier<T> call) {
        var running = new Running<>(call);
        try {
            core.executor().execute(running);
        } catch (RejectedExecutionException e) {
            running.future.completeExceptionally(core.rejected(e));
        }
        return running.future;
    }

    private static final class Running<T> implements Runnable {
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private final Supplier<T> call;
        /** The thread of the call, while it runs. */
        private Thread thread;

        Running(Supplier<T> call) {
            this.call = call;
            future.whenComplete((value, failure) -> interrupt());
        }

        private synchronized void interrupt() {
            if (thread != null && thread != Thread.currentThread()) {
                thread.interrupt();
            }
        }

        private synchronized boolean begin() {
            thread = future.isDone() ? null : Thread.currentThread();
            return thread != null;
        }

        /** Ends the call. An interrupt that was meant for it must not reach the next task of the thread. */
        private synchronized void end() {
            thread = null;
            if (future.isDone()) {
                Thread.interrupted();
            }
        }

        @Override
        public void run() {
            if (!begin()) {
                return;
            }
            T value = null;
            Throwable failure = null;
            try {
                value = call.get();
            } catch (Throwable e) {
                failure = e;
            }
            end();
            if (failure == null) {
                future.complete(value);
            } else {
                future.completeExceptionally(failure);
            }
        }
    }
}
