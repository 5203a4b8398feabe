package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says how many requests a sweep sends at the same time, and when it pauses or ends. Its requests wait in a queue for
 * their permits. Times are in nanoseconds of the client's clock.
 */
final class Pace {
    /** The first pause without Retry-After; it doubles with each pause in a row. */
    private static final long FIRST_PAUSE = Duration.ofSeconds(1).toNanos();
    /** The longest pause without Retry-After. */
    private static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();
    /** How long a sweep goes on while the service throttles everything. Quotas are per five minutes. */
    private static final long PATIENCE = Duration.ofMinutes(15).toNanos();
    /** How often a throttled request is sent. */
    private static final int MAX_SENDS = 10;
    /** The fewest equal 403 or 401 responses that end a sweep, if there is no other response. */
    private static final int MIN_DENIED = 5;

    private static final long MILLISECOND = 1_000_000;

    private final ServiceCore core;
    private final Clock clock;
    /** Only the head of the queue waits for more than its turn. */
    private final Semaphore queue = new Semaphore(1, true);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition responded = lock.newCondition();
    /** The head of the queue while it sleeps, and whether a response has woken it. */
    private Thread sleeper;

    private boolean isWoken;
    /** The concurrency of the sweep, and how many requests may be in flight now. */
    private final int widest;

    private int width;
    private int inFlight;
    /** The responses since the width has changed. */
    private int responses;
    /** The number of the pause. A throttled request of an earlier round does not slow down again. */
    private int round;

    private boolean isPaused;
    private long began;
    private long until;
    /** The random part that is added to each wait of the pause. */
    private double jitter;
    /** Whether throttling, which began then, has not been interrupted by another response. */
    private boolean isThrottled;

    private long throttled;
    private int pauses;
    /** Whether requests are sent one at a time until the service accepts the credentials. */
    private boolean isAlone;
    /** The number of the only response so far, 403 or 401 with one code. */
    private int denied;

    private String deniedCode = "";
    /** Whether there is another response. */
    private boolean isAccepted;

    private HwtasksException ended;
    private boolean isClosed;

    Pace(ServiceCore core, int concurrency, boolean isAlone) {
        this.core = core;
        this.clock = core.clock();
        this.widest = concurrency;
        this.width = concurrency;
        this.isAlone = isAlone;
    }

    /** The permit to send a request. */
    final class Permit {
        private final int of;

        private Permit(int round) {
            this.of = round;
        }

        /** Gives the permit back without a response. */
        void release() {
            lock.lock();
            try {
                inFlight--;
                wake();
            } finally {
                lock.unlock();
            }
        }

        /**
         * Adapts the pace to a response.
         *
         * @param failed the failure; null for a success
         * @param sends how often the request was sent
         * @return whether the request must be sent again
         */
        boolean settle(HwtasksException failed, int sends) {
            var isRefused = failed != null && failed.isUnauthorized();
            // The client decides which refusal is final.
            var isFinal = isRefused && core.isRefusedForGood();
            lock.lock();
            try {
                return failed != null && failed.kind() == Kind.CANCELLED ? false : isSentAgain(failed, isFinal, sends);
            } finally {
                inFlight--;
                wake();
                lock.unlock();
            }
        }

        private boolean isSentAgain(HwtasksException failed, boolean isFinal, int sends) {
            if (failed != null && failed.isThrottled()) {
                var requested = Errors.retryAfter(failed, clock.now());
                var fits = throttle(of, requested == null ? 0 : requested.toNanos(), clock.nanoTime());
                if (!fits) {
                    endWith(failed);
                }
                return fits && sends < MAX_SENDS && ended == null;
            }
            var isRefused = failed != null && failed.isUnauthorized();
            var proves = failed == null || failed.status() >= 200 && failed.status() < 500 && failed.status() != 408;
            var isDenied = isRefused || failed != null && failed.isForbidden();
            if (proves) {
                widen(of);
            }
            if (isFinal || isRefused && isAlone || proves && isDeniedToAll(isDenied, failed)) {
                endWith(failed);
            }
            isAlone = isAlone && !proves;
            return false;
        }
    }

