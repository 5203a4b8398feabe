package io.github.hwtasks.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.JsonTokenId;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads a JSON text once, from its beginning to its end.
 *
 * <p>A method that reads a value of one type returns null for a value of any other type, which {@link #raw} then takes
 * as it is. A text that is not JSON is an exception.
 */
public final class JsonReader implements AutoCloseable {
    /** The number of bytes of a byte order mark. */
    private static final int MARK_LENGTH = 3;

    /** The longest string of which equal ones share an instance. */
    private static final int MAX_SHARED = 64;

    private final JsonParser parser;
    /** The last short strings, by a part of their characters. The number is a power of two. */
    private final String[] recent = new String[64];

    private final byte[] text;
    /** Where the text begins, after a byte order mark. */
    private final int base;
    /** Whether the text has escapes that may stand for half of a surrogate pair. */
    private final boolean hasUnicodeEscapes;
    /** Where the array began that was read last and was of another type. */
    private long arrayStart;

    /** The first element of that array that is no object, or -1. */
    int badElement = -1;
    /** The documented members of the object that was read last. */
    long seen;
    /** Those of them with a value. */
    long present;

    private JsonReader(byte[] text, int base, boolean hasUnicodeEscapes) throws IOException {
        this.text = text;
        this.base = base;
        this.hasUnicodeEscapes = hasUnicodeEscapes;
        this.parser = Json.FACTORY.createParser(text, base, text.length - base);
    }

    static JsonReader of(byte[] text) throws IOException {
        int base = hasMark(text, 0) ? MARK_LENGTH : 0;
        if (hasMark(text, base)) {
            // The parser would skip it.
            throw DecodeFailure.syntax("it is not JSON", base);
        }
        var scan = new Scan(text, base);
        if (scan.hasZero) {
            // The parser would take the text as UTF-16.
            throw DecodeFailure.syntax("it is not JSON", base);
        }
        if (!scan.isAscii) {
            checkUtf8(text);
        }
        return new JsonReader(text, base, scan.hasUnicodeEscapes);
    }

    /** What the bytes of a text have, found by eight at a time. */
    private static final class Scan {
        private static final VarHandle LONGS =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
        private static final long ONES = 0x0101_0101_0101_0101L;
        private static final long HIGH = 0x8080_8080_8080_8080L;
        private static final long BACKSLASHES = ONES * '\\';

        private boolean isAscii = true;
        private boolean hasZero;
        private boolean hasUnicodeEscapes;

        Scan(byte[] text, int base) {
            int at = base;
            for (; at + Long.BYTES <= text.length; at += Long.BYTES) {
                long bytes = (long) LONGS.get(text, at);
                long escapes = bytes ^ BACKSLASHES;
                // The highest bit of a byte that is negative, zero, or a backslash; a borrow may add others.
                long found = (bytes | (bytes - ONES) & ~bytes | (escapes - ONES) & ~escapes) & HIGH;
                if (found != 0) {
                    scan(text, at, at + Long.BYTES);
                }
            }
            scan(text, at, text.length);
        }

        private void scan(byte[] text, int from, int to) {
            for (int i = from; i < to; i++) {
                byte b = text[i];
                isAscii &= b >= 0;
                hasZero |= b == 0;
                hasUnicodeEscapes |= b == '\\' && i + 1 < text.length && text[i + 1] == 'u';
            }
        }
    }

    /** Whether a byte order mark is at an index. */
    private static boolean hasMark(byte[] text, int at) {
        return text.length - at >= MARK_LENGTH
                && text[at] == (byte) 0xef
                && text[at + 1] == (byte) 0xbb
                && text[at + 2] == (byte) 0xbf;
    }

    private static void checkUtf8(byte[] text) throws DecodeFailure {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(text);
        var out = CharBuffer.allocate(1024);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw DecodeFailure.syntax("the text is not UTF-8", in.position());
        }
    }

    /** Reads the first token. */
    void begin() throws IOException {
        if (parser.nextToken() == null) {
            throw DecodeFailure.syntax("the text ends too early", text.length);
        }
    }

    /** Checks that nothing follows. */
    void end() throws IOException {
        if (parser.nextToken() != null) {
            throw DecodeFailure.syntax("something follows the value", base + tokenStart());
        }
    }

    boolean isObject() {
        return parser.currentTokenId() == JsonTokenId.ID_START_OBJECT;
    }

    boolean isNull() {
        return parser.currentTokenId() == JsonTokenId.ID_NULL;
    }

    /** Moves to the value of the next member, and returns its name; null at the end of the object. */
    String nextName() throws IOException {
        var name = parser.nextFieldName();
        if (name != null) {
            checkPairs(name);
            parser.nextToken();
        }
        return name;
    }

    private long tokenStart() {
        return parser.currentTokenLocation().getByteOffset();
    }

    /** The value as it came, be it read in part. */
    String raw() throws IOException {
        switch (parser.currentTokenId()) {
            case JsonTokenId.ID_NULL:
                return "null";
            case JsonTokenId.ID_TRUE:
                return "true";
            case JsonTokenId.ID_FALSE:
                return "false";
            case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT:
                return number();
            case JsonTokenId.ID_STRING:
            case JsonTokenId.ID_START_ARRAY, JsonTokenId.ID_START_OBJECT:
                var start = tokenStart();
                skip();
                return slice(start);
            default:
                return slice(arrayStart);
        }
    }

    private String slice(long start) {
        var end = parser.currentLocation().getByteOffset();
        return new String(text, base + (int) start, (int) (end - start), StandardCharsets.UTF_8);
    }

    /** Reads the rest of a value of any type. */
    private void skip() throws IOException {
        int depth = 0;
        do {
            switch (parser.currentTokenId()) {
                case JsonTokenId.ID_START_ARRAY, JsonTokenId.ID_START_OBJECT -> depth++;
                case JsonTokenId.ID_END_ARRAY, JsonTokenId.ID_END_OBJECT -> depth--;
                case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT -> number();
                case JsonTokenId.ID_FIELD_NAME -> checkPairs(parser.currentName());
                case JsonTokenId.ID_STRING -> {
                    if (hasUnicodeEscapes) {
                        string();
                    } else {
                        parser.finishToken();
                    }
                }
                default -> {}
            }
        } while (depth > 0 && next());
    }

    /** Moves on within a value. */
    private boolean next() throws IOException {
        if (parser.nextToken() == null) {
            throw DecodeFailure.syntax("the text ends too early", text.length);
        }
        return true;
    }

    private String string() throws IOException {
        int length = parser.getTextLength();
        var value = length == 0 || length > MAX_SHARED ? parser.getText() : shared(length);
        checkPairs(value);
        return value;
    }

    /** A short string; the same one for equal texts, such as the user and the state of the tasks of a page. */
    private String shared(int length) throws IOException {
        var characters = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int sum = length + characters[from] * 31 + characters[from + length / 2] * 17 + characters[from + length - 1];
        int slot = sum & recent.length - 1;
        var known = recent[slot];
        if (known != null && known.length() == length && isEqual(known, characters, from)) {
            return known;
        }
        recent[slot] = parser.getText();
        return recent[slot];
    }

    private static boolean isEqual(String text, char[] characters, int from) {
        for (int i = text.length() - 1; i >= 0; i--) {
            if (text.charAt(i) != characters[from + i]) {
                return false;
            }
        }
        return true;
    }

    /** Half of a surrogate pair stands for no character. */
    private void checkPairs(String value) throws DecodeFailure {
        if (!hasUnicodeEscapes) {
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            if (!Character.isSurrogate(value.charAt(i))) {
                continue;
            }
            var isPair = i + 1 < value.length() && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1));
            if (!isPair) {
                throw DecodeFailure.syntax("a string has half of a surrogate pair", base + tokenStart());
            }
            i++;
        }
    }

    private String number() throws IOException {
        var number = parser.getText();
        if (Numbers.isPastDouble(number)) {
            throw DecodeFailure.syntax("a number is past the range of a double", base + tokenStart());
        }
        return number;
    }

    /** Reads a string, a number or a boolean as a text. */
    public String text() throws IOException {
        return switch (parser.currentTokenId()) {
            case JsonTokenId.ID_STRING -> string();
            case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT -> Numbers.textOf(number());
            case JsonTokenId.ID_TRUE -> "true";
            case JsonTokenId.ID_FALSE -> "false";
            default -> null;
        };
    }

    /** Reads a text, and makes a value of it. */
    public <T> T text(Function<String, T> make) throws IOException {
        var value = text();
        return value == null ? null : make.apply(value);
    }

    /** Reads a string or a number, which the value keeps as it came. */
    public <T> T scalar(ScalarType<T> type) throws IOException {
        return switch (parser.currentTokenId()) {
            case JsonTokenId.ID_STRING -> type.ofText().apply(string());
            case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT ->
                type.ofNumber().apply(number());
            case JsonTokenId.ID_TRUE, JsonTokenId.ID_FALSE -> type.takesBooleans() ? text(type.ofText()) : null;
            default -> null;
        };
    }

    /** Reads a whole number, or a string that writes one as JSON does. */
    public Long integer() throws IOException {
        return switch (parser.currentTokenId()) {
            case JsonTokenId.ID_STRING -> Numbers.integerOfText(string());
            case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT -> Numbers.whole(number());
            default -> null;
        };
    }

    /** Reads a boolean, or a string that writes one. */
    public Boolean bool() throws IOException {
        return switch (parser.currentTokenId()) {
            case JsonTokenId.ID_TRUE -> Boolean.TRUE;
            case JsonTokenId.ID_FALSE -> Boolean.FALSE;
            case JsonTokenId.ID_STRING ->
                switch (string()) {
                    case "true" -> Boolean.TRUE;
                    case "false" -> Boolean.FALSE;
                    default -> null;
                };
            default -> null;
        };
    }

    /** Reads an array of what {@link #text()} reads. One other element makes the whole array another type. */
    public List<String> texts() throws IOException {
        if (parser.currentTokenId() != JsonTokenId.ID_START_ARRAY) {
            return null;
        }
        var start = tokenStart();
        var values = new ArrayList<String>();
        var isEven = true;
        while (next() && parser.currentToken() != JsonToken.END_ARRAY) {
            var value = text();
            if (value == null) {
                isEven = false;
                skip();
            }
            values.add(value);
        }
        arrayStart = start;
        return isEven ? List.copyOf(values) : null;
    }

    /** Reads an object of a schema. */
    public <T> T object(ObjectCodec<T, ?> codec) throws IOException {
        return isObject() ? codec.readObject(this, null) : null;
    }

    /** Reads an array of objects of a schema. One other element makes the whole array another type. */
    public <T> List<T> objects(ObjectCodec<T, ?> codec) throws IOException {
        badElement = -1;
        if (parser.currentTokenId() != JsonTokenId.ID_START_ARRAY) {
            return null;
        }
        var start = tokenStart();
        var values = new ArrayList<T>();
        int bad = -1;
        for (int i = 0; next() && parser.currentToken() != JsonToken.END_ARRAY; i++) {
            try {
                if (isObject()) {
                    values.add(codec.readObject(this, null));
                    continue;
                }
                bad = bad < 0 ? i : bad;
                skip();
            } catch (IOException e) {
                throw DecodeFailure.of(e).within("[" + i + "]");
            }
        }
        arrayStart = start;
        badElement = bad;
        return bad < 0 ? listOf(values) : null;
    }

    /** An unmodifiable list, which no builder copies again. */
    @SuppressWarnings("unchecked")
    private static <T> List<T> listOf(List<T> values) {
        return (List<T>) List.of(values.toArray());
    }

    /** Reads a value of any type. */
    Object tree() throws IOException {
        switch (parser.currentTokenId()) {
            case JsonTokenId.ID_START_OBJECT -> {
                var members = new JsonObject();
                for (var name = nextName(); name != null; name = nextName()) {
                    members.put(name, tree());
                }
                return members;
            }
            case JsonTokenId.ID_START_ARRAY -> {
                var values = new ArrayList<Object>();
                while (next() && parser.currentToken() != JsonToken.END_ARRAY) {
                    values.add(tree());
                }
                return values;
            }
            case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT -> {
                return new JsonNumber(number());
            }
            case JsonTokenId.ID_TRUE, JsonTokenId.ID_FALSE -> {
                return bool();
            }
            case JsonTokenId.ID_STRING -> {
                return string();
            }
            default -> {
                return null;
            }
        }
    }

    /** Reads the rest of a text whose value is no object. */
    void skipToEnd() throws IOException {
        skip();
        end();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
