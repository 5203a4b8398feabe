package io.github.hwtasks.internal;

import io.github.hwtasks.credentials.Credentials;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/** Checks keys, tokens and IDs from any source, alike. Each check of a text returns what is wrong; null if nothing is. */
public final class Checks {
    private static final Pattern REGION = Pattern.compile("[a-z]{2}-[a-z]+-[0-9]{1,3}");

    /** More than any call takes, and far from an overflow of nanoseconds. */
    private static final Duration MAX_TIMEOUT = Duration.ofDays(3650);

    private Checks() {}

    /** Returns a timeout, of which no more than ten years count. It throws if the timeout is not positive. */
    public static Duration timeout(String name, Duration given) {
        Objects.requireNonNull(given, name);
        if (given.isZero() || given.isNegative()) {
            throw Errors.invalidInput(name + " is " + given + ", and must be more than zero")
                    .build();
        }
        return given.compareTo(MAX_TIMEOUT) > 0 ? MAX_TIMEOUT : given;
    }

    /**
     * Says which character of a key, a token or an ID cannot belong to it, and where; null if there is none. Such a value
     * is usually pasted with what stood around it, and would be signed with. Keys and tokens are ASCII.
     */
    static String oddCharacter(String value, boolean isAscii) {
        for (int i = 0, c; i < value.length(); i += Character.charCount(c)) {
            c = value.codePointAt(i);
            String what = oddCharacter(c, isAscii);
            if (what == null) {
                continue;
            }
            if (i == 0) {
                return what + " at its beginning";
            }
            boolean isEnd = value.substring(i).codePoints().allMatch(later -> oddCharacter(later, isAscii) != null);
            return what + (isEnd ? " at its end" : " in it");
        }
        return null;
    }

    private static String oddCharacter(int c, boolean isAscii) {
        int type = Character.getType(c);
        if (c == '\n' || c == '\r') {
            return "a line break";
        }
        if (c == '"' || c == '\'' || c == '`') {
            return "a quote";
        }
        if (type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR) {
            return invisible(c);
        }
        if (Text.isSpace(c)) {
            return "a blank";
        }
        if (type == Character.CONTROL) {
            return "a control character";
        }
        if (c == 0xFFFD || type == Character.SURROGATE) {
            return "a character that is not UTF-8";
        }
        if (type == Character.FORMAT || c == 0x115F || c == 0x1160 || c == 0x3164) {
            return invisible(c);
        }
        return c > '~' && isAscii ? "a character that is not ASCII" : null;
    }

    private static String invisible(int c) {
        return String.format("the invisible character U+%04X", c);
    }

    /** Checks a key or a token, which no message shows. */
    public static String value(String what, String value) {
        String odd = oddCharacter(value, true);
        return odd == null ? null : "the " + what + " has " + odd + ": give the bare value";
    }

    /** Checks a project ID. */
    public static String project(String what, String id) {
        String odd = oddCharacter(id, false);
        if (odd != null) {
            return "the " + what + " has " + odd + ": give the bare value";
        }
        if (REGION.matcher(id).matches()) {
            return "the " + what + " is " + id + ", which is a region: give the ID of the project in it";
        }
        return pathSegment(what, id);
    }

    /** Checks that an ID can be one segment of a path. */
    static String pathSegment(String what, String id) {
        String why;
        if (id.isEmpty()) {
            why = "is empty";
        } else if (id.equals(".") || id.equals("..")) {
            why = "would name another path";
        } else if (id.codePoints().anyMatch(c -> Character.getType(c) == Character.CONTROL)) {
            why = "has a control character";
        } else if (id.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            why = "is not UTF-8";
        } else {
            return null;
        }
        return "the " + what + " " + Text.quote(id) + " " + why;
    }

    /** Checks the parts of credentials that a program or a service gave. */
    public static String credentials(Credentials credentials) {
        String flaw = part("access key", credentials.accessKey().orElse(null));
        flaw = flaw != null ? flaw : part("secret key", Access.secretKey(credentials));
        flaw = flaw != null ? flaw : part("security token", Access.securityToken(credentials));
        flaw = flaw != null ? flaw : part("token", Access.token(credentials));
        if (flaw != null || credentials.projectId().isEmpty()) {
            return flaw;
        }
        return project("project ID", credentials.projectId().get());
    }

    private static String part(String what, String value) {
        return value == null ? null : value(what, value);
    }
}
