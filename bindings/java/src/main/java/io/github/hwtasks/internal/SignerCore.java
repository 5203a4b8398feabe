package io.github.hwtasks.internal;

import io.github.hwtasks.signer.SigningException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs with SDK-HMAC-SHA256. */
public final class SignerCore {
    private static final String ALGORITHM = "SDK-HMAC-SHA256";
    private static final String EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final byte[] NO_BODY = new byte[0];
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private static final Comparator<Map.Entry<String, String>> ORDER =
            Map.Entry.<String, String>comparingByKey().thenComparing(Map.Entry.comparingByValue());

    private SignerCore() {}

    /** Keys to sign with; securityToken and projectId may be null. */
    public record Keys(String accessKey, String secretKey, String securityToken, String projectId) {
        @Override
        public String toString() {
            return "Keys{access key: \"" + accessKey + "\"}";
        }
    }

    /** A header of a request. */
    public record Field(String name, String value) {}

    /** What a signature adds to a request, and what to send. */
    public record Result(
            Map<String, String> headers,
            String authorization,
            SignerTarget url,
            String query,
            String signedHeaders,
            String canonicalRequest) {
        /** Returns the path and the query to send. */
        public String target() {
            return url.wirePath() + (query.isEmpty() ? "" : "?" + query);
        }
    }

    /** Signs a request for a time. */
    public static Result sign(String method, String url, List<Field> given, byte[] body, Keys keys, Instant now) {
        LocalDateTime time = check(method, keys, now);
        SignerTarget target = SignerTarget.split(url);
        String host = target.host();
        for (Field header : given) {
            if (header.name().equalsIgnoreCase("Host") && !trim(header.value()).isEmpty()) {
                host = trim(header.value());
                break;
            }
        }
        if (host.isEmpty()) {
            throw SigningException.of("url", "the URL has no host, and the request no header Host");
        }
        String date = date(time);
        Map<String, String> added = new LinkedHashMap<>();
        added.put("Host", host);
        added.put("X-Sdk-Date", date);
        if (keys.securityToken() != null) {
            added.put("X-Security-Token", trim(keys.securityToken()));
        }
        if (keys.projectId() != null && !keys.projectId().isEmpty()) {
            added.put("X-Project-Id", trim(keys.projectId()));
        }
        for (Field header : given) {
            if (isUnsignedType(header)) {
                added.put("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD");
            }
        }
        List<Map.Entry<String, String>> headers = toSign(given, added);
        String names = joinNames(headers);
        String query = target.canonicalQuery();
        StringBuilder canonical = new StringBuilder(512);
        canonical.append(method.toUpperCase(Locale.ROOT)).append('\n');
        target.appendPath(canonical);
        canonical.append('\n').append(query).append('\n');
        for (Map.Entry<String, String> header : headers) {
            canonical
                    .append(header.getKey())
                    .append(':')
                    .append(header.getValue())
                    .append('\n');
        }
        canonical.append('\n').append(names).append('\n').append(bodyHash(body, headers));
        String request = canonical.toString();
        String text = ALGORITHM + '\n' + date + '\n' + hex(sha256(request.getBytes(StandardCharsets.UTF_8)));
        String signature = hex(hmac(keys.secretKey(), text));
        String authorization =
                ALGORITHM + " Access=" + keys.accessKey() + ", SignedHeaders=" + names + ", Signature=" + signature;
        added.put("Authorization", authorization);
        return new Result(added, authorization, target, query, names, request);
    }

    private static LocalDateTime check(String method, Keys keys, Instant now) {
        String key = keys.accessKey();
        if (key.isEmpty() || !Text.isVisible(key) || key.indexOf(',') >= 0) {
            throw SigningException.of(
                    "ak",
                    "the access key " + Text.quote(key)
                            + " cannot be used: it must be visible ASCII without ',' and not empty");
        }
        if (keys.secretKey() == null || keys.secretKey().isEmpty()) {
            throw SigningException.of("sk", "the secret key is empty");
        }
        if (!isToken(method)) {
            throw SigningException.of("method", "the method " + Text.quote(method) + " is no HTTP method");
        }
        if (now.getEpochSecond() < -62_167_219_200L || now.getEpochSecond() > 253_402_300_799L) {
            throw SigningException.of("now", "the year of the time of signing does not have four digits");
        }
        return LocalDateTime.ofEpochSecond(now.getEpochSecond(), 0, ZoneOffset.UTC);
    }

