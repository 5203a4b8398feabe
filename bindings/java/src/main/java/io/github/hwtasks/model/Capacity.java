package io.github.hwtasks.model;

import java.util.OptionalDouble;

/**
 * Memory size in gigabytes, kept as it came. Documented as a string; the DCS V2 examples show a number. The empty text
 * means not applicable.
 */
public final class Capacity extends Scalar {
    private Capacity(String text, boolean isNumber) {
        super(text, isNumber);
    }

    /**
     * Returns the size that a JSON string writes.
     *
     * @param text the text, which may be no number
     * @return the size
     */
    public static Capacity of(String text) {
        return new Capacity(text, false);
    }

    /**
     * Returns the size that a JSON number writes.
     *
     * @param number the number as JSON writes it
     * @return the size
     * @throws IllegalArgumentException if the text is no number of JSON
     */
    public static Capacity ofNumber(String number) {
        return new Capacity(number, true);
    }

    /**
     * Returns the size in gigabytes.
     *
     * @return the size; empty if the value is not a finite number
     */
    public OptionalDouble value() {
        var number = stripped(text);
        // Java reads more notations than JSON has.
        if (number.isEmpty() || !number.chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0)) {
            return OptionalDouble.empty();
        }
        try {
            var size = Double.parseDouble(number);
            return Double.isInfinite(size) ? OptionalDouble.empty() : OptionalDouble.of(size);
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
