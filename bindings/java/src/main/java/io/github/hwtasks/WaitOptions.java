package io.github.hwtasks;

import java.time.Duration;
import java.util.Objects;

/**
 * Options of a wait, such as {@link KafkaService#waitFor(String, String, WaitOptions)}. Immutable.
 *
 * <pre>{@code
 * var options = WaitOptions.builder().timeout(Duration.ofMinutes(10)).build();
 * }</pre>
 *
 * <p>A wait polls at once, then after 2 seconds, and then after pauses that grow by half up to 30 seconds, without
 * jitter. States are compared without regard to case; unknown or missing ones count as running. The final poll starts
 * shortly before the timeout, so that its response can arrive in time: 2 seconds, a tenth of the timeout, or the initial
 * interval, whichever is least.
 *
 * <p>If the task is not found, polling continues for the grace period, from the start or from when the task was last
 * seen. Transient errors, such as a 503, are tolerated for as long. A 429 is tolerated until the timeout, and the next
 * poll comes after its {@code Retry-After}. Any other error ends the wait, and so does a service that cannot be reached
 * at first. Each poll is a call with its own timeout, which {@link KafkaService#withTimeout(Duration)} sets.
 *
 * <p>The wait throws a {@link HwtasksException}: a {@link TaskFailedException} when the task ended otherwise than in
 * success, a {@link WaitTimeoutException}, one of kind {@link Kind#TASK_NOT_FOUND} when the grace period has passed, or
 * that of a poll. Its {@link HwtasksException#task()} is the task as it was seen last. To interrupt the thread, to cancel
 * the future or to close the client ends the wait, but not the task.
 */
public final class WaitOptions {
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(1);
    private static final WaitOptions DEFAULTS = builder().build();

    private final Duration initialInterval;
    private final Duration maxInterval;
    private final Duration timeout;
    private final Duration notFoundGrace;

    private WaitOptions(Builder from) {
        this.initialInterval = from.initialInterval;
        this.maxInterval = from.maxInterval;
        this.timeout = from.timeout;
        this.notFoundGrace = from.notFoundGrace;
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
    public static WaitOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns the pause between the first two polls.
     *
     * @return the pause
     */
    public Duration initialInterval() {
        return initialInterval;
    }

    /**
     * Returns the longest pause between two polls.
     *
     * @return the pause
     */
    public Duration maxInterval() {
        return maxInterval;
    }

    /**
     * Returns how long to wait at most.
     *
     * @return the timeout
     */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Returns how long the task may be missing.
     *
     * @return the grace period
     */
    public Duration notFoundGrace() {
        return notFoundGrace;
    }

    /** Shows all options. */
    @Override
    public String toString() {
        return "WaitOptions{initialInterval=" + initialInterval + ", maxInterval=" + maxInterval + ", timeout="
                + timeout + ", notFoundGrace=" + notFoundGrace + "}";
    }

    /** Builds {@link WaitOptions}. Not thread-safe. */
    public static final class Builder {
        private Duration initialInterval = Duration.ofSeconds(2);
        private Duration maxInterval = Duration.ofSeconds(30);
        private Duration timeout = Duration.ofMinutes(30);
        private Duration notFoundGrace = Duration.ofSeconds(60);

        private Builder() {}

        /**
         * Sets the pause between the first two polls. Default: 2 seconds.
         *
         * @param initialInterval the pause; less than a millisecond counts as a millisecond
         * @return this builder
         */
        public Builder initialInterval(Duration initialInterval) {
            this.initialInterval = atLeast(LEAST_INTERVAL, "initialInterval", initialInterval);
            return this;
        }

        /**
         * Sets the longest pause between two polls. Default: 30 seconds.
         *
         * @param maxInterval the pause; less than the initial interval counts as that
         * @return this builder
         */
        public Builder maxInterval(Duration maxInterval) {
            this.maxInterval = atLeast(Duration.ZERO, "maxInterval", maxInterval);
            return this;
        }

        /**
         * Sets how long to wait at most, from the first poll. Default: 30 minutes.
         *
         * @param timeout the timeout; a negative one counts as zero
         * @return this builder
         */
        public Builder timeout(Duration timeout) {
            this.timeout = atLeast(Duration.ZERO, "timeout", timeout);
            return this;
        }

        /**
         * Sets how long the task may be missing, and how long transient errors are tolerated. Default: 60 seconds.
         *
         * @param notFoundGrace the grace period; a negative one counts as zero
         * @return this builder
         */
        public Builder notFoundGrace(Duration notFoundGrace) {
            this.notFoundGrace = atLeast(Duration.ZERO, "notFoundGrace", notFoundGrace);
            return this;
        }

        private static Duration atLeast(Duration least, String name, Duration given) {
            return Objects.requireNonNull(given, name).compareTo(least) < 0 ? least : given;
        }

        /**
         * Builds the options.
         *
         * @return the options
         */
        public WaitOptions build() {
            return new WaitOptions(this);
        }
    }
}
