package io.github.hwtasks.model;

import io.github.hwtasks.internal.json.Numbers;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Number of tasks that the service counted, kept as it came. Documented as a string; the DCS V2 examples show a number.
 * Do not page by it.
 */
public final class TaskCount extends Scalar {
    private static final int MAX_BITS = 64;

    private TaskCount(String text, boolean isNumber) {
        super(text, isNumber);
    }

    /**
     * Returns the count that a JSON string writes.
     *
     * @param text the text, which may be no number
     * @return the count
     */
    public static TaskCount of(String text) {
        return new TaskCount(text, false);
    }

    /**
     * Returns the count that a JSON number writes.
     *
     * @param number the number as JSON writes it
     * @return the count
     * @throws IllegalArgumentException if the text is no number of JSON
     */
    public static TaskCount ofNumber(String number) {
        return new TaskCount(number, true);
    }

    /**
     * Returns the count. Of a text only digits count, and blanks around them.
     *
     * @return the count; empty if the value is not a whole number below 2<sup>64</sup>
     */
    public Optional<BigInteger> value() {
        var digits = isNumber() ? Numbers.textOf(text) : stripped(text);
        if (digits == null || digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        // A long text of digits takes long to convert.
        int zeros = 0;
        while (zeros < digits.length() && digits.charAt(zeros) == '0') {
            zeros++;
        }
        if (digits.length() - zeros > 20) {
            return Optional.empty();
        }
        var value = new BigInteger("0" + digits.substring(zeros));
        return value.bitLength() > MAX_BITS ? Optional.empty() : Optional.of(value);
    }

    /**
     * Returns the count as a long.
     *
     * @return the count; empty if the value is not a whole number below 2<sup>63</sup>
     */
    public OptionalLong asLong() {
        var value = value().filter(count -> count.bitLength() < Long.SIZE);
        return value.isPresent() ? OptionalLong.of(value.get().longValue()) : OptionalLong.empty();
    }
}
