package io.github.hwtasks;

import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Items of a list, whose pages are requested as the iteration proceeds. Each iteration and each stream lists from the
 * beginning. Nothing has to be closed.
 *
 * <p>A failure is thrown by the iteration, and ends it.
 *
 * @param <T> an item
 */
public final class Items<T> implements Iterable<T> {
    private final Supplier<Iterator<T>> iterators;

    Items(Supplier<Iterator<T>> iterators) {
        this.iterators = iterators;
    }

    /** Returns the items from the beginning. The iterator is not for use by several threads. */
    @Override
    public Iterator<T> iterator() {
        return iterators.get();
    }

    @Override
    public Spliterator<T> spliterator() {
        return Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED | Spliterator.NONNULL);
    }

    /**
     * Returns the items from the beginning, as a sequential stream.
     *
     * @return the stream
     */
    public Stream<T> stream() {
        return StreamSupport.stream(this::spliterator, Spliterator.ORDERED | Spliterator.NONNULL, false);
    }

    List<T> toList() {
        return stream().toList();
    }
}
