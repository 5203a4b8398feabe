package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.internal.json.DecodeFailure;
import io.github.hwtasks.internal.json.ListCodec;
import io.github.hwtasks.internal.json.ObjectCodec;
import java.time.Instant;
import java.util.Iterator;
import java.util.function.Supplier;

/** A request as data: an operation, its arguments and its query. */
public final class Request {
    private static final int OK = 200;

    final ServiceCore core;
    final Operation operation;
    private final String[] arguments;
    /** The values of the query, encoded; null for one that is not set. */
    private final String[] values;
    /** The moment of the client's clock at which the call must have ended; null for none. */
    private Long deadline;
    /** Whether the response of a throttled call is returned, and not retried. */
    private boolean isPoll;
    /** The pace of the sweep that the request is a part of; null outside of one. */
    private Pace pace;

    /** A request without a query. */
    public Request(ServiceCore core, Operation operation, String... arguments) {
        this.core = core;
        this.operation = operation;
        this.arguments = arguments;
        this.values = new String[operation.query().size()];
    }

    private Request(Request from) {
        this.core = from.core;
        this.operation = from.operation;
        this.arguments = from.arguments;
        this.values = from.values.clone();
        this.deadline = from.deadline;
        this.isPoll = from.isPoll;
        this.pace = from.pace;
    }

    /** A copy with a query of its own. */
    Request copy() {
        return new Request(this);
    }

    /** A copy that polls, and ends before a deadline. */
    Request pollBefore(long nanos) {
        var made = copy();
        made.deadline = nanos;
        made.isPoll = true;
        return made;
    }

    /** A copy at the pace of a sweep. */
    Request at(Pace given) {
        var made = copy();
        made.pace = given;
        return made;
    }

