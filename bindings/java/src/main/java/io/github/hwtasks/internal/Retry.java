package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.RetryPolicy;
import java.math.BigInteger;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** When a call is retried. Times are in nanoseconds, and -1 stands for none. */
public final class Retry {
    /** Longer than any timeout, and far from an overflow. */
    private static final long MAX_WAIT = Duration.ofDays(100 * 365).toNanos();

    private Retry() {}

    /** Returns how long to wait before the next attempt; -1 when the result is final. */
    static long wait(
            RetryPolicy policy, int attempts, Received received, HwtasksException failed, Instant now, long left) {
        if (failed != null) {
            return failed.kind() == Kind.TRANSPORT ? backoff(policy, attempts) : -1;
        }
        if (!Classify.isRetryableStatus(received.status())) {
            return -1;
        }
        long backoff = backoff(policy, attempts);
        long requested = retryAfter(received.headers(), now);
        if (backoff < 0 || requested < 0) {
            return backoff;
        }
        return withJitter(Math.max(requested, backoff), left);
    }

    /** Draws the backoff after so many attempts; -1 when none is left. */
    private static long backoff(RetryPolicy policy, int attempts) {
        if (attempts >= policy.maxAttempts()) {
            return -1;
        }
        long limit = policy.initialBackoff().toNanos();
        long most = policy.maxBackoff().toNanos();
        for (int i = 1; i < attempts && limit < most; i++) {
            limit *= 2;
        }
        return randomPart(Math.min(limit, most));
    }

    private static long randomPart(long nanos) {
        return (long) (ThreadLocalRandom.current().nextDouble() * nanos);
    }

    /**
     * Returns a wait and up to a tenth more: callers that a service sends away together must not return together. The
     * jitter takes at most half of what remains of left after the wait.
     */
    static long withJitter(long wait, long left) {
        return wait + randomPart(Math.min(wait / 10, Math.max(left - wait, 0) / 2));
    }

    /** As the other, of durations. */
    public static Duration withJitter(Duration wait, Duration left) {
        return Duration.ofNanos(withJitter(wait.toNanos(), left.toNanos()));
    }

    /**
     * Returns the time in Retry-After: the longest of its values, each of which is in seconds or until a date. A date
     * counts from the header Date, or else from now. A value that is neither counts as absent.
     */
    static long retryAfter(HttpHeaders headers, Instant now) {
        List<String> values = headers.allValues("Retry-After");
        if (values.isEmpty()) {
            return -1;
        }
        Instant date = HttpDate.parse(headers.firstValue("Date").orElse("").strip());
        Instant from = date == null ? now : date;
        String[] parts = String.join(",", values).split(",", -1);
        long longest = -1;
        for (int i = 0; i < parts.length; i++) {
            String part = trim(parts[i]);
            long wait = Math.max(seconds(part), until(part, from));
            // The comma after the weekday of a date separates no values.
            if (i + 1 < parts.length) {
                long whole = until(part + ", " + trim(parts[i + 1]), from);
                if (whole >= 0) {
                    wait = whole;
                    i++;
                }
            }
            longest = Math.max(longest, wait);
        }
        return longest;
    }

    private static long until(String text, Instant from) {
        Instant date = HttpDate.parse(text);
        if (date == null) {
            return -1;
        }
        Duration wait = Duration.between(from, date);
        if (wait.isNegative()) {
            return 0;
        }
        return wait.getSeconds() >= MAX_WAIT / 1_000_000_000 ? MAX_WAIT : wait.toNanos();
    }

    /** Reads decimal digits, fractions of a millisecond rounded up. Twenty digits are no time. */
    private static long seconds(String given) {
        String text = given.startsWith("+") ? given.substring(1) : given;
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        String fraction = point < 0 ? "" : text.substring(point + 1);
        if (!Text.isDigits(whole) || whole.length() > 19 || point >= 0 && !Text.isDigits(fraction)) {
            return -1;
        }
        BigInteger number = new BigInteger(whole);
        if (number.compareTo(BigInteger.valueOf(MAX_WAIT / 1_000_000_000)) > 0) {
            return MAX_WAIT;
        }
        long millis = Long.parseLong((fraction + "000").substring(0, 3));
        if (fraction.length() > 3 && fraction.substring(3).chars().anyMatch(c -> c != '0')) {
            millis++;
        }
        return number.longValue() * 1_000_000_000 + millis * 1_000_000;
    }

    private static String trim(String text) {
        return text.strip();
    }
}
