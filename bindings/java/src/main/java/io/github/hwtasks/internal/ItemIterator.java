package io.github.hwtasks.internal;

import io.github.hwtasks.internal.json.ListCodec;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The items of pages. */
final class ItemIterator<P, T> implements Iterator<T> {
    private final Iterator<P> pages;
    private final ListCodec<P, ?, T> codec;
    private Iterator<T> items = Collections.emptyIterator();

    ItemIterator(Iterator<P> pages, ListCodec<P, ?, T> codec) {
        this.pages = pages;
        this.codec = codec;
    }

    @Override
    public boolean hasNext() {
        while (!items.hasNext() && pages.hasNext()) {
            items = codec.items(pages.next()).iterator();
        }
        return items.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return items.next();
    }
}
