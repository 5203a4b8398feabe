package io.github.hwtasks.internal;

import java.util.concurrent.atomic.AtomicReference;

/** A request under way, in the thread that waits for its response. Another thread can end it early. */
final class Exchange {
    private final Http owner;
    private final Thread thread = Thread.currentThread();
    private final long deadline;
    private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
    private volatile End end = End.ITSELF;

    private enum State {
        RUNNING,
        ABORTING,
        ABORTED,
        DONE
    }

    /** What has ended an exchange. */
    enum End {
        ITSELF,
        DEADLINE,
        CLOSE
    }

    Exchange(Http owner, long deadline) {
        this.owner = owner;
        this.deadline = deadline;
    }

    boolean isOf(Http http) {
        return owner == http;
    }

    /** Returns the nanoseconds until the deadline. */
    long remaining(long now) {
        return deadline - now;
    }

    /** Interrupts the thread, which makes the HTTP client cancel the exchange. */
    void abort(End why) {
        if (state.compareAndSet(State.RUNNING, State.ABORTING)) {
            end = why;
            thread.interrupt();
            state.set(State.ABORTED);
        }
    }

    /** Ends the exchange, in its own thread. An interruption by {@link #abort} is not one of the thread. */
    End finish() {
        if (state.compareAndSet(State.RUNNING, State.DONE)) {
            return End.ITSELF;
        }
        while (state.get() != State.ABORTED) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
        return end;
    }
}
