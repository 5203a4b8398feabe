package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.Reason;
import io.github.hwtasks.WaitOptions;
import io.github.hwtasks.internal.json.ItemCodec;
import io.github.hwtasks.internal.json.ListCodec;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A wait for a task. Times are in nanoseconds of the client's clock.
 *
 * @param <P> the body of a page of the list
 * @param <T> the task
 */
public final class Poller<P, T> {
    /** How long before the timeout the final poll starts, at most: its response must arrive in time. */
    private static final long FINAL_POLL_MARGIN = Duration.ofSeconds(2).toNanos();
    /** The code of a task that is not there. */
    private static final String TASK_IS_ABSENT = "DMS.00400070";
    /** Longer than any wait, and far from an overflow. */
    private static final Duration MAX_DURATION = Duration.ofDays(3_650);

    private final Finder<P, T> finder;
    private final ItemCodec<T, ?> codec;
    private final WaitOptions options;
    private final Consumer<? super T> onChange;
    private final Clock clock;
    private final long initialInterval;
    private final long maxInterval;
    private final long timeout;
    private final long grace;
    private long deadline;
    private long pause;
    /** When the task was last seen, or the wait began. */
    private long seenAt;
    /** The least pause before the next poll, as the service has requested it. */
    private long requested;
    /** Why the service did not show the task at the last poll that it responded to. */
    private HwtasksException absent;
    /** Whether there was a response, be it a 503. */
    private boolean hasResponded;
    /** Whether the last poll was throttled, which says nothing about the task. */
    private boolean isThrottled;

    private boolean isMissing;
    private boolean isFinal;
    private Found<T> last = new Found<>(null, null);

    /** A wait that has not begun; onChange may be null. */
    public Poller(
            Request list, ListCodec<P, ?, T> codec, Target target, WaitOptions options, Consumer<? super T> onChange) {
        this.finder = new Finder<>(list, codec, target);
        this.codec = codec.item();
        this.options = options;
        this.onChange = onChange == null ? task -> {} : onChange;
        this.clock = list.core.clock();
        this.initialInterval = nanos(options.initialInterval());
        this.maxInterval = Math.max(nanos(options.maxInterval()), initialInterval);
        this.timeout = nanos(options.timeout());
        this.grace = nanos(options.notFoundGrace());
    }

    private static long nanos(Duration duration) {
        return (duration.compareTo(MAX_DURATION) > 0 ? MAX_DURATION : duration).toNanos();
    }

    /** Waits, and returns the task when it has succeeded. */
    public T await() {
        seenAt = clock.nanoTime();
        deadline = seenAt + timeout;
        pause = initialInterval;
        for (var isFirst = true; ; isFirst = false) {
            if (!isFirst) {
                sleep();
            }
            var found = poll();
            var task = found.value();
            if (task == null) {
                continue;
            }
            if (finder.hasFailed(task)) {
                throw failed(found);
            }
            var isChange = !task.equals(last.value());
            last = found;
            var hasSucceeded = finder.hasSucceeded(task);
            if (hasSucceeded || isChange) {
                onChange.accept(task);
            }
            if (hasSucceeded) {
                return codec.withResponse(task, found.response().response());
            }
        }
    }

    /** Waits until the next poll; fails when the timeout has passed. */
    private void sleep() {
        var now = clock.nanoTime();
        var left = deadline - now;
        if (isFinal || left <= 0) {
            throw timedOut(null);
        }
        var wait = pause;
        pause = Math.min(pause * 3 / 2, maxInterval);
        if (requested > 0) {
            wait = Retry.withJitter(Math.max(wait, requested), left);
            requested = 0;
        }
        if (isMissing) {
            // A poll at the end of the grace period decides.
            wait = Math.min(wait, seenAt + grace - now);
        }
        var reserve = Math.min(FINAL_POLL_MARGIN, Math.min(timeout / 10, initialInterval));
        if (wait + reserve >= left) {
            isFinal = true;
            wait = left - reserve;
            if (wait < 0) {
                wait = left / 2;
            }
        }
        try {
            clock.sleep(Duration.ofNanos(Math.max(wait, 0)));
        } catch (InterruptedException e) {
            throw withTask(Errors.interrupted(finder.operation(), e));
        }
        if (isThrottled) {
            isThrottled = false;
            seenAt = clock.nanoTime();
        }
    }

