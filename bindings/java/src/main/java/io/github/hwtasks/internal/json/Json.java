package io.github.hwtasks.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** JSON texts that no schema describes. */
public final class Json {
    /** How deeply the arrays and objects of a text may be nested. */
    static final int MAX_DEPTH = 127;

    /** The parser checks the depth alone: the size of a body has its own limit. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            // The names of a body are not ours, and must not stay in memory.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            // Virtual threads are many and short: buffers belong to no thread.
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .build();

    private Json() {}

    /**
     * Reads a JSON text.
     *
     * @return a {@link JsonObject}, a list, a string, a {@link JsonNumber}, a boolean, or null
     * @throws DecodeFailure if the text is not JSON, or something follows the value
     */
    public static Object parse(byte[] text) throws DecodeFailure {
        try (var in = JsonReader.of(text)) {
            in.begin();
            var value = in.tree();
            in.end();
            return value;
        } catch (IOException e) {
            throw DecodeFailure.of(e);
        }
    }

    /** The members as a value keeps them: in their order, each a JSON text. */
    public static Map<String, String> checkedMembers(Map<String, String> members) {
        if (members instanceof Members || members.isEmpty()) {
            return members instanceof Members ? members : Map.of();
        }
        var copied = new LinkedHashMap<String, String>(members);
        copied.forEach((name, json) -> {
            try {
                parse(json.getBytes(StandardCharsets.UTF_8));
            } catch (DecodeFailure e) {
                throw new IllegalArgumentException("the member " + name + " is not JSON", e);
            }
        });
        return new Members(copied);
    }

    /** Appends a text as a JSON string. Half of a surrogate pair becomes a replacement character. */
    public static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else if (!Character.isSurrogate(c)) {
                out.append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else {
                out.append('\ufffd');
            }
        }
        out.append('"');
    }

    /** Members that came from a parser, or were checked by one. */
    static final class Members extends AbstractMap<String, String> {
        private final Map<String, String> members;

        Members(Map<String, String> members) {
            this.members = Collections.unmodifiableMap(members);
        }

        @Override
        public String get(Object name) {
            return members.get(name);
        }

        @Override
        public boolean containsKey(Object name) {
            return members.containsKey(name);
        }

        @Override
        public Set<Entry<String, String>> entrySet() {
            return members.entrySet();
        }
    }
}
