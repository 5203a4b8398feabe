package io.github.hwtasks.internal.json;

import java.util.List;
import java.util.function.Consumer;

/** Writes a JSON text. */
public final class JsonWriter {
    private final StringBuilder out = new StringBuilder(256);

    /** A writer without a text. */
    public JsonWriter() {}

    /** Opens an object or an array. */
    public JsonWriter open(char bracket) {
        out.append(bracket);
        return this;
    }

    /** Closes an object or an array. */
    public JsonWriter close(char bracket) {
        out.append(bracket);
        return this;
    }

    /** Writes the name of a member. */
    public JsonWriter name(String name) {
        separate();
        Json.quote(out, name);
        out.append(':');
        return this;
    }

    /** Writes a string. */
    public JsonWriter text(String text) {
        Json.quote(out, text);
        return this;
    }

    /** Writes a value that is JSON already. */
    public JsonWriter raw(String json) {
        out.append(json);
        return this;
    }

    /** Writes an array of strings. */
    public JsonWriter texts(List<String> texts) {
        return elements(texts, this::text);
    }

    /** Writes an array, each element as this writes it. */
    public <T> JsonWriter elements(List<T> values, Consumer<T> write) {
        out.append('[');
        for (T value : values) {
            separate();
            write.accept(value);
        }
        out.append(']');
        return this;
    }

    /** Writes a comma, unless this is the first member or element. */
    private void separate() {
        char last = out.charAt(out.length() - 1);
        if (last != '{' && last != '[') {
            out.append(',');
        }
    }

    /** The text so far. */
    @Override
    public String toString() {
        return out.toString();
    }
}