    /** The task; no value when that is no reason to end the wait. */
    private Found<T> poll() {
        var operation = finder.operation();
        HwtasksException failure = null;
        var found = new Found<T>(null, null);
        try {
            found = finder.find(deadline);
        } catch (HwtasksException e) {
            failure = e;
        }
        var now = clock.nanoTime();
        var isOver = now - seenAt >= grace;
        isMissing = found.value() == null;
        if (found.value() != null) {
            seenAt = now;
            hasResponded = true;
            absent = null;
            return found;
        }
        if (failure == null || isNotThere(failure)) {
            hasResponded = true;
            failure = notFound(operation, failure);
            absent = failure;
        } else if (failure.isRetryable()) {
            hasResponded = hasResponded || failure.status() != 0;
            isThrottled = failure.isThrottled();
            isMissing = !isThrottled;
            var retryAfter = Errors.retryAfter(failure, clock.now());
            requested = retryAfter == null ? 0 : nanos(retryAfter);
            if (now - deadline >= 0 || isFinal && hasResponded) {
                throw timedOut(failure);
            }
            if (!hasResponded) {
                throw failure;
            }
        } else {
            throw withTask(failure);
        }
        if (isOver && !isThrottled) {
            throw withTask(failure);
        }
        return found;
    }

    /** Whether the task or its instance does not exist, or not yet. */
    private static boolean isNotThere(HwtasksException e) {
        return e.isNotFound() || e.isBadRequest() && e.code().orElse("").equals(TASK_IS_ABSENT);
    }

    /** Adds the task as it was last seen. */
    private HwtasksException withTask(HwtasksException e) {
        return last.value() == null ? e : Errors.copy(e).task(last.value()).build();
    }

    private HwtasksException notFound(String operation, HwtasksException cause) {
        var summary = finder.target() + " was not found for " + Text.duration(options.notFoundGrace());
        var error = Errors.builder(Kind.TASK_NOT_FOUND, summary)
                .reason(Reason.TASK_NOT_FOUND)
                .operation(operation);
        return cause == null
                ? error.build()
                : error.cause(cause).attempts(cause.attempts()).build();
    }

    private HwtasksException failed(Found<T> found) {
        var state = Errors.oneLine(codec.state(found.value()));
        return Errors.builder(Kind.TASK_FAILED, describe(found.value()) + " has ended as " + state)
                .task(found.value())
                .response(found.response())
                .operation(finder.operation())
                .build();
    }

    private HwtasksException timedOut(HwtasksException cause) {
        var summary = "after waiting for " + Text.duration(options.timeout()) + ", ";
        if (last.value() == null) {
            summary += finder.target() + " was not seen";
        } else {
            var state = codec.state(last.value());
            summary +=
                    describe(last.value()) + " is " + (state.isEmpty() ? "in no known state" : Errors.oneLine(state));
        }
        var error = Errors.builder(Kind.WAIT_TIMED_OUT, summary)
                .reason(Reason.WAIT_TIMED_OUT)
                .task(last.value())
                .response(last.response())
                .operation(finder.operation());
        if (cause != null) {
            error.cause(cause).attempts(cause.attempts());
        } else if (last.value() != null && absent != null) {
            // The task is gone.
            error.cause(absent);
        }
        return error.build();
    }

    /** Names a task. */
    private String describe(T task) {
        var label = codec.label(task);
        return Errors.oneLine("task " + codec.identity(task) + (label.isEmpty() ? "" : " (" + label + ")"));
    }
}
