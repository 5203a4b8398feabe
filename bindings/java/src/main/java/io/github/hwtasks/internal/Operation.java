package io.github.hwtasks.internal;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What the runtime knows of an operation: how it is sent, paged and waited on. The values are generated. */
public final class Operation {
    private final String id;
    private final String service;
    private final String method;
    /** The segments of the path; null for one that a parameter stands for. */
    private final List<Segment> segments;
    /** The parameters of the path, in order: what messages call them; empty for the project. */
    private final List<String> parameters;

    private final List<Parameter> query;
    /** The indexes of the query in the order of the names, as a signature needs it. */
    private final int[] order;

    private final Paging paging;
    private final TimeWindow window;
    private final Waiting waiting;

    /**
     * A parameter of a query.
     *
     * @param name its name
     * @param low the least number
     * @param high the greatest number that its format holds
     */
    public record Parameter(String name, long low, long high) {}

    /** A segment of a path: a text, or a parameter. */
    record Segment(String text, boolean isParameter) {}

    /** How items are listed page by page. The indexes are those of the query; no largest size is 0. */
    record Paging(int positionIndex, long first, int sizeIndex, int largest) {}

    /** The indexes of the query that bound the time of items. */
    record TimeWindow(int lowerIndex, int upperIndex) {}

    /** How an item of a list is waited for; show is null where no operation shows one item. */
    record Waiting(String label, String[] success, String[] failure, Operation show) {}

    private Operation(Operation from, Paging paging, TimeWindow window, Waiting waiting) {
        this.id = from.id;
        this.service = from.service;
        this.method = from.method;
        this.segments = from.segments;
        this.parameters = from.parameters;
        this.query = from.query;
        this.order = from.order;
        this.paging = paging;
        this.window = window;
        this.waiting = waiting;
    }

    private Operation(
            String id, String service, String method, String path, List<String> parameters, List<Parameter> query) {
        this.id = id;
        this.service = service;
        this.method = method;
        this.segments = List.of(path.substring(1).split("/")).stream()
                .map(text -> new Segment(text, text.startsWith("{")))
                .toList();
        this.parameters = parameters;
        this.query = query;
        this.order = IntStream.range(0, query.size())
                .boxed()
                .sorted(Comparator.comparing(index -> query.get(index).name()))
                .mapToInt(Integer::intValue)
                .toArray();
        this.paging = null;
        this.window = null;
        this.waiting = null;
    }

    /** An operation that lists nothing. */
    public static Operation of(
            String id, String service, String method, String path, List<String> parameters, List<Parameter> query) {
        return new Operation(id, service, method, path, parameters, query);
    }

    /** The operation with a list page by page. */
    public Operation pagedBy(int positionIndex, long first, int sizeIndex, int largest) {
        return new Operation(this, new Paging(positionIndex, first, sizeIndex, largest), window, waiting);
    }

    /** The operation with a time window. */
    public Operation windowedBy(int lowerIndex, int upperIndex) {
        return new Operation(this, paging, new TimeWindow(lowerIndex, upperIndex), waiting);
    }

    /** The operation with items that can be waited for. */
    public Operation awaitedBy(String label, List<String> success, List<String> failure, Operation show) {
        var states = new Waiting(label, success.toArray(String[]::new), failure.toArray(String[]::new), show);
        return new Operation(this, paging, window, states);
    }

    /** Its operationId. */
    public String id() {
        return id;
    }

    String service() {
        return service;
    }

    String method() {
        return method;
    }

    List<Segment> segments() {
        return segments;
    }

    List<String> parameters() {
        return parameters;
    }

    List<Parameter> query() {
        return query;
    }

    /** The index of a parameter of the query; -1 if there is none of this name. */
    int index(String parameter) {
        for (int i = 0; i < query.size(); i++) {
            if (query.get(i).name().equals(parameter)) {
                return i;
            }
        }
        return -1;
    }

    int[] order() {
        return order;
    }

    Paging paging() {
        return paging;
    }

    TimeWindow window() {
        return window;
    }

    Waiting waiting() {
        return waiting;
    }
}