    private static String date(LocalDateTime t) {
        StringBuilder date = new StringBuilder(16);
        appendDigits(date, t.getYear() / 100);
        appendDigits(date, t.getYear() % 100);
        appendDigits(date, t.getMonthValue());
        appendDigits(date, t.getDayOfMonth());
        date.append('T');
        appendDigits(date, t.getHour());
        appendDigits(date, t.getMinute());
        appendDigits(date, t.getSecond());
        return date.append('Z').toString();
    }

    /** Appends a number of two digits. */
    private static void appendDigits(StringBuilder out, int number) {
        out.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private static boolean isUnsignedType(Field header) {
        String type = trim(header.value());
        return header.name().equalsIgnoreCase("Content-Type")
                && !type.isEmpty()
                && !type.startsWith("application/json")
                && !type.startsWith("application/bson");
    }

    /** Returns all headers in signed form: names in lower case, values trimmed, sorted. */
    private static List<Map.Entry<String, String>> toSign(List<Field> given, Map<String, String> added) {
        List<Map.Entry<String, String>> headers = new ArrayList<>(given.size() + added.size());
        for (Field header : given) {
            boolean isReplaced = header.name().equalsIgnoreCase("Authorization")
                    || added.keySet().stream().anyMatch(header.name()::equalsIgnoreCase);
            if (!isReplaced) {
                put(headers, header.name(), header.value());
            }
        }
        for (Map.Entry<String, String> header : added.entrySet()) {
            put(headers, header.getKey(), header.getValue());
        }
        headers.sort(ORDER);
        return headers;
    }

    private static void put(List<Map.Entry<String, String>> headers, String name, String value) {
        if (!isToken(name) || !canBeSent(value)) {
            throw SigningException.of("headers", "the header " + Text.quote(name) + " cannot be sent");
        }
        if (name.indexOf('_') < 0) {
            headers.add(Map.entry(name.toLowerCase(Locale.ROOT), trim(value)));
        }
    }

    /** Reports whether a text can be the value of a header. */
    static boolean canBeSent(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Returns the names of sorted headers, each once. */
    private static String joinNames(List<Map.Entry<String, String>> headers) {
        StringBuilder names = new StringBuilder(64);
        String last = "";
        for (Map.Entry<String, String> header : headers) {
            if (!header.getKey().equals(last)) {
                names.append(names.length() == 0 ? "" : ";").append(header.getKey());
                last = header.getKey();
            }
        }
        return names.toString();
    }

    /** Returns the last line of the canonical request. An empty body is always hashed. */
    private static String bodyHash(byte[] given, List<Map.Entry<String, String>> headers) {
        byte[] body = given == null ? NO_BODY : given;
        if (body.length == 0) {
            return EMPTY_HASH;
        }
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equals("x-sdk-content-sha256")) {
                return header.getValue();
            }
        }
        return hex(sha256(body));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] hmac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static String hex(byte[] bytes) {
        char[] text = new char[bytes.length * 2];
        for (int i = 0; i < bytes.length; i++) {
            text[2 * i] = HEX[bytes[i] >> 4 & 15];
            text[2 * i + 1] = HEX[bytes[i] & 15];
        }
        return new String(text);
    }

    private static String trim(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && (value.charAt(start) == ' ' || value.charAt(start) == '\t')) {
            start++;
        }
        while (end > start && (value.charAt(end - 1) == ' ' || value.charAt(end - 1) == '\t')) {
            end--;
        }
        return value.substring(start, end);
    }

    /** Reports whether a text can be a method or the name of a header. */
    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Parameters.isUnreserved(c) && "!#$%&'*+^`|".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
