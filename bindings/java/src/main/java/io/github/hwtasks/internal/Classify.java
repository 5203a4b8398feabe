package io.github.hwtasks.internal;

import io.github.hwtasks.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tells what statuses, and the codes and texts of the gateway, mean. */
public final class Classify {
    /** The least clock skew that explains a refused signature; the gateway allows 15 minutes. */
    private static final Duration CLOCK_SKEW_TOLERANCE = Duration.ofMinutes(5);

    private static final DateTimeFormatter COMPACT = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

    /** A text about an unknown access key, with or without the key. */
    private static final Pattern MISSING_KEY =
            Pattern.compile("(?:^|[^a-z0-9])ak[ :]+(?:[^ :]+ +)?(?:does +)?not exist");

    private static final Object[][] TEXTS = {
        {"failed to reach the limit", Reason.KEY_LOCKED},
        {"signature expired", Reason.SIGNATURE_EXPIRED},
        {MISSING_KEY, Reason.UNKNOWN_ACCESS_KEY},
        {"get secretkey failed", Reason.UNKNOWN_ACCESS_KEY},
        {"verify aksk signature fail", Reason.WRONG_SECRET_KEY},
        {"token expires", Reason.TOKEN_EXPIRED},
        {"decrypt token fail", Reason.INVALID_TOKEN},
    };

    private Classify() {}

    /** Reports whether the client retries a response with this status. */
    public static boolean isRetryableStatus(int status) {
        return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
    }

    /** Reports whether a response with this status shows that the credentials were accepted. */
    static boolean isAuthorizedStatus(int status) {
        return status != 401 && !isRetryableStatus(status) && status < 500;
    }

    /** Reports whether a code is this one of the gateway. Its document and its responses use different prefixes. */
    public static boolean isGatewayCode(String code, String number) {
        return number.equals(gatewayNumber(code));
    }

    /** Returns the number in a code of the gateway; null for another code. */
    private static String gatewayNumber(String code) {
        if (code.startsWith("APIGW.")) {
            return code.substring("APIGW.".length());
        }
        return code.startsWith("APIG.") ? code.substring("APIG.".length()) : null;
    }

    /** Tells why the gateway refused a request, by the text of its 401: its codes do not tell. */
    static Reason refusalReason(ErrorBody body) {
        String number = gatewayNumber(body.code());
        if (number == null) {
            return null;
        }
        String text = body.message().toLowerCase(Locale.ROOT);
        for (Object[] known : TEXTS) {
            boolean isIn = known[0] instanceof Pattern pattern
                    ? pattern.matcher(text).find()
                    : text.contains((String) known[0]);
            if (isIn) {
                return (Reason) known[1];
            }
        }
        return number.equals("0307") ? Reason.TOKEN_EXPIRED : null;
    }

    /**
     * What a 401 says about the credentials and the clock.
     *
     * @param reason why; null if the text does not say
     * @param isSignature whether the gateway refused the signature or its date
     * @param isGateway whether the gateway refused
     * @param date the time of the header Date; null without one
     * @param serverTime the time in the text; null without one
     */
    record Refusal(Reason reason, boolean isSignature, boolean isGateway, Instant date, Instant serverTime) {
        static Refusal read(Received r) {
            ErrorBody body = ErrorBody.read(r.body());
            Reason reason = refusalReason(body);
            return new Refusal(
                    reason,
                    isGatewayCode(body.code(), "0303") || reason == Reason.SIGNATURE_EXPIRED,
                    gatewayNumber(body.code()) != null,
                    HttpDate.parse(r.header("Date")),
                    Classify.serverTime(body.message()));
        }

        /** Reports whether the text says that the signature is expired. */
        boolean saysExpired() {
            return reason == Reason.SIGNATURE_EXPIRED;
        }

        /** Returns the service's time, if the clock explains the refusal of a signature of this time; else null. */
        Instant serviceTime(Instant signed) {
            if (!saysExpired()) {
                return date != null && isGateway && isOff(date, signed) ? date : null;
            }
            if (date != null && isOff(date, signed)) {
                return date;
            }
            if (serverTime != null && isOff(serverTime, signed)) {
                return serverTime;
            }
            return date != null ? date : serverTime;
        }

        /** Returns how far the service's clock is ahead of this machine's, if a signature was refused. */
        Duration clockSkew(Instant now) {
            Instant time = date != null ? date : serverTime;
            return time == null || !isSignature ? Duration.ZERO : Duration.between(now, time);
        }

        private static boolean isOff(Instant time, Instant signed) {
            return Duration.between(signed, time).abs().compareTo(CLOCK_SKEW_TOLERANCE) >= 0;
        }
    }

    /**
     * Returns the time after {@code server time:}, as the gateway writes it (20211217T065804Z) or as RFC 3339; null if
     * there is none.
     */
    private static Instant serverTime(String text) {
        String label = "server time:";
        int at = text.toLowerCase(Locale.ROOT).indexOf(label);
        if (at < 0 || at + label.length() > text.length()) {
            return null;
        }
        String rest = text.substring(at + label.length()).strip();
        int end = 0;
        while (end < rest.length() && " \t\r\n,;".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        String time = rest.substring(0, end);
        try {
            return LocalDateTime.parse(time, COMPACT).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            return time(time);
        }
    }

    /** Reads a time of RFC 3339; null for any other text. */
    static Instant time(String text) {
        return Times.parse(text);
    }
}
