package io.github.hwtasks.internal.json;

import io.github.hwtasks.model.TaskCount;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a body that holds items is read.
 *
 * @param <P> the body
 * @param <B> its builder
 * @param <T> an item
 */
public abstract class ListCodec<P, B, T> extends ObjectCodec<P, B> {
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    /** For the generated codecs. */
    protected ListCodec() {}

    /** The name of the member with the items. */
    protected abstract String itemsMember();

    /** The items. */
    public abstract List<T> items(P from);

    /** The body with other items. */
    public abstract P withItems(P from, List<T> items);

    /** The codec of an item. */
    public abstract ItemCodec<T, ?> item();

    /** The number of items that the service counted, at most that of a long; -1 without one. */
    public long count(P from) {
        return -1;
    }

    /** The only item of a list, with what stands beside it in the body. */
    public T withMembersOfList(T one, P list) {
        return one;
    }

    /** The value of a count. */
    protected static long fromCount(Optional<TaskCount> count) {
        return count.flatMap(TaskCount::value)
                .map(value -> value.min(MOST).longValue())
                .orElse(-1L);
    }

    /** The value of a number. */
    protected static long fromNumber(OptionalLong count) {
        return Math.max(count.orElse(-1), -1);
    }

    /** The first value whose text is not empty; null without one. */
    protected static <V> V firstWithText(Optional<V> first, Optional<V> second) {
        return first.filter(value -> !value.toString().isEmpty() || second.isEmpty())
                .or(() -> second)
                .orElse(null);
    }

    @Override
    final String parent() {
        return itemsMember();
    }

    @Override
    final void checkBody(JsonReader in) throws DecodeFailure {
        long bit = 1L << index(itemsMember());
        if ((in.present & bit) != 0) {
            return;
        }
        if ((in.seen & bit) == 0) {
            throw DecodeFailure.type("it has no member \"" + itemsMember() + "\"", "");
        }
        if (in.badElement >= 0) {
            throw DecodeFailure.type("expected an object", itemsMember() + "[" + in.badElement + "]");
        }
        throw DecodeFailure.type("expected an array", itemsMember());
    }
}
