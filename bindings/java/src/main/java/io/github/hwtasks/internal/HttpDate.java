package io.github.hwtasks.internal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates of HTTP. */
final class HttpDate {
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
    private static final String TIME = "(?<time>\\d\\d:\\d\\d:\\d\\d)";
    private static final String MONTH = "(?<month>[A-Za-z]{3})";
    private static final Pattern[] FORMS = {
        Pattern.compile(
                "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) " + MONTH + " (?<year>\\d{4}) " + TIME + " GMT"),
        Pattern.compile("(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-" + MONTH + "-(?<year>\\d\\d) "
                + TIME + " GMT"),
        Pattern.compile("(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) " + MONTH + " (?<day>[ \\d]\\d) " + TIME + " (?<year>\\d{4})"),
    };

    private HttpDate() {}

    /** Reads a date in one of the three forms of RFC 9110; null for other text. +0000 and UTC mean GMT. */
    static Instant parse(String given) {
        if (given.length() < 24 || given.length() > 40) {
            return null;
        }
        String text = given;
        for (String zone : new String[] {" +0000", " UTC"}) {
            if (text.endsWith(zone)) {
                text = text.substring(0, text.length() - zone.length()) + " GMT";
            }
        }
        for (Pattern form : FORMS) {
            Matcher date = form.matcher(text);
            if (date.matches()) {
                return instant(date);
            }
        }
        return null;
    }

    private static Instant instant(Matcher date) {
        int month = MONTHS.indexOf(date.group("month").toLowerCase(Locale.ROOT));
        int year = Integer.parseInt(date.group("year"));
        if (date.group("year").length() == 2) {
            year += year < 69 ? 2000 : 1900;
        }
        String time = date.group("time");
        if (month < 0 || month % 3 != 0) {
            return null;
        }
        try {
            return LocalDateTime.of(
                            year,
                            month / 3 + 1,
                            Integer.parseInt(date.group("day").strip()),
                            Integer.parseInt(time.substring(0, 2)),
                            Integer.parseInt(time.substring(3, 5)),
                            Integer.parseInt(time.substring(6)))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
