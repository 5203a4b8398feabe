package io.github.hwtasks.internal;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** The pages of a list. A failure is thrown once, and ends them. */
final class PageIterator<P, T> implements Iterator<P> {
    private Pager<P, T> pager;
    private P next;

    PageIterator(Pager<P, T> pager) {
        this.pager = pager;
    }

    @Override
    public boolean hasNext() {
        if (next == null && pager != null) {
            var reading = pager;
            pager = null;
            var page = reading.next();
            if (page != null) {
                next = page.body();
                pager = reading;
            }
        }
        return next != null;
    }

    @Override
    public P next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        var page = next;
        next = null;
        return page;
    }
}
