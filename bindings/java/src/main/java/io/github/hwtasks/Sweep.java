package io.github.hwtasks;

import io.github.hwtasks.internal.SweepRun;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Results of a sweep over many IDs, such as {@link KafkaService#sweep(Iterable, SweepOptions)}: for one iteration, in
 * one thread.
 *
 * <p>The iteration starts the calls. What ends the sweep early is thrown by the iteration, after all results. Close the
 * sweep when you leave the iteration early: that cancels the requests.
 *
 * @param <T> a task
 */
public final class Sweep<T> implements Iterable<SweepResult<T>>, AutoCloseable {
    private final SweepRun<?, T> run;
    private boolean isIterated;

    Sweep(SweepRun<?, T> run) {
        this.run = run;
    }

    /**
     * Returns the results, in the order in which the last pages arrive.
     *
     * @throws IllegalStateException if the sweep was iterated before
     */
    @Override
    public synchronized Iterator<SweepResult<T>> iterator() {
        if (isIterated) {
            throw new IllegalStateException("a sweep is for one iteration");
        }
        isIterated = true;
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return run.hasNext();
            }

            @Override
            public SweepResult<T> next() {
                var outcome = run.next();
                return new SweepResult<>(outcome.identity(), outcome.items(), outcome.failure());
            }
        };
    }

    @Override
    public Spliterator<SweepResult<T>> spliterator() {
        return Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED | Spliterator.NONNULL);
    }

    /**
     * Returns the results as a sequential stream. To close it closes the sweep.
     *
     * @return the stream
     */
    public Stream<SweepResult<T>> stream() {
        return StreamSupport.stream(this::spliterator, Spliterator.ORDERED | Spliterator.NONNULL, false)
                .onClose(this::close);
    }

    /** Cancels all requests, and waits until they are over. */
    @Override
    public void close() {
        run.close();
    }
}
