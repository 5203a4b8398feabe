package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.SweepOptions;
import io.github.hwtasks.internal.json.ListCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;

/**
 * A sweep: reads the lists of many IDs. The thread of the iteration starts the calls, and no more than the concurrency
 * at a time.
 *
 * @param <P> the body of a page
 * @param <T> an item
 */
public final class SweepRun<P, T> implements Iterator<SweepRun.Outcome<T>>, AutoCloseable {
    private final ServiceCore core;
    private final Operation operation;
    private final ListCodec<P, ?, T> codec;
    private final Iterable<String> given;
    private final SweepOptions options;
    private final Pace pace;
    private final LinkedBlockingQueue<Worker> finished = new LinkedBlockingQueue<>();
    private final Set<Worker> inFlight = Collections.synchronizedSet(new HashSet<>());
    private Iterator<String> ids;
    private Outcome<T> next;
    private boolean isEnded;
    private volatile boolean isClosed;

    /**
     * What became of one ID.
     *
     * @param identity the ID as it was given
     * @param items the items; empty if their list failed
     * @param failure what ended the list; null for nothing
     * @param <T> an item
     */
    public record Outcome<T>(String identity, List<T> items, HwtasksException failure) {}

    /** A sweep that has not begun. */
    public SweepRun(
            ServiceCore core,
            Operation operation,
            ListCodec<P, ?, T> codec,
            Iterable<String> ids,
            SweepOptions options) {
        this.core = core;
        this.operation = operation;
        this.codec = codec;
        this.given = Objects.requireNonNull(ids, "ids");
        this.options = options;
        this.pace = new Pace(core, options.concurrency(), options.firstAlone());
    }

    /** The call that reads the list of one ID. */
    private final class Worker implements Runnable {
        private final String identity;
        private final CountDownLatch done = new CountDownLatch(1);
        /** The thread of the call, while it runs. */
        private Thread thread;

        private boolean isCancelled;
        private Outcome<T> outcome;
        /** What is no failure of a call. */
        private Throwable defect;

        Worker(String identity) {
            this.identity = identity;
        }

        private synchronized boolean begin() {
            thread = isCancelled ? null : Thread.currentThread();
            return thread != null;
        }

        private synchronized void end() {
            thread = null;
            if (isCancelled) {
                // The interrupt was meant for this call.
                Thread.interrupted();
            }
        }

        /** Cancels the call. Returns whether it has begun. */
        synchronized boolean cancel() {
            isCancelled = true;
            if (thread != null && thread != Thread.currentThread()) {
                thread.interrupt();
                return true;
            }
            return false;
        }

        @Override
        public void run() {
            if (!begin()) {
                return;
            }
            try {
                outcome = new Outcome<>(identity, collect(), null);
            } catch (HwtasksException e) {
                outcome = new Outcome<>(identity, List.of(), e);
            } catch (Throwable e) {
                defect = e;
            }
            end();
            done.countDown();
            finished.add(this);
        }

        private List<T> collect() {
            var request = new Request(core, operation, identity)
                    .within(options.since().orElse(null), options.until().orElse(null))
                    .at(pace);
            var pager = new Pager<>(request, codec);
            List<T> all = null;
            var isOne = true;
            for (var page = pager.next(); page != null; page = pager.next()) {
                var items = pager.items(page);
                if (all == null) {
                    all = items;
                } else {
                    all = isOne ? new ArrayList<>(all) : all;
                    isOne = false;
                    all.addAll(items);
                }
            }
            return all == null ? List.of() : Collections.unmodifiableList(all);
        }
    }

    @Override
    public boolean hasNext() {
        if (next != null) {
            return true;
        }
        if (isEnded || isClosed) {
            return false;
        }
        isEnded = true;
        try {
            next = take();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        isEnded = next == null;
        if (isEnded && pace.end() != null) {
            throw pace.end();
        }
        return next != null;
    }

    @Override
    public Outcome<T> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        var outcome = next;
        next = null;
        return outcome;
    }

    /** The next outcome; null at the end. */
    private Outcome<T> take() {
        if (ids == null) {
            ids = given.iterator();
        }
        while (true) {
            while (inFlight.size() < options.concurrency() && pace.end() == null && ids.hasNext()) {
                launch(new Worker(ids.next()));
            }
            if (inFlight.isEmpty()) {
                return null;
            }
            Worker worker;
            try {
                worker = finished.take();
            } catch (InterruptedException e) {
                throw Errors.interrupted(operation.id(), e);
            }
            if (isClosed) {
                return null;
            }
            inFlight.remove(worker);
            if (worker.defect != null) {
                throw new IllegalStateException("a call of the sweep failed unexpectedly", worker.defect);
            }
            if (!pace.isUnsent(worker.outcome.failure())) {
                return worker.outcome;
            }
        }
    }

    private void launch(Worker worker) {
        inFlight.add(worker);
        try {
            core.executor().execute(worker);
        } catch (RejectedExecutionException e) {
            throw Errors.builder(Kind.CANCELLED, "the client is closed")
                    .operation(operation.id())
                    .cause(e)
                    .build();
        }
    }

    /** Cancels all calls, and waits until those that have begun are over. */
    @Override
    public void close() {
        isClosed = true;
        pace.close();
        var begun = new ArrayList<Worker>();
        synchronized (inFlight) {
            for (var worker : inFlight) {
                if (worker.cancel()) {
                    begun.add(worker);
                } else {
                    // It never runs, and an iteration of another thread may wait for it.
                    finished.add(worker);
                }
            }
        }
        var isInterrupted = false;
        for (var worker : begun) {
            while (true) {
                try {
                    worker.done.await();
                    break;
                } catch (InterruptedException e) {
                    isInterrupted = true;
                }
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
