package io.github.hwtasks;

import io.github.hwtasks.internal.SystemClock;
import java.time.Duration;
import java.time.Instant;

/**
 * The clock of a client: the time of day, the time that has passed, and how to wait. Tests inject one with
 * {@link HwtasksClient.Builder#clock(Clock)}, so that retries, expiring credentials and waiting take no real time.
 *
 * <p>An implementation is safe for concurrent use.
 */
public interface Clock {
    /**
     * Returns the time of day, which signatures and expiry dates are made of.
     *
     * @return the time of day
     */
    Instant now();

    /**
     * Returns the nanoseconds since some moment in the past. They never go backwards, whatever the time of day does.
     * Deadlines are measured with them.
     *
     * @return nanoseconds; only differences have a meaning
     */
    long nanoTime();

    /**
     * Waits.
     *
     * @param duration how long; zero and less do not wait
     * @throws InterruptedException if the thread is interrupted
     */
    void sleep(Duration duration) throws InterruptedException;

    /**
     * Returns the clock of the system, which is the default.
     *
     * @return the clock
     */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
