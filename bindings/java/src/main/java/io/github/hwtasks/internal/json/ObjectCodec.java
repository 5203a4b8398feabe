package io.github.hwtasks.internal.json;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.Response;
import io.github.hwtasks.internal.Errors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a value of a documented schema is read. The implementations are generated.
 *
 * @param <T> the value
 * @param <B> its builder
 */
public abstract class ObjectCodec<T, B> {
    private static final String[][] NONE = {};

    /** For the generated codecs. */
    protected ObjectCodec() {}

    /** The number of a documented member, by any of its names; -1 for any other. */
    protected abstract int index(String name);

    /** The members that the documents write in two ways: a set of their numbers. */
    protected long spelled() {
        return 0;
    }

    /** The two names of these members. */
    protected String[][] spellings() {
        return NONE;
    }

    /** A builder without values. */
    protected abstract B builder();

    /** Builds the value with its other members, which may be null. */
    protected abstract T build(B from, Map<String, String> others);

    /** Reads the value of a member; false, and no value, if it is of another type. */
    protected abstract boolean read(int index, JsonReader in, B to) throws IOException;

    /** Sets the response of a value. */
    protected void attach(B to, Response response) {}

    /** Checks the body that was read last. */
    void checkBody(JsonReader in) throws DecodeFailure {}

    /** The member in which all errors with a path are; empty for none. */
    String parent() {
        return "";
    }

    /**
     * Reads a text that holds one object.
     *
     * @param body the text
     * @param response the response that the value keeps; null for none
     */
    public final T decode(byte[] body, Response response) throws DecodeFailure {
        try (var in = JsonReader.of(body)) {
            in.begin();
            if (!in.isObject()) {
                in.skipToEnd();
                throw DecodeFailure.type("expected an object", "");
            }
            var value = readObject(in, response);
            // The end of the text has no members.
            in.end();
            checkBody(in);
            return value;
        } catch (IOException e) {
            var failure = DecodeFailure.of(e);
            throw failure.path().startsWith("[") ? failure.within(parent()) : failure;
        }
    }

    /** Reads a value that a program has as a text. */
    public final T fromJson(String json) {
        try {
            return decode(json.getBytes(StandardCharsets.UTF_8), null);
        } catch (DecodeFailure e) {
            throw failed(e);
        }
    }

    private static HwtasksException failed(DecodeFailure failure) {
        var where = failure.path().isEmpty() ? "" : " at " + failure.path();
        var error = Errors.builder(Kind.DECODE, "cannot decode the text" + where + ": " + failure.why());
        return (failure.path().isEmpty() ? error : error.path(failure.path())).build();
    }

    final T readObject(JsonReader in, Response response) throws IOException {
        var to = builder();
        if (response != null) {
            attach(to, response);
        }
        var spelled = spelled();
        // The name that each member with two names was read from.
        String[] chosen = null;
        Map<String, String> others = null;
        long seen = 0;
        long present = 0;
        for (var name = in.nextName(); name != null; name = in.nextName()) {
            int index = index(name);
            if (index >= 0) {
                long bit = 1L << index;
                if ((seen & bit) != 0 && others != null) {
                    // Of a name that comes twice, the last value counts.
                    others.remove(name);
                }
                seen |= bit;
                var isRead = true;
                if ((spelled & bit) != 0) {
                    chosen = chosen == null ? new String[Long.bitCount(spelled)] : chosen;
                    int place = Long.bitCount(spelled & bit - 1);
                    isRead = chosen[place] == null || chosen[place].equals(name);
                    if (isRead) {
                        chosen[place] = in.isNull() ? null : name;
                    }
                }
                if (isRead) {
                    present &= ~bit;
                    if (read(index, in, to)) {
                        present |= bit;
                        continue;
                    }
                }
                if (in.isNull()) {
                    continue;
                }
            }
            if (others == null) {
                others = new LinkedHashMap<>();
            }
            others.put(name, in.raw());
        }
        if (chosen != null && others != null) {
            for (var spelling : spellings()) {
                long bit = 1L << index(spelling[0]);
                if (chosen[Long.bitCount(spelled & bit - 1)] == null) {
                    settle(spelling, others, to);
                }
            }
        }
        in.seen = seen;
        in.present = present;
        return build(to, others == null || others.isEmpty() ? null : new Json.Members(others));
    }

    /** Reads a member with two names from the one that was kept: the other came first, and was null at last. */
    private void settle(String[] spelling, Map<String, String> others, B to) throws IOException {
        var kept = others.containsKey(spelling[0]) ? spelling[0] : spelling[1];
        var json = others.get(kept);
        if (json == null) {
            return;
        }
        try (var in = JsonReader.of(json.getBytes(StandardCharsets.UTF_8))) {
            in.begin();
            if (read(index(kept), in, to)) {
                others.remove(kept);
            }
        }
    }
}
