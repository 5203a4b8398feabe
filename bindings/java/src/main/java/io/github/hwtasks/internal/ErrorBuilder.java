package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.Reason;
import io.github.hwtasks.Response;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Arrays;

/** What an exception will hold. */
public final class ErrorBuilder {
    /** How many bytes of a body an exception keeps. */
    static final int MAX_KEPT_BODY = 64 * 1024;

    private static final byte[] EMPTY = new byte[0];

    private final Kind kind;
    private String summary;
    private Reason reason;
    private String operation = "";
    private int attempts;
    private int status;
    private HttpHeaders headers;
    private byte[] body = EMPTY;
    private String code = "";
    private String serviceMessage = "";
    private String requestId = "";
    private String path = "";
    private Duration clockSkew = Duration.ZERO;
    private Object task;
    private String help = "";
    private Throwable cause;
    private boolean isTransient;
    private boolean isTimeout;
    private boolean isConnection;

    public ErrorBuilder(Kind kind, String summary) {
        this.kind = kind;
        this.summary = summary;
    }

    public ErrorBuilder reason(Reason given) {
        reason = given;
        return this;
    }

    public ErrorBuilder help(String given) {
        help = given;
        return this;
    }

    /** Sets the operation, unless it is set. */
    public ErrorBuilder operation(String given) {
        if (operation.isEmpty()) {
            operation = given;
        }
        return this;
    }

    public ErrorBuilder attempts(int given) {
        attempts = given;
        return this;
    }

    /** Puts the setting or the task that failed before the message. */
    public ErrorBuilder context(String what) {
        summary = what + ": " + summary;
        return this;
    }

    public ErrorBuilder path(String given) {
        path = given;
        return this;
    }

    public ErrorBuilder task(Object given) {
        task = given;
        return this;
    }

    public ErrorBuilder clockSkew(Duration given) {
        clockSkew = given;
        return this;
    }

    public ErrorBuilder cause(Throwable given) {
        cause = given;
        return this;
    }

    public ErrorBuilder response(int givenStatus, HttpHeaders givenHeaders, byte[] givenBody) {
        status = givenStatus;
        headers = givenHeaders;
        body = givenBody;
        return this;
    }

    /** Sets the code, the message and the request ID that the service gave. */
    public ErrorBuilder service(String givenCode, String givenMessage, String givenRequestId) {
        code = givenCode;
        serviceMessage = givenMessage;
        requestId = givenRequestId;
        return this;
    }

    public ErrorBuilder flags(boolean isPassing, boolean isSlow, boolean isUnconnected) {
        isTransient = isPassing;
        isTimeout = isSlow;
        isConnection = isUnconnected;
        return this;
    }

    ErrorBuilder slow() {
        isTimeout = true;
        return this;
    }

    ErrorBuilder unconnected() {
        isConnection = true;
        return this;
    }

    ErrorBuilder passing(boolean is) {
        isTransient = is;
        return this;
    }

    /** Adds a response, and the number of attempts it took. */
    public ErrorBuilder response(Received r) {
        if (r == null) {
            return this;
        }
        byte[] whole = r.body();
        response(r.status(), r.headers(), whole.length > MAX_KEPT_BODY ? Arrays.copyOf(whole, MAX_KEPT_BODY) : whole);
        attempts = r.attempts();
        if (requestId.isEmpty()) {
            requestId = r.requestId();
        }
        return this;
    }

    /** Adds a response, and the number of attempts it took. */
    public ErrorBuilder response(Response r) {
        return r == null ? this : response(Access.received(r));
    }

    public HwtasksException build() {
        return Access.exception(this);
    }

    /** Returns one line: what happened, and where. */
    public String message() {
        StringBuilder text = new StringBuilder();
        if (!operation.isEmpty()) {
            text.append(operation).append(": ");
        }
        text.append(summary);
        if (!clockSkew.isZero()) {
            text.append("; this machine's clock is ").append(clockSkew.isNegative() ? "ahead of" : "behind");
            long seconds = Math.round(clockSkew.abs().toMillis() / 1000.0);
            text.append(" the service's by ").append(Text.duration(Duration.ofSeconds(seconds)));
        }
        if (!help.isEmpty()) {
            text.append("; ").append(help);
        }
        if (attempts > 1) {
            text.append(" (after ").append(attempts).append(" attempts)");
        }
        return text.toString();
    }

    public Kind kind() {
        return kind;
    }

    public Reason reason() {
        return reason;
    }

    public String operation() {
        return operation;
    }

    public int attempts() {
        return attempts;
    }

    public int status() {
        return status;
    }

    public HttpHeaders headers() {
        return headers;
    }

    public byte[] body() {
        return body;
    }

    public String code() {
        return code;
    }

    public String serviceMessage() {
        return serviceMessage;
    }

    public String requestId() {
        return requestId;
    }

    public String path() {
        return path;
    }

    public Duration clockSkew() {
        return clockSkew;
    }

    public Object task() {
        return task;
    }

    public String help() {
        return help;
    }

    public String summary() {
        return summary;
    }

    public Throwable cause() {
        return cause;
    }

    public boolean isTransient() {
        return isTransient;
    }

    public boolean isTimeout() {
        return isTimeout;
    }

    public boolean isConnection() {
        return isConnection;
    }

    public boolean isThrottled() {
        return kind == Kind.API && status == 429 || Classify.isGatewayCode(code, "0308");
    }
}
