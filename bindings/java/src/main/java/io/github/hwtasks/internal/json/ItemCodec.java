package io.github.hwtasks.internal.json;

import io.github.hwtasks.Response;
import io.github.hwtasks.model.Timestamp;

/**
 * How an item of a list is read, and what the client knows of it.
 *
 * @param <T> the item
 * @param <B> its builder
 */
public abstract class ItemCodec<T, B> extends ObjectCodec<T, B> {
    /** For the generated codecs. */
    protected ItemCodec() {}

    /** The ID; empty without one. */
    public abstract String identity(T from);

    /** The name; empty without one. */
    public String label(T from) {
        return "";
    }

    /** The state; empty without one. */
    public String state(T from) {
        return "";
    }

    /** When the item started; null without a time. */
    public Timestamp started(T from) {
        return null;
    }

    /** The item with the response that shows it. */
    public abstract T withResponse(T from, Response response);
}
