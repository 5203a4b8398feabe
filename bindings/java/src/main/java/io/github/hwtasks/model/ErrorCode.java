package io.github.hwtasks.model;

import io.github.hwtasks.internal.json.Numbers;

/** Error code, kept as it came: a string from the services and the gateway, a number from IAM. */
public final class ErrorCode extends Scalar {
    private ErrorCode(String text, boolean isNumber) {
        super(text, isNumber);
    }

    /**
     * Returns the code that a JSON string writes.
     *
     * @param text the code
     * @return the code
     */
    public static ErrorCode of(String text) {
        return new ErrorCode(text, false);
    }

    /**
     * Returns the code that a JSON number writes.
     *
     * @param number the number as JSON writes it
     * @return the code
     * @throws IllegalArgumentException if the text is no number of JSON
     */
    public static ErrorCode ofNumber(String number) {
        return new ErrorCode(number, true);
    }

    /** Returns the code as a text; a number without an exponent. */
    @Override
    public String toString() {
        var plain = isNumber() ? Numbers.textOf(text) : text;
        return plain == null ? text : plain;
    }
}
