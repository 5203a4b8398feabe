package io.github.hwtasks.internal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Times as the documents write them. */
public final class Times {
    /** The milliseconds of the years 0 to 9999. */
    private static final long MIN_MILLIS = -62_167_219_200_000L;

    private static final long MAX_MILLIS = 253_402_300_799_999L;

    private Times() {}

    /** The time of a number of milliseconds since 1970; null outside of the years 0 to 9999. */
    public static Instant ofMillis(long millis) {
        return millis < MIN_MILLIS || millis > MAX_MILLIS ? null : Instant.ofEpochMilli(millis);
    }

    /**
     * Reads a time by the grammar of RFC 3339, section 5.6, and nothing else.
     *
     * @return the time; null if the text is none of the years 0 to 9999
     */
    public static Instant parse(String text) {
        if (text.length() < "2006-01-02T15:04:05Z".length()
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || (text.charAt(10) | 0x20) != 't' && text.charAt(10) != ' '
                || text.charAt(13) != ':'
                || text.charAt(16) != ':') {
            return null;
        }
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, 19);
        var isClock = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
        if (year < 0 || month < 1 || day < 1 || !isClock) {
            return null;
        }
        int at = 19;
        long nanos = 0;
        if (text.charAt(at) == '.') {
            int from = ++at;
            for (long scale = 100_000_000; at < text.length() && isDigit(text.charAt(at)); at++) {
                nanos += (text.charAt(at) - '0') * scale;
                scale /= 10;
            }
            if (at == from) {
                return null;
            }
        }
        var offset = offset(text, at);
        if (offset == null) {
            return null;
        }
        try {
            var days = LocalDate.of(year, month, day).toEpochDay();
            // A leap second is the last second of its minute.
            var seconds = days * 86_400 + hour * 3_600L + minute * 60L + Math.min(second, 59) - offset;
            var time = Instant.ofEpochSecond(seconds, nanos);
            return seconds < MIN_MILLIS / 1_000 || seconds > MAX_MILLIS / 1_000 ? null : time;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Reads {@code Z} or {@code +08:00} as seconds; null for anything else. */
    private static Integer offset(String text, int at) {
        if (at == text.length() - 1 && (text.charAt(at) | 0x20) == 'z') {
            return 0;
        }
        if (text.length() != at + "+08:00".length()) {
            return null;
        }
        char sign = text.charAt(at);
        int hours = number(text, at + 1, at + 3);
        int minutes = number(text, at + 4, at + 6);
        if (sign != '+' && sign != '-' || text.charAt(at + 3) != ':') {
            return null;
        }
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
            return null;
        }
        int seconds = hours * 3_600 + minutes * 60;
        return sign == '-' ? -seconds : seconds;
    }

    /** The number of some digits; -1 where there are others. */
    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            if (!isDigit(text.charAt(i))) {
                return -1;
            }
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /**
     * Writes a bound of a time window in UTC: {@code yyyyMMddHHmmss}.
     *
     * @param roundUp whether a part of a second counts as a whole one
     * @return the text; null if the year does not have four digits
     */
    public static String compact(Instant time, boolean roundUp) {
        var whole = time.truncatedTo(ChronoUnit.SECONDS);
        if (roundUp && !whole.equals(time)) {
            whole = whole.plusSeconds(1);
        }
        var at = whole.atOffset(ZoneOffset.UTC);
        if (at.getYear() < 0 || at.getYear() > 9999) {
            return null;
        }
        var text = new StringBuilder("00000000000000");
        put(text, 4, at.getYear());
        put(text, 6, at.getMonthValue());
        put(text, 8, at.getDayOfMonth());
        put(text, 10, at.getHour());
        put(text, 12, at.getMinute());
        put(text, 14, at.getSecond());
        return text.toString();
    }

    /** Writes a number whose last digit stands before an index. */
    private static void put(StringBuilder text, int end, int number) {
        for (int rest = number; rest > 0; rest /= 10) {
            text.setCharAt(--end, (char) ('0' + rest % 10));
        }
    }
}
