package io.github.hwtasks.internal;

import io.github.hwtasks.internal.json.ItemCodec;
import io.github.hwtasks.internal.json.ListCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;

/** Finds a task by the operation that shows it, or else in the list. */
final class Finder<P, T> {
    /** How many pages are searched for a task, of the largest documented size. */
    private static final int MAX_PAGES_SEARCHED = 20;
    /** The window around the start of a task in which it is searched, once that is known. */
    private static final Duration START_TIME_MARGIN = Duration.ofSeconds(1);

    private final Request list;
    private final ListCodec<P, ?, T> codec;
    private final ItemCodec<T, ?> itemCodec;
    private Target target;
    /** When the task began, while a narrow window around that shows it; null: unknown. */
    private Instant began;
    /** Whether such a window failed to show it. */
    private boolean isWide;

    Finder(Request list, ListCodec<P, ?, T> codec, Target target) {
        this.list = list;
        this.codec = codec;
        this.itemCodec = codec.item();
        this.target = target;
    }

    Target target() {
        return target;
    }

    private Operation show() {
        return list.operation.waiting().show();
    }

    /** The ID of the operation that polls. */
    String operation() {
        return show() != null && !target.isNamed() ? show().id() : list.operation.id();
    }

    boolean hasSucceeded(T task) {
        return States.isOneOf(itemCodec.state(task), list.operation.waiting().success());
    }

    /** Whether the task ended otherwise. An unknown state is that of a running task. */
    boolean hasFailed(T task) {
        return States.isOneOf(itemCodec.state(task), list.operation.waiting().failure());
    }

    /**
     * The task as it is now, with the response that shows it; no value when it is not there.
     *
     * @param deadline the moment before which the poll ends
     */
    Found<T> find(long deadline) {
        if (target.isNamed()) {
            return named(list.pollBefore(deadline));
        }
        var why = Parameters.checkPathSegment(list.operation.waiting().label(), target.identity());
        if (why != null) {
            throw Errors.invalidInput(why).operation(operation()).build();
        }
        if (show() != null) {
            return list.of(show(), target.identity()).pollBefore(deadline).findOne(codec);
        }
        return listed(deadline);
    }

    private Found<T> named(Request request) {
        if (target.label().isEmpty()) {
            throw Errors.invalidInput("the name is empty")
                    .operation(operation())
                    .build();
        }
        // Bodies show milliseconds: a task may have begun later in the one they show.
        var since = target.since().truncatedTo(ChronoUnit.MILLIS);
        var newest = new Found<T>(null, null);
        Instant newestBegan = null;
        var pages = new Pager<>(request.within(since, null), codec);
        for (int i = 0; i < MAX_PAGES_SEARCHED; i++) {
            var page = pages.next();
            if (page == null) {
                break;
            }
            for (var task : pages.items(page)) {
                var started = startOf(task);
                var isWanted = started != null
                        && itemCodec.label(task).equals(target.label())
                        && !started.isBefore(since)
                        && (newestBegan == null || started.isAfter(newestBegan));
                if (isWanted) {
                    newest = new Found<>(task, page.response());
                    newestBegan = started;
                }
            }
        }
        // One without an ID can only be found by its name again.
        if (newest.value() != null && !itemCodec.identity(newest.value()).isEmpty()) {
            target = Target.of(itemCodec.identity(newest.value()));
            began = newestBegan;
        }
        return newest;
    }

    private Instant startOf(T task) {
        var started = itemCodec.started(task);
        return started == null ? null : started.toInstant().orElse(null);
    }

    private Found<T> listed(long deadline) {
        Predicate<T> isIt = task -> itemCodec.identity(task).equals(target.identity());
        var isNarrowed = began != null && !isWide;
        if (isNarrowed) {
            var window =
                    list.pollBefore(deadline).within(began.minus(START_TIME_MARGIN), began.plus(START_TIME_MARGIN));
            var found = scan(window, isIt);
            if (found.value() != null) {
                return found;
            }
        }
        var found = scan(list.pollBefore(deadline), isIt);
        if (found.value() != null) {
            // Times then mean something else to the service than to the task.
            isWide = isWide || isNarrowed;
            began = startOf(found.value());
        }
        return found;
    }

    /** The first task that is wanted, in a bounded number of pages. */
    private Found<T> scan(Request request, Predicate<T> isWanted) {
        var pages = new Pager<>(request, codec);
        for (int i = 0; i < MAX_PAGES_SEARCHED; i++) {
            var page = pages.next();
            if (page == null) {
                break;
            }
            for (var task : pages.items(page)) {
                if (isWanted.test(task)) {
                    return new Found<>(task, page.response());
                }
            }
        }
        return new Found<>(null, null);
    }
}
