package io.github.hwtasks;

import io.github.hwtasks.internal.Errors;
import java.time.Duration;
import java.util.Objects;

/**
 * How often a call is retried, and with which backoff.
 *
 * <p>The client retries a failed or broken connection, a timeout, and the statuses 408, 429, 500, 502, 503 and 504. The
 * backoff is exponential with full jitter: a random part of a limit that doubles from one retry to the next. The client
 * waits longer if {@code Retry-After} says so, and then for a random part of a tenth more. No wait exceeds the timeout
 * of the call. Immutable.
 *
 * <p>{@code java.net.http} would send a {@code GET} again by itself when its connection closes before the response begins.
 * The client keeps it from that.
 */
public final class RetryPolicy {
    /** The longest backoff that a policy takes. */
    private static final Duration MAX_BACKOFF = Duration.ofHours(24);

    private static final RetryPolicy DEFAULTS = builder().build();
    private static final RetryPolicy DISABLED = builder().maxAttempts(1).build();

    private final int maxAttempts;
    private final Duration initialBackoff;
    private final Duration maxBackoff;

    private RetryPolicy(Builder builder) {
        this.maxAttempts = builder.maxAttempts;
        this.initialBackoff = least(builder.initialBackoff, MAX_BACKOFF);
        Duration most = least(builder.maxBackoff, MAX_BACKOFF);
        this.maxBackoff = most.compareTo(initialBackoff) < 0 ? initialBackoff : most;
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /**
     * Returns the policy of three attempts, with a backoff of at most 200 ms and 400 ms.
     *
     * @return the default policy
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Returns the policy of one attempt.
     *
     * @return a policy without retries
     */
    public static RetryPolicy disabled() {
        return DISABLED;
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
     * Returns the number of attempts, the first included.
     *
     * @return the number, 1 or more
     */
    public int maxAttempts() {
        return maxAttempts;
    }

    /**
     * Returns the limit of the first backoff.
     *
     * @return the limit
     */
    public Duration initialBackoff() {
        return initialBackoff;
    }

    /**
     * Returns the maximum of the limit of a backoff.
     *
     * @return the maximum, at least {@link #initialBackoff()}
     */
    public Duration maxBackoff() {
        return maxBackoff;
    }

    /** Shows the numbers. */
    @Override
    public String toString() {
        return "RetryPolicy{maxAttempts: " + maxAttempts + ", initialBackoff: " + initialBackoff + ", maxBackoff: "
                + maxBackoff + "}";
    }

    /** Makes a {@link RetryPolicy}. Not thread-safe. */
    public static final class Builder {
        private int maxAttempts = 3;
        private Duration initialBackoff = Duration.ofMillis(200);
        private Duration maxBackoff = Duration.ofSeconds(10);

        private Builder() {}

        /**
         * Sets the number of attempts, the first included. Default: 3.
         *
         * @param attempts the number, 1 or more
         * @return this builder
         * @throws InvalidInputException if the number is less than 1
         */
        public Builder maxAttempts(int attempts) {
            if (attempts < 1) {
                throw Errors.invalidInput("maxAttempts is " + attempts
                                + ", and must be at least 1: it counts the first attempt too")
                        .build();
            }
            maxAttempts = attempts;
            return this;
        }

        /**
         * Sets the limit of the first backoff. Default: 200 ms. More than 24 hours count as 24 hours.
         *
         * @param backoff the limit; zero for no backoff
         * @return this builder
         * @throws InvalidInputException if the backoff is negative
         */
        public Builder initialBackoff(Duration backoff) {
            initialBackoff = check("initialBackoff", backoff);
            return this;
        }

        /**
         * Sets the maximum of the limit of a backoff. Default: 10 seconds. More than 24 hours count as 24 hours, and less
         * than the initial backoff as that.
         *
         * @param backoff the maximum
         * @return this builder
         * @throws InvalidInputException if the backoff is negative
         */
        public Builder maxBackoff(Duration backoff) {
            maxBackoff = check("maxBackoff", backoff);
            return this;
        }

        private static Duration check(String name, Duration backoff) {
            if (Objects.requireNonNull(backoff, name).isNegative()) {
                throw Errors.invalidInput(name + " is negative").build();
            }
            return backoff;
        }

        /**
         * Makes the policy.
         *
         * @return the policy
         */
        public RetryPolicy build() {
            return new RetryPolicy(this);
        }
    }
}
