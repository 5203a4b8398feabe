package io.github.hwtasks.testing;

import io.github.hwtasks.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A clock that a test advances, and that a sleep of a client advances at once. It is safe for concurrent use.
 *
 * <pre>{@code
 * var clock = new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
 * var client = HwtasksClient.builder().clock(clock)...build();
 * }</pre>
 */
public final class ManualClock implements Clock {
    private final List<Duration> sleeps = new ArrayList<>();
    private Instant now;
    private long nanos;

    /**
     * Makes a clock that shows a time.
     *
     * @param now the time of day
     */
    public ManualClock(Instant now) {
        this.now = Objects.requireNonNull(now, "now");
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (this) {
            sleeps.add(duration);
            move(duration);
        }
    }

    /**
     * Moves the clock.
     *
     * @param duration how far
     */
    public synchronized void advance(Duration duration) {
        move(duration);
    }

    /**
     * Returns the sleeps so far.
     *
     * @return the sleeps, in order
     */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }

    private void move(Duration duration) {
        if (!duration.isNegative()) {
            now = now.plus(duration);
            nanos += duration.toNanos();
        }
    }

    @Override
    public synchronized String toString() {
        return "ManualClock{" + now + "}";
    }
}
