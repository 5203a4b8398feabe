package io.github.hwtasks.internal;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** How messages show what came from outside. */
public final class Text {
    /** How many characters of outside text a message shows. */
    private static final int MAX_SHOWN = 200;

    private Text() {}

    /**
     * Returns text from outside as one line of a message: without line breaks, control characters or invisible ones, and
     * cut.
     */
    public static String oneLine(String text) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_SHOWN + 8));
        boolean isApart = false;
        int shown = 0;
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (isSpace(c) || Character.getType(c) == Character.CONTROL) {
                isApart = true;
                continue;
            }
            if (Character.getType(c) == Character.FORMAT) {
                continue;
            }
            if (isApart && shown > 0) {
                if (shown == MAX_SHOWN) {
                    return line.append('…').toString();
                }
                line.append(' ');
                shown++;
            }
            isApart = false;
            if (shown == MAX_SHOWN) {
                return line.append('…').toString();
            }
            line.appendCodePoint(c);
            shown++;
        }
        return line.toString();
    }

    /** Returns text from outside in quotes. */
    static String quote(String text) {
        return '"' + oneLine(text) + '"';
    }

    /** Reports whether a character is white space of Unicode. */
    static boolean isSpace(int c) {
        return c >= 0x09 && c <= 0x0D || c == 0x20 || c == 0x85 || c == 0xA0 || c >= 0x80 && Character.isSpaceChar(c);
    }

    /** Reports whether a text is ASCII without blanks and control characters. */
    static boolean isVisible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Writes a duration for people: 2m30s, 1.5s. */
    public static String duration(Duration duration) {
        StringBuilder text = new StringBuilder(duration.isNegative() ? "-" : "");
        Duration d = duration.abs();
        if (d.toHours() > 0) {
            text.append(d.toHours()).append('h');
        }
        if (d.toMinutesPart() > 0) {
            text.append(d.toMinutesPart()).append('m');
        }
        int millis = d.toMillisPart();
        if (d.toSecondsPart() > 0 || millis > 0 || d.toMinutes() == 0) {
            text.append(d.toSecondsPart());
            if (millis > 0) {
                String fraction = Integer.toString(1000 + millis).substring(1);
                text.append('.').append(fraction.replaceAll("0+$", ""));
            }
            text.append('s');
        }
        return text.toString();
    }

    /** Returns a status with its reason phrase, if it has one. */
    static String status(int status) {
        String phrase;
        switch (status) {
            case 200:
                phrase = "OK";
                break;
            case 201:
                phrase = "Created";
                break;
            case 202:
                phrase = "Accepted";
                break;
            case 204:
                phrase = "No Content";
                break;
            case 301:
                phrase = "Moved Permanently";
                break;
            case 302:
                phrase = "Found";
                break;
            case 303:
                phrase = "See Other";
                break;
            case 304:
                phrase = "Not Modified";
                break;
            case 307:
                phrase = "Temporary Redirect";
                break;
            case 308:
                phrase = "Permanent Redirect";
                break;
            case 400:
                phrase = "Bad Request";
                break;
            case 401:
                phrase = "Unauthorized";
                break;
            case 403:
                phrase = "Forbidden";
                break;
            case 404:
                phrase = "Not Found";
                break;
            case 405:
                phrase = "Method Not Allowed";
                break;
            case 407:
                phrase = "Proxy Authentication Required";
                break;
            case 408:
                phrase = "Request Timeout";
                break;
            case 409:
                phrase = "Conflict";
                break;
            case 413:
                phrase = "Content Too Large";
                break;
            case 414:
                phrase = "URI Too Long";
                break;
            case 429:
                phrase = "Too Many Requests";
                break;
            case 431:
                phrase = "Request Header Fields Too Large";
                break;
            case 500:
                phrase = "Internal Server Error";
                break;
            case 501:
                phrase = "Not Implemented";
                break;
            case 502:
                phrase = "Bad Gateway";
                break;
            case 503:
                phrase = "Service Unavailable";
                break;
            case 504:
                phrase = "Gateway Timeout";
                break;
            default:
                return Integer.toString(status);
        }
        return status + " " + phrase;
    }

    static String utf8(byte[] bytes, int length) {
        return new String(bytes, 0, Math.min(bytes.length, length), StandardCharsets.UTF_8);
    }
}
