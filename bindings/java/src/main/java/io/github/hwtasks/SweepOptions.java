package io.github.hwtasks;

import java.time.Instant;
import java.util.Optional;

/**
 * Options of a sweep, such as {@link KafkaService#sweep(Iterable, SweepOptions)}. Immutable.
 *
 * <p>A response 429 slows down the whole sweep: all its requests pause together, and half as many are then sent at the
 * same time. As many responses as that raise the number by one, up to the concurrency. The pause is the time in
 * {@code Retry-After}, and at least 1 second; without other responses in between, that doubles with each pause, up to 30
 * seconds. Up to a tenth is added at random. A throttled request is sent up to 10 times, whatever the
 * {@link RetryPolicy}.
 *
 * <p>The sweep ends early, before all lists were read, when the service has refused the credentials (401) for good, when
 * all responses so far were 403 or 401 with one code and there were as many as the concurrency, 5 at the least, or when
 * the service throttled every request for 15 minutes. Each list that was read has its result before. An ID without a
 * result was not read.
 */
public final class SweepOptions {
    private static final SweepOptions DEFAULTS = builder().build();

    private final int concurrency;
    private final Instant since;
    private final Instant until;
    private final boolean firstAlone;

    private SweepOptions(Builder from) {
        this.concurrency = from.concurrency;
        this.since = from.since;
        this.until = from.until;
        this.firstAlone = from.firstAlone;
    }

    /**
     * Returns a builder with the defaults.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the defaults.
     *
     * @return the options
     */
    public static SweepOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns how many lists are read concurrently.
     *
     * @return the number
     */
    public int concurrency() {
        return concurrency;
    }

    /**
     * Returns the earliest time of a task.
     *
     * @return the time; empty for no bound
     */
    public Optional<Instant> since() {
        return Optional.ofNullable(since);
    }

    /**
     * Returns the latest time of a task.
     *
     * @return the time; empty for no bound
     */
    public Optional<Instant> until() {
        return Optional.ofNullable(until);
    }

    /**
     * Returns whether requests are sent one at a time until the service has accepted one.
     *
     * @return whether the first request is alone
     */
    public boolean firstAlone() {
        return firstAlone;
    }

    /** Shows all options. */
    @Override
    public String toString() {
        return "SweepOptions{concurrency=" + concurrency + ", since=" + since + ", until=" + until + ", firstAlone="
                + firstAlone + "}";
    }

    /** Builds {@link SweepOptions}. Not thread-safe. */
    public static final class Builder {
        private int concurrency = 16;
        private Instant since;
        private Instant until;
        private boolean firstAlone;

        private Builder() {}

        /**
         * Sets how many lists are read concurrently. Default: 16.
         *
         * @param concurrency the number; one below 1 counts as 1
         * @return this builder
         */
        public Builder concurrency(int concurrency) {
            this.concurrency = Math.max(concurrency, 1);
            return this;
        }

        /**
         * Restricts the sweep to tasks from this time on, rounded down to a second.
         *
         * @param since the time; null for no bound
         * @return this builder
         */
        public Builder since(Instant since) {
            this.since = since;
            return this;
        }

        /**
         * Restricts the sweep to tasks up to this time, rounded up to a second.
         *
         * @param until the time; null for no bound
         * @return this builder
         */
        public Builder until(Instant until) {
            this.until = until;
            return this;
        }

        /**
         * Sends one request at a time until the service has accepted one. If it refuses the credentials (401) first, the
         * sweep ends at once. A response 429 or 5xx is neither.
         *
         * @param firstAlone whether the first request is alone
         * @return this builder
         */
        public Builder firstAlone(boolean firstAlone) {
            this.firstAlone = firstAlone;
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         */
        public SweepOptions build() {
            return new SweepOptions(this);
        }
    }
}
