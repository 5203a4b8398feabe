package io.github.hwtasks;

import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Pages of a list, which are requested as the iteration proceeds. Each iteration and each stream lists from the
 * beginning. Nothing has to be closed.
 *
 * <p>A failure is thrown by the iteration, and ends it.
 *
 * @param <P> the body of a page
 */
public final class Pages<P> implements Iterable<P> {
    private final Supplier<Iterator<P>> iterators;

    Pages(Supplier<Iterator<P>> iterators) {
        this.iterators = iterators;
    }

    /** Returns the pages from the beginning. The iterator is not for use by several threads. */
    @Override
    public Iterator<P> iterator() {
        return iterators.get();
    }

    @Override
    public Spliterator<P> spliterator() {
        return Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED | Spliterator.NONNULL);
    }

    /**
     * Returns the pages from the beginning, as a sequential stream.
     *
     * @return the stream
     */
    public Stream<P> stream() {
        return StreamSupport.stream(this::spliterator, Spliterator.ORDERED | Spliterator.NONNULL, false);
    }

    List<P> toList() {
        return stream().toList();
    }
}