    /** Waits until a request may be sent. After the end, that is a failure with no attempts. */
    Permit permit(String operation) {
        try {
            queue.acquire();
        } catch (InterruptedException e) {
            throw Errors.interrupted(operation, e);
        }
        lock.lock();
        try {
            while (true) {
                if (isClosed) {
                    throw Errors.builder(Kind.CANCELLED, "the sweep was closed")
                            .operation(operation)
                            .build();
                }
                if (ended != null) {
                    throw Errors.copy(ended).attempts(0).build();
                }
                long wait = 0;
                if (isPaused) {
                    wait = until - clock.nanoTime();
                    isPaused = wait > 0;
                }
                if (wait <= 0 && inFlight < (isAlone || denied > 0 && !isAccepted ? 1 : width)) {
                    inFlight++;
                    return new Permit(round);
                }
                if (wait > 0) {
                    // A response may end the sweep meanwhile, or extend the pause.
                    sleep(wait);
                } else {
                    responded.await();
                }
            }
        } catch (InterruptedException e) {
            throw Errors.interrupted(operation, e);
        } finally {
            lock.unlock();
            queue.release();
        }
    }

    /** Sleeps, without the lock, until the wait is over or the next response is there. */
    private void sleep(long wait) throws InterruptedException {
        sleeper = Thread.currentThread();
        isWoken = false;
        InterruptedException interruption = null;
        lock.unlock();
        try {
            clock.sleep(Duration.ofNanos(wait));
        } catch (InterruptedException e) {
            interruption = e;
        } finally {
            lock.lock();
            sleeper = null;
        }
        if (isWoken) {
            Thread.interrupted();
        } else if (interruption != null) {
            throw interruption;
        }
    }

    private void wake() {
        responded.signalAll();
        if (sleeper != null && !isWoken) {
            isWoken = true;
            sleeper.interrupt();
        }
    }

    /** Ends the sweep for those that wait for a permit. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            wake();
        } finally {
            lock.unlock();
        }
    }

    /** The failure that has ended the sweep before all lists were read; null if there is none. */
    HwtasksException end() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a failure is that of a request that was not sent because of the end. */
    boolean isUnsent(HwtasksException failed) {
        return failed != null && end() != null && failed.kind() == Kind.API && failed.attempts() == 0;
    }

    /** Pauses all requests, and halves their number. Returns whether that is within the patience. */
    private boolean throttle(int of, long requested, long now) {
        if (!isThrottled) {
            isThrottled = true;
            throttled = now;
        }
        if (of == round) {
            round++;
            width = Math.max(Math.min(width, inFlight) / 2, 1);
            responses = 0;
            var doubled = FIRST_PAUSE << Math.min(pauses, 10);
            pauses++;
            isPaused = true;
            began = now;
            until = now;
            jitter = ThreadLocalRandom.current().nextDouble() / 10;
            extend(Math.max(requested, Math.min(doubled, LONGEST_PAUSE)));
        } else if (isPaused) {
            extend(requested);
        }
        return (isPaused ? until : now) - throttled <= PATIENCE;
    }

    /** Makes the pause last for at least this long since it began, plus the jitter. */
    private void extend(long wait) {
        var millis = (long) Math.ceil((double) (wait / MILLISECOND) * (1 + jitter));
        until = Math.max(until, began + millis * MILLISECOND);
    }

    /** Counts a response that is not throttled: as many as the width raise it by one. */
    private void widen(int of) {
        if (of != round) {
            return;
        }
        isThrottled = false;
        pauses = 0;
        if (width == widest) {
            return;
        }
        responses++;
        if (responses >= width) {
            responses = 0;
            width++;
        }
    }

    /** Counts what a response says about the permission. Returns whether that is missing for all. */
    private boolean isDeniedToAll(boolean isDenied, HwtasksException failed) {
        if (!isDenied || isAccepted) {
            isAccepted = true;
            return false;
        }
        var code = failed.code().orElse("");
        if (denied == 0) {
            deniedCode = code;
        }
        denied++;
        isAccepted = !deniedCode.equals(code);
        return !isAccepted && denied >= Math.max(widest, MIN_DENIED);
    }

    private void endWith(HwtasksException failed) {
        if (ended == null) {
            ended = failed;
        }
    }
}
