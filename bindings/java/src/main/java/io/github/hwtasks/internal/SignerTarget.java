package io.github.hwtasks.internal;

import io.github.hwtasks.signer.SigningException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The host with its port, the path and the query of a URL to sign; no host of a path. */
record SignerTarget(String host, String path, String query) {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    /** A parameter of a query, decoded. Bytes are compared, as the gateway does. */
    private record Pair(byte[] name, byte[] value) {}

    private static final Comparator<Pair> ORDER = (a, b) -> {
        int order = Arrays.compareUnsigned(a.name, b.name);
        return order != 0 ? order : Arrays.compareUnsigned(a.value, b.value);
    };

    static SignerTarget split(String url) {
        int fragment = url.indexOf('#');
        String rest = fragment < 0 ? url : url.substring(0, fragment);
        String host = "";
        if (!rest.startsWith("/")) {
            int scheme = rest.indexOf("://");
            String name = scheme < 0 ? "" : rest.substring(0, scheme).toLowerCase(Locale.ROOT);
            if (!name.equals("http") && !name.equals("https")) {
                throw invalid(url);
            }
            String after = rest.substring(scheme + 3);
            int end = 0;
            while (end < after.length() && after.charAt(end) != '/' && after.charAt(end) != '?') {
                end++;
            }
            host = after.substring(0, end);
            rest = after.substring(end);
            host = host.substring(host.lastIndexOf('@') + 1);
            String port = name.equals("http") ? ":80" : ":443";
            if (host.endsWith(port)) {
                host = host.substring(0, host.length() - port.length());
            }
            if (host.isEmpty() || host.charAt(0) == ':' || !Text.isVisible(host)) {
                throw invalid(url);
            }
            host = host.toLowerCase(Locale.ROOT);
        }
        int mark = rest.indexOf('?');
        String path = mark < 0 ? rest : rest.substring(0, mark);
        return new SignerTarget(host, path.isEmpty() ? "/" : path, mark < 0 ? "" : rest.substring(mark + 1));
    }

    private static SigningException invalid(String url) {
        // What is before '@' may be a password.
        String shown = Text.quote(url.substring(url.lastIndexOf('@') + 1));
        return SigningException.of(
                "url",
                "the URL " + shown
                        + " cannot be signed: it must be http(s)://host[:port]/path?query, or begin with '/'");
    }

    /** Appends the path as it is signed: encoded once, with a slash at its end. */
    void appendPath(StringBuilder out) {
        if (isPlain(path, "/")) {
            out.append(path);
        } else {
            for (byte b : decoded(path)) {
                append(out, b, b == '/' || isUnreserved(b));
            }
        }
        if (out.charAt(out.length() - 1) != '/') {
            out.append('/');
        }
    }

    /** Returns the pairs of the query, decoded, sorted by name and then value, and encoded again. */
    String canonicalQuery() {
        if (query.isEmpty()) {
            return "";
        }
        if (isPlain(query, "=&") && isInOrder()) {
            return query;
        }
        List<Pair> pairs = new ArrayList<>();
        for (String piece : query.split("&")) {
            if (!piece.isEmpty()) {
                int mark = piece.indexOf('=');
                pairs.add(new Pair(
                        decoded(mark < 0 ? piece : piece.substring(0, mark)),
                        decoded(mark < 0 ? "" : piece.substring(mark + 1))));
            }
        }
        pairs.sort(ORDER);
        StringBuilder out = new StringBuilder(query.length() + 8);
        for (Pair pair : pairs) {
            if (out.length() > 0) {
                out.append('&');
            }
            for (byte b : pair.name) {
                append(out, b, isUnreserved(b));
            }
            out.append('=');
            for (byte b : pair.value) {
                append(out, b, isUnreserved(b));
            }
        }
        return out.toString();
    }

    /** Reports whether each character of a text stands for itself, or is one of these. */
    private static boolean isPlain(String text, String others) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Parameters.isUnreserved(c) && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Reports whether a query without percent-encoding is one or more pairs of different names, in their order. */
    private boolean isInOrder() {
        String last = null;
        for (int from = 0; from <= query.length(); ) {
            int next = query.indexOf('&', from);
            int end = next < 0 ? query.length() : next;
            int mark = query.indexOf('=', from);
            if (mark < 0 || mark >= end || query.lastIndexOf('=', end - 1) != mark) {
                return false;
            }
            String name = query.substring(from, mark);
            if (last != null && last.compareTo(name) >= 0) {
                return false;
            }
            last = name;
            from = end + 1;
        }
        return true;
    }

    /** Returns the path to send: as given, with only that encoded which cannot stand in a path. */
    String wirePath() {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            append(
                    out,
                    bytes[i],
                    isEscape(bytes, i) || isUnreserved(bytes[i]) || "!$&'()*+,;=:@/".indexOf(bytes[i]) >= 0);
        }
        return out.toString();
    }

    private static void append(StringBuilder out, byte b, boolean isLegal) {
        if (isLegal) {
            out.append((char) b);
        } else {
            out.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
        }
    }

    /** Returns a text without its percent-encoding. What is no encoding stays. */
    private static byte[] decoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (text.indexOf('%') < 0) {
            return bytes;
        }
        byte[] out = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (isEscape(bytes, i)) {
                out[length++] = (byte) (Character.digit(bytes[i + 1], 16) << 4 | Character.digit(bytes[i + 2], 16));
                i += 2;
            } else {
                out[length++] = bytes[i];
            }
        }
        return Arrays.copyOf(out, length);
    }

    private static boolean isEscape(byte[] bytes, int i) {
        return bytes[i] == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2]);
    }

    private static boolean isHex(byte b) {
        return Character.digit(b, 16) >= 0;
    }

    private static boolean isUnreserved(byte b) {
        return Parameters.isUnreserved(b);
    }
}
