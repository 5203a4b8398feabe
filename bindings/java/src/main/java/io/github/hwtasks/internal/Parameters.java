package io.github.hwtasks.internal;

import java.nio.charset.StandardCharsets;

/** Values in a path or a query. */
public final class Parameters {
    private static final String HEX = "0123456789ABCDEF";

    private Parameters() {}

    /**
     * Says why an ID cannot be one segment of a path.
     *
     * @param what the name of the ID in a message
     * @return the message; null if the ID is valid
     */
    public static String checkPathSegment(String what, String id) {
        String why;
        if (id != null && id.length() > 2 && isPlain(id)) {
            return null;
        }
        if (id == null || id.isEmpty()) {
            why = "is empty";
        } else if (id.equals(".") || id.equals("..")) {
            why = "would name another path";
        } else if (id.chars().anyMatch(Character::isISOControl)) {
            why = "has a control character";
        } else if (!isUnicode(id)) {
            why = "is not Unicode";
        } else {
            return null;
        }
        return "the " + what + " " + Text.quote(id == null ? "" : id) + " " + why;
    }

    /** Whether a text has no half of a surrogate pair. */
    static boolean isUnicode(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Whether every character stands for itself, as in most IDs. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isUnreserved(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a byte stands for itself in a path and in a query (RFC 3986). */
    static boolean isUnreserved(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    /** Appends a text with everything percent-encoded that is reserved. */
    public static void appendEncoded(StringBuilder out, String text) {
        int plain = 0;
        while (plain < text.length() && isUnreserved(text.charAt(plain))) {
            plain++;
        }
        out.append(text, 0, plain);
        if (plain == text.length()) {
            return;
        }
        for (byte b : text.substring(plain).getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            if (isUnreserved(c)) {
                out.append((char) c);
            } else {
                out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
    }
}
