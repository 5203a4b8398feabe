package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.internal.json.ItemCodec;
import io.github.hwtasks.internal.json.ListCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a list page by page.
 *
 * <p>Invariant: every item that existed throughout and precedes a seen item has been seen. A page at the start, or one
 * with a seen item, extends this to its last item.
 *
 * @param <P> the body of a page
 * @param <T> an item
 */
final class Pager<P, T> {
    /**
     * How far past a repeated page a probe reads, to see whether the service honors the position. Further than any
     * instance has items.
     */
    private static final long PROBE_OFFSET = 1_000_000;
    /** How many full pages in a row may hold no new item, beyond those that all seen items would fill. */
    private static final int MAX_PAGES_WITHOUT_NEW = 100;
    /** The size that is requested when neither the caller nor the documents name one. */
    private static final int DEFAULT_PAGE_SIZE = 100;
    /** The last position that any service counts to. */
    private static final long MAX_POSITION = 0xffff_ffffL;

    private final Request request;
    private final ListCodec<P, ?, T> codec;
    private final ItemCodec<T, ?> itemCodec;
    /** Null: all items come on one page. */
    private final Operation.Paging paging;

    private final long pageSize;
    private final long first;
    private long position;
    /** The keys of the items so far. */
    private final Set<Object> seen = new HashSet<>();
    /** The length of the last rewind. */
    private long rewind;
    /** The number of full pages in a row without a new item. */
    private int withoutNew;
    /** Whether the service is known to honor the position. */
    private boolean isHonored;

    private boolean isStarted;
    private boolean isEnded;

    /** Tells items without an ID apart. */
    private record Key(String label, String started) {}

    /**
     * A page with the response that it came in.
     *
     * @param <P> the body of the page
     */
    record Page<P>(P body, Received response) {}

    Pager(Request request, ListCodec<P, ?, T> codec) {
        this.request = request.copy();
        this.codec = codec;
        this.itemCodec = codec.item();
        this.paging = request.operation.paging();
        if (paging == null) {
            this.pageSize = Integer.MAX_VALUE;
            this.first = 0;
        } else {
            var size = request.number(paging.sizeIndex(), paging.largest() > 0 ? paging.largest() : DEFAULT_PAGE_SIZE);
            // Pages of one cannot overlap.
            this.pageSize = size == 1 ? 2 : size;
            this.first = request.number(paging.positionIndex(), paging.first());
        }
        this.position = first;
    }

    /** The next page with an item not seen before, or the first page; null at the end. */
    Page<P> next() {
        while (!isEnded) {
            var page = fetch(position);
            var items = codec.items(page.body());
            int length = items.size();
            if (position > first && !hasSeen(items)) {
                stepBack();
                continue;
            }
            rewind = 0;
            var isLast = length < pageSize && !(length > 1 && claimsMore(page.body(), length));
            var kept = items;
            // A whole list on one page has nothing to tell apart later.
            if (!isLast || !seen.isEmpty() || repeats(items)) {
                kept = retainNew(items);
            }
            var hasNew = !kept.isEmpty();
            if (length < pageSize) {
                isEnded = isLast || !hasNew;
            } else if (hasNew) {
                withoutNew = 0;
            } else {
                checkRepeated(page.response());
            }
            position = plus(Math.max(length - 1, 0));
            if (hasNew || !isStarted) {
                isStarted = true;
                return kept.size() == length ? page : new Page<>(codec.withItems(page.body(), kept), page.response());
            }
        }
        return null;
    }

    List<T> items(Page<P> page) {
        return codec.items(page.body());
    }

    private long plus(long count) {
        return Math.min(position + count, MAX_POSITION);
    }

    private Page<P> fetch(long from) {
        if (paging != null) {
            request.setPage(paging.positionIndex(), from, paging.sizeIndex(), pageSize);
        }
        var received = request.fetch();
        var body = request.decode(received, codec);
        var items = codec.items(body);
        if (items.size() == 1) {
            var one = codec.withMembersOfList(items.get(0), body);
            body = one == items.get(0) ? body : codec.withItems(body, List.of(one));
        }
        return new Page<>(body, received);
    }

    /** Whether the count of a page says that there are items behind it. */
    private boolean claimsMore(P page, int length) {
        return paging != null && codec.count(page) > Math.max(position - paging.first(), 0) + length;
    }

    private Object keyOf(T item) {
        var identity = itemCodec.identity(item);
        if (!identity.isEmpty()) {
            return identity;
        }
        var started = itemCodec.started(item);
        return new Key(itemCodec.label(item), started == null ? "" : started.toString());
    }

    private boolean hasSeen(List<T> items) {
        for (var item : items) {
            if (seen.contains(keyOf(item))) {
                return true;
            }
        }
        return false;
    }

    /** Whether an ID comes twice. */
    private boolean repeats(List<T> items) {
        if (items.size() < 2) {
            return false;
        }
        var identities = new HashSet<String>(items.size() * 2);
        for (var item : items) {
            var identity = itemCodec.identity(item);
            if (!identity.isEmpty() && !identities.add(identity)) {
                return true;
            }
        }
        return false;
    }

    /** The items that were not seen before. */
    private List<T> retainNew(List<T> items) {
        var kept = new ArrayList<T>(items.size());
        var nameless = new ArrayList<Object>();
        for (var item : items) {
            var key = keyOf(item);
            var isNew = !seen.contains(key);
            if (key instanceof Key) {
                // Those on one page are several items, even if they are equal.
                nameless.add(key);
            } else {
                seen.add(key);
            }
            if (isNew) {
                kept.add(item);
            }
        }
        seen.addAll(nameless);
        return kept;
    }

    /** Moves the position back, to find a seen item: deleted items have moved the others forward. */
    private void stepBack() {
        isHonored = true;
        rewind = Math.min(Math.max(rewind * 2, pageSize - 1), MAX_POSITION);
        position = Math.max(position - rewind, first);
    }

    /** Tells a page shifted by newly inserted items from a service that ignores the position. */
    private void checkRepeated(Received response) {
        withoutNew++;
        var seenPages = seen.size() / Math.max(pageSize - 1, 1);
        if (withoutNew > MAX_PAGES_WITHOUT_NEW + seenPages) {
            throw repeated(response);
        }
        if (isHonored) {
            return;
        }
        try {
            var far = codec.items(fetch(plus(PROBE_OFFSET)).body());
            if (!far.isEmpty() && far.stream().map(this::keyOf).allMatch(seen::contains)) {
                throw repeated(response);
            }
        } catch (HwtasksException e) {
            if (!isRefusal(e)) {
                throw e;
            }
        }
        // Another page, or a refusal of the position.
        isHonored = true;
    }

    /** Whether the service refused the request itself, and not its caller or its time. */
    private static boolean isRefusal(HwtasksException e) {
        if (e.kind() != Kind.API || e.status() < 400 || e.status() > 499) {
            return false;
        }
        return switch (e.status()) {
            case 401, 403, 408, 429 -> false;
            default -> true;
        };
    }

    private HwtasksException repeated(Received response) {
        var parameter = paging == null
                ? "position"
                : request.operation.query().get(paging.positionIndex()).name();
        return request.unexpected(
                response,
                "the page at " + parameter + " " + position + " repeats items of the pages before and has no other");
    }
}
