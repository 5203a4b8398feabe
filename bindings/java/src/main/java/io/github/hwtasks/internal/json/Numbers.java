package io.github.hwtasks.internal.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as JSON writes them. */
public final class Numbers {
    /** 2^53: from here on, a double stands for more than one integer. */
    private static final double EXACT_DOUBLE = 1L << 53;

    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    /** No number of as few characters is beyond 64 bits. */
    private static final int SHORT = 18;

    private Numbers() {}

    /** Whether a text is a number by the grammar of JSON. */
    public static boolean isNumber(String text) {
        int at = text.startsWith("-") ? 1 : 0;
        int end = digits(text, at);
        if (end == at || end > at + 1 && text.charAt(at) == '0') {
            return false;
        }
        at = end;
        if (at < text.length() && text.charAt(at) == '.') {
            end = digits(text, at + 1);
            if (end == at + 1) {
                return false;
            }
            at = end;
        }
        if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            end = digits(text, at);
            if (end == at) {
                return false;
            }
            at = end;
        }
        return at == text.length();
    }

    private static int digits(String text, int at) {
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /**
     * A JSON number as a text: the digits that tell it from every other double, without an exponent.
     *
     * @return the text; null if digits were lost on the way: from 2^53 on, only an integer below 2^64 has one
     */
    public static String textOf(String number) {
        if (isInteger(number)) {
            return number;
        }
        var value = Double.parseDouble(number);
        if (Math.abs(value) >= EXACT_DOUBLE) {
            return null;
        }
        return value == 0 ? "0" : shortest(value).toPlainString();
    }

    /** The decimal of the fewest digits that stands for a double. {@code Double.toString} has more before JDK 19. */
    private static BigDecimal shortest(double value) {
        var exact = new BigDecimal(value);
        for (int digits = 1; digits < 17; digits++) {
            var rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }

    /** Whether a JSON number is written as an integer that 64 bits hold. */
    private static boolean isInteger(String number) {
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c == '.' || (c | 0x20) == 'e') {
                return false;
            }
        }
        if (number.length() <= SHORT) {
            return !number.equals("-0");
        }
        if (number.length() > 20) {
            return false;
        }
        var value = new BigInteger(number);
        return value.compareTo(LEAST) >= 0 && value.compareTo(MOST) <= 0;
    }

    /** A JSON number as an integer; null unless it is whole, exact, and held by a long. */
    public static Long whole(String number) {
        if (isInteger(number)) {
            return number.length() <= SHORT ? Long.valueOf(number) : held(new BigInteger(number));
        }
        var value = Double.parseDouble(number);
        return value == Math.rint(value) && Math.abs(value) < EXACT_DOUBLE ? (long) value : null;
    }

    /** A text that writes an integer as JSON does; null for any other. */
    static Long integerOfText(String text) {
        var isWritten = text.length() <= 20 && !text.equals("-0") && isNumber(text) && isInteger(text);
        return isWritten ? held(new BigInteger(text)) : null;
    }

    private static Long held(BigInteger value) {
        return value.bitLength() < Long.SIZE ? value.longValue() : null;
    }

    /** Whether no double holds a JSON number. */
    static boolean isPastDouble(String number) {
        var isShort = number.length() < 300 && number.indexOf('e') < 0 && number.indexOf('E') < 0;
        return !isShort && Double.isInfinite(Double.parseDouble(number));
    }
}
