package io.github.hwtasks.model;

import io.github.hwtasks.internal.Times;
import io.github.hwtasks.internal.json.Numbers;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Time in a response body, kept as it came. The documents show RFC 3339 text in UTC with milliseconds; a number is
 * milliseconds since 1970. V1.0 shows an empty text for an unset time.
 */
public final class Timestamp extends Scalar {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Timestamp(String text, boolean isNumber) {
        super(text, isNumber);
    }

    /**
     * Returns the time that a JSON string writes.
     *
     * @param text the text, which may be no time
     * @return the time
     */
    public static Timestamp of(String text) {
        return new Timestamp(text, false);
    }

    /**
     * Returns a time as the documents write it: in UTC, with milliseconds.
     *
     * @param time the time
     * @return the time
     */
    public static Timestamp of(Instant time) {
        return of(FORMAT.format(time));
    }

    /**
     * Returns the time that a JSON number writes: milliseconds since 1970.
     *
     * @param number the number as JSON writes it
     * @return the time
     * @throws IllegalArgumentException if the text is no number of JSON
     */
    public static Timestamp ofNumber(String number) {
        return new Timestamp(number, true);
    }

    /**
     * Returns the time.
     *
     * @return the time; empty if the value is no time of the years 0 to 9999
     */
    public Optional<Instant> toInstant() {
        if (!isNumber()) {
            return Optional.ofNullable(Times.parse(text));
        }
        var millis = Numbers.whole(text);
        return millis == null ? Optional.empty() : Optional.ofNullable(Times.ofMillis(millis));
    }
}
