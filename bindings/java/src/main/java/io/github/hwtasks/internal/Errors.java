package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.Reason;
import io.github.hwtasks.internal.json.DecodeFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Makes exceptions. */
public final class Errors {
    private static final Map<Reason, String> REFUSAL_HELP = new EnumMap<>(Map.of(
            Reason.KEY_LOCKED, "the access key is locked: fix the keys, and send nothing for five minutes",
            Reason.UNKNOWN_ACCESS_KEY, "check the access key, and whether it is still active",
            Reason.WRONG_SECRET_KEY, "check the secret key, and that no blank belongs to it",
            Reason.SIGNATURE_EXPIRED, "set this machine's clock",
            Reason.TOKEN_EXPIRED, "get a new token",
            Reason.INVALID_TOKEN, "check that the token is complete, and of this cloud and region"));

    private Errors() {}

    public static ErrorBuilder builder(Kind kind, String summary) {
        return new ErrorBuilder(kind, summary);
    }

    /** Returns a builder with all that an exception has. */
    public static ErrorBuilder copy(HwtasksException e) {
        return Access.builder(e);
    }

    public static ErrorBuilder invalidInput(String summary) {
        return new ErrorBuilder(Kind.INVALID_INPUT, summary);
    }

    public static ErrorBuilder unexpected(Received r, String summary) {
        return new ErrorBuilder(Kind.UNEXPECTED, summary).response(r);
    }

    /** Returns the exception of a response without the documented success status. */
    public static HwtasksException status(Received r, String operation) {
        return ofStatus(r).operation(operation).build();
    }

    static ErrorBuilder ofStatus(Received r) {
        if (r.status() < 400 || r.status() > 599) {
            return unexpected(
                    r,
                    "the service returned " + Text.status(r.status())
                            + ", which is neither the documented success nor an error");
        }
        ErrorBody body = ErrorBody.read(r.body());
        StringBuilder summary = new StringBuilder("the service returned ").append(Text.status(r.status()));
        if (!body.code().isEmpty()) {
            summary.append(", ").append(Text.oneLine(body.code()));
        }
        summary.append(": ").append(body.message().isEmpty() ? excerpt(r) : Text.oneLine(body.message()));
        ErrorBuilder made =
                new ErrorBuilder(Kind.API, summary.toString()).service(body.code(), body.message(), body.requestId());
        if (r.status() == 401) {
            Reason reason = Classify.refusalReason(body);
            made.reason(reason);
            if (reason != null) {
                made.help(REFUSAL_HELP.getOrDefault(reason, ""));
            }
        }
        return made.response(r);
    }

    /** Returns the beginning of a body that is not an error response, on one line. */
    private static String excerpt(Received r) {
        String text = Text.oneLine(Text.utf8(r.body(), 4 * 1024));
        if (text.isEmpty()) {
            return "the body is empty";
        }
        String type = r.header("Content-Type");
        return "the body (" + (type.isEmpty() ? "no content type" : Text.oneLine(type)) + ") begins: " + text;
    }

    /** Returns the exception of a success whose body does not decode. */
    public static HwtasksException undecoded(Received r, DecodeFailure failure, String operation) {
        StringBuilder summary = new StringBuilder("cannot decode the response body");
        if (!failure.path().isEmpty()) {
            summary.append(" at ").append(Text.oneLine(failure.path()));
        }
        if (Text.utf8(r.body(), 1024).isBlank()) {
            summary.append(": the body is empty");
        } else {
            summary.append(": ").append(failure.why());
            if (failure.at() >= 0) {
                summary.append(" at byte ").append(failure.at());
            }
        }
        return new ErrorBuilder(Kind.DECODE, summary.toString())
                .path(failure.path())
                .response(r)
                .operation(operation)
                .build();
    }

    /** Returns the exception of an interrupted call, and sets the flag of the thread again. */
    public static HwtasksException interrupted(String operation, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ErrorBuilder(Kind.CANCELLED, "the thread was interrupted")
                .operation(operation)
                .cause(e)
                .build();
    }

    /** Returns the time in Retry-After of the response of an exception; null if there is none. */
    public static Duration retryAfter(HwtasksException e, Instant now) {
        long wait = Retry.retryAfter(e.headers(), now);
        return wait < 0 ? null : Duration.ofNanos(wait);
    }

    public static String oneLine(String text) {
        return Text.oneLine(text);
    }

    /** Returns the exception of an attempt without a complete response. */
    static ErrorBuilder transport(Throwable failure) {
        String detail = detail(failure);
        if (isTimeout(failure)) {
            ErrorBuilder made = new ErrorBuilder(Kind.TRANSPORT, "no response in time" + detail)
                    .slow()
                    .cause(failure);
            return failure instanceof HttpConnectTimeoutException ? made.unconnected() : made;
        }
        if (isUnconnected(failure)) {
            return new ErrorBuilder(Kind.TRANSPORT, "cannot connect to the endpoint" + detail)
                    .unconnected()
                    .cause(failure);
        }
        return new ErrorBuilder(Kind.TRANSPORT, "the connection broke before the response was complete" + detail)
                .cause(failure);
    }

    /** Returns the exception of work other than an attempt, such as a lookup, that took too long. */
    static HwtasksException timedOut(String what) {
        return new ErrorBuilder(Kind.TRANSPORT, what + ": no response in time")
                .slow()
                .build();
    }

    private static boolean isTimeout(Throwable failure) {
        return failure instanceof TimeoutException || failure instanceof HttpTimeoutException;
    }

    private static boolean isUnconnected(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof ConnectException
                    || t instanceof UnknownHostException
                    || t instanceof UnresolvedAddressException
                    || t instanceof SSLHandshakeException
                    // The other side speaks no TLS.
                    || t instanceof SSLException
                            && String.valueOf(t.getMessage()).contains("SSL message")) {
                return true;
            }
        }
        return false;
    }

    /** Returns what the deepest cause says. It has no URL, whose IDs are the user's. */
    private static String detail(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "";
        }
        Throwable deepest = failure;
        String text = "";
        for (Throwable t = failure; t != null; t = t.getCause()) {
            deepest = t;
            if (t.getMessage() != null) {
                text = t.getMessage();
            }
        }
        if (deepest instanceof UnresolvedAddressException) {
            return ": the host name cannot be resolved";
        }
        if (text.isEmpty()) {
            return deepest instanceof IOException
                    ? ""
                    : ": " + deepest.getClass().getSimpleName();
        }
        return ": " + Text.oneLine(text);
    }
}
