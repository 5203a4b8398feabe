package io.github.hwtasks.model;

import io.github.hwtasks.internal.json.JsonWriter;
import io.github.hwtasks.internal.json.Numbers;
import java.util.Objects;

/** A string or a number, as it came. */
abstract class Scalar {
    final String text;
    private final boolean isNumber;

    Scalar(String text, boolean isNumber) {
        this.text = Objects.requireNonNull(text, "text");
        this.isNumber = isNumber;
        if (isNumber && !Numbers.isNumber(text)) {
            throw new IllegalArgumentException("not a number of JSON");
        }
    }

    /** A text without the blanks of JSON around it. */
    static String stripped(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (from < to && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    final void write(JsonWriter out) {
        if (isNumber) {
            out.raw(text);
        } else {
            out.text(text);
        }
    }

    /**
     * Returns whether the value came as a JSON number.
     *
     * @return whether it is a number, and not a string
     */
    public final boolean isNumber() {
        return isNumber;
    }

    /** Returns whether both came as the same text, in the same type. */
    @Override
    public final boolean equals(Object other) {
        return other instanceof Scalar that
                && getClass() == that.getClass()
                && isNumber == that.isNumber
                && text.equals(that.text);
    }

    @Override
    public final int hashCode() {
        return text.hashCode() + (isNumber ? 1 : 0);
    }

    /** Returns the value as it came, without quotes. */
    @Override
    public String toString() {
        return text;
    }
}