    /** The request of another operation, with one argument more. */
    Request of(Operation other, String argument) {
        var all = new String[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = argument;
        return new Request(core, other, all);
    }

    /** Sets a number of the query; null leaves it unset. */
    public void integer(String name, Integer value) {
        if (value != null) {
            int index = index(name);
            checkRange(index, value, true);
            values[index] = value.toString();
        }
    }

    /** Sets a text of the query; null and the empty text leave it unset. */
    public void text(String name, String value) {
        if (value != null && !value.isEmpty()) {
            values[index(name)] = encoded(name, value);
        }
    }

    /** Sets a boolean of the query; null leaves it unset. */
    public void bool(String name, Boolean value) {
        if (value != null) {
            values[index(name)] = value.toString();
        }
    }

    /** Sets the lower bound of the time window; null leaves it unset. */
    public void lower(Instant since) {
        bound("since", since, false);
    }

    /** Sets the upper bound of the time window; null leaves it unset. */
    public void upper(Instant until) {
        bound("until", until, true);
    }

    private int index(String name) {
        int index = operation.index(name);
        if (index < 0) {
            throw invalid("the " + name + " is no parameter of " + operation.id());
        }
        return index;
    }

    private String encoded(String name, String value) {
        if (!Parameters.isUnicode(value)) {
            throw invalid("the " + name + " is not Unicode");
        }
        var encoded = new StringBuilder(value.length() + 16);
        Parameters.appendEncoded(encoded, value);
        return encoded.toString();
    }

    /** Checks a number of the query; only its greatest value if it is not that of a caller. */
    private void checkRange(int index, long value, boolean isGiven) {
        var parameter = operation.query().get(index);
        if (value <= parameter.high() && (!isGiven || value >= parameter.low())) {
            return;
        }
        var range = isGiven ? parameter.low() + " to " + parameter.high() : "at most " + parameter.high();
        throw invalid("the " + parameter.name() + " is " + value + ", and must be " + range);
    }

    private void bound(String what, Instant time, boolean isUpper) {
        if (time == null) {
            return;
        }
        var window = operation.window();
        if (window == null) {
            throw invalid(what + " is no option of " + operation.id() + ", which has no time window");
        }
        var value = Times.compact(time, isUpper);
        if (value == null) {
            throw invalid(what + ": its year does not have four digits");
        }
        values[isUpper ? window.upperIndex() : window.lowerIndex()] = value;
    }

    private HwtasksException invalid(String summary) {
        return Errors.invalidInput(summary).operation(operation.id()).build();
    }

    /** Replaces both bounds of the time window; null removes one. */
    Request within(Instant since, Instant until) {
        var window = operation.window();
        if (window != null) {
            values[window.lowerIndex()] = null;
            values[window.upperIndex()] = null;
            lower(since);
            upper(until);
        }
        return this;
    }

    /** A number of the query; another one if it is not set. */
    long number(int index, long other) {
        return values[index] == null ? other : Long.parseLong(values[index]);
    }

    /** Replaces the position and the size of a page. */
    void setPage(int positionIndex, long position, int sizeIndex, long size) {
        values[positionIndex] = Long.toString(position);
        values[sizeIndex] = Long.toString(size);
        checkRange(positionIndex, position, false);
    }

    String lastArgument() {
        return arguments[arguments.length - 1];
    }

    /** The path and the query of the URL. */
    private String target(String project) {
        var target = new StringBuilder(160);
        int argument = 0;
        int parameter = 0;
        for (var segment : operation.segments()) {
            target.append('/');
            if (!segment.isParameter()) {
                target.append(segment.text());
            } else if (operation.parameters().get(parameter++).isEmpty()) {
                Parameters.appendEncoded(target, project);
            } else {
                Parameters.appendEncoded(target, arguments[argument++]);
            }
        }
        char separator = '?';
        for (int index : operation.order()) {
            if (values[index] != null) {
                var name = operation.query().get(index).name();
                target.append(separator).append(name).append('=').append(values[index]);
                separator = '&';
            }
        }
        return target.toString();
    }

    /** Checks the request, sends it, and returns the response of any status. */
    private Received sendChecked(Call call) {
        core.checkEndpoint(operation.service());
        int argument = 0;
        for (var label : operation.parameters()) {
            if (!label.isEmpty()) {
                checkSegment(label, arguments[argument++]);
            }
        }
        // Last, because it may have to be looked up.
        var project = core.projectId(call);
        return core.send(call, operation.service(), operation.method(), target(project));
    }

    void checkSegment(String label, String id) {
        var why = Parameters.checkPathSegment(label, id);
        if (why != null) {
            throw invalid(why);
        }
    }

    /** Sends the request, and returns the response of the documented success. It can be sent again. */
    Received fetch() {
        if (pace == null) {
            return fetchOnce();
        }
        for (int sends = 1; ; sends++) {
            var permit = pace.permit(operation.id());
            Received received = null;
            HwtasksException failed = null;
            try {
                received = fetchOnce();
            } catch (HwtasksException e) {
                failed = e;
            } finally {
                // Any other exception is a defect, and must not stop the sweep.
                if (received == null && failed == null) {
                    permit.release();
                }
            }
            if (permit.settle(failed, sends)) {
                continue;
            }
            if (failed != null) {
                throw failed;
            }
            return received;
        }
    }

    private Received fetchOnce() {
        var call = core.newCall(operation.id()).poll(isPoll || pace != null);
        if (deadline != null) {
            call.endBy(deadline);
        }
        Received received;
        try {
            received = sendChecked(call);
        } catch (HwtasksException e) {
            throw e.operation().isPresent()
                    ? e
                    : Errors.copy(e).operation(operation.id()).build();
        }
        if (received.status() != OK) {
            throw Errors.status(received, operation.id());
        }
        return received;
    }

    <T> T decode(Received received, ObjectCodec<T, ?> codec) {
        try {
            return codec.decode(received.body(), received.response());
        } catch (DecodeFailure e) {
            throw Errors.undecoded(received, e, operation.id());
        }
    }

    HwtasksException unexpected(Received received, String summary) {
        return Errors.builder(Kind.UNEXPECTED, summary)
                .response(received)
                .operation(operation.id())
                .build();
    }

    /** Sends the request, and decodes the body of the response. */
    public <T> T send(ObjectCodec<T, ?> codec) {
        return decode(fetch(), codec);
    }

    /** Sends the request for one item. The body is a list of one. */
    public <P, T> T sendForOne(ListCodec<P, ?, T> codec) {
        var found = findOne(codec);
        if (found.value() == null) {
            throw unexpected(found.response(), "the response holds no items instead of one");
        }
        return codec.item().withResponse(found.value(), found.response().response());
    }

    /** The item; null with the response when the list that is the body is empty. */
    <P, T> Found<T> findOne(ListCodec<P, ?, T> codec) {
        var received = fetch();
        var items = codec.items(decode(received, codec));
        if (items.isEmpty()) {
            return new Found<>(null, received);
        }
        if (items.size() > 1) {
            throw unexpected(received, "the response holds " + items.size() + " items instead of one");
        }
        var identity = codec.item().identity(items.get(0));
        if (!identity.equals(lastArgument())) {
            throw unexpected(received, "the response holds another item, \"" + Errors.oneLine(identity) + "\"");
        }
        return new Found<>(items.get(0), received);
    }

    /** The pages of a list, from its beginning for each iterator. */
    public <P, T> Supplier<Iterator<P>> pages(ListCodec<P, ?, T> codec) {
        return () -> new PageIterator<>(new Pager<>(this, codec));
    }

    /** The items of a list, from its beginning for each iterator. */
    public <P, T> Supplier<Iterator<T>> items(ListCodec<P, ?, T> codec) {
        return () -> new ItemIterator<>(new PageIterator<>(new Pager<>(this, codec)), codec);
    }
}
