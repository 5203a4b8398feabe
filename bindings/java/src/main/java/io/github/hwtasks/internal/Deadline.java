package io.github.hwtasks.internal;

import java.util.function.Supplier;

/** The time that the current thread's call has left for its credentials provider. */
final class Deadline {
    private static final ThreadLocal<Long> CURRENT = new ThreadLocal<>();

    private Deadline() {}

    /** Runs a function that may wait for so many nanoseconds. */
    static <T> T within(long nanos, Supplier<T> function) {
        Long outer = CURRENT.get();
        long until = System.nanoTime() + nanos;
        CURRENT.set(outer != null && outer - until < 0 ? outer : Long.valueOf(until));
        try {
            return function.get();
        } finally {
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /** Returns the nanoseconds that are left; very many without a deadline. */
    static long remaining() {
        Long until = CURRENT.get();
        return until == null ? Long.MAX_VALUE : until - System.nanoTime();
    }
}
