package io.github.hwtasks;

import io.github.hwtasks.internal.Classify;
import io.github.hwtasks.internal.ErrorBuilder;
import io.github.hwtasks.internal.Errors;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The exception of a call, of a wait, or of making a client. The predicates, such as {@link #isNotFound()}, and the
 * subclasses say what to do about it. The client has already retried what {@link #isRetryable()} says may pass.
 *
 * <pre>{@code
 * try {
 *     client.kafka().show(instanceId, taskId);
 * } catch (NotFoundException e) {
 *     // Check the IDs, the project and the region.
 * } catch (HwtasksException e) {
 *     if (!e.isRetryable()) {
 *         throw e;
 *     }
 *     // Try again later: after e.retryAfter(), if the service says so.
 * }
 * }</pre>
 *
 * <p>A future that fails has this exception as the cause of its {@code CompletionException}.
 *
 * <table>
 * <caption>Conditions</caption>
 * <tr><th>condition</th><th>kind</th><th>subclass</th><th>retried?</th></tr>
 * <tr><td>an argument or the configuration is invalid</td><td>INVALID_INPUT</td><td>InvalidInputException</td><td>no</td></tr>
 * <tr><td>no provider has usable credentials</td><td>CREDENTIALS</td><td>CredentialsException</td><td>no</td></tr>
 * <tr><td>no connection, a broken one, no response in time, a slow body</td><td>TRANSPORT</td><td>ConnectionException</td><td>yes</td></tr>
 * <tr><td>400</td><td>API</td><td>BadRequestException</td><td>no</td></tr>
 * <tr><td>401</td><td>API</td><td>UnauthorizedException</td><td>once, see below</td></tr>
 * <tr><td>403</td><td>API</td><td>ForbiddenException</td><td>no</td></tr>
 * <tr><td>404</td><td>API</td><td>NotFoundException</td><td>no</td></tr>
 * <tr><td>429</td><td>API</td><td>ThrottledException</td><td>yes</td></tr>
 * <tr><td>408</td><td>API</td><td></td><td>yes</td></tr>
 * <tr><td>500, 502, 503, 504</td><td>API</td><td>ServerException</td><td>yes</td></tr>
 * <tr><td>any other 5xx</td><td>API</td><td>ServerException</td><td>no</td></tr>
 * <tr><td>a success whose body does not decode</td><td>DECODE</td><td>DecodeException</td><td>no</td></tr>
 * <tr><td>a body larger than the limit</td><td>BODY_TOO_LARGE</td><td></td><td>no</td></tr>
 * <tr><td>a redirect; the client follows none</td><td>UNEXPECTED</td><td></td><td>no</td></tr>
 * <tr><td>the task of a wait ended otherwise than in success</td><td>TASK_FAILED</td><td>TaskFailedException</td><td>no</td></tr>
 * <tr><td>the task of a wait was missing for too long</td><td>TASK_NOT_FOUND</td><td>NotFoundException</td><td>no</td></tr>
 * <tr><td>the timeout of a wait passed</td><td>WAIT_TIMED_OUT</td><td>WaitTimeoutException</td><td>no</td></tr>
 * <tr><td>an interrupted thread, a closed client</td><td>CANCELLED</td><td>CancelledException</td><td>no</td></tr>
 * </table>
 *
 * <p>After a 401 the client signs once more by the service's clock, if that explains the refusal, or sends once more
 * with other credentials, if the provider has any. Retries follow the {@link RetryPolicy}, and wait at least as long as
 * {@code Retry-After} says.
 *
 * <p>The message is one line, and shows no secret, no header and no body of a success. The exception is immutable. It can be
 * serialized, but for its headers and its task.
 */
public class HwtasksException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @serial the kind */
    private final Kind kind;
    /** @serial the reason, or null */
    private final Reason reason;
    /** @serial the operation, or null */
    private final String operation;
    /** @serial the number of attempts */
    private final int attempts;
    /** @serial the status, or 0 */
    private final int status;
    /** @serial the service's code, or null */
    private final String code;
    /** @serial the service's message, or null */
    private final String serviceMessage;
    /** @serial the request ID, or null */
    private final String requestId;

    private final transient HttpHeaders headers;
    /** @serial the beginning of the body */
    private final byte[] body;
    /** @serial the JSON path, or null */
    private final String path;
    /** @serial the clock skew, or null */
    private final Duration clockSkew;

    private final transient Object task;
    /** @serial what to do, or null */
    private final String help;
    /** @serial the first part of the message */
    private final String summary;
    /** @serial whether the failure may pass */
    private final boolean isTransient;
    /** @serial whether a time limit ran out */
    private final boolean isTimeout;
    /** @serial whether the connection failed */
    private final boolean isConnection;

    HwtasksException(ErrorBuilder error) {
        super(error.message(), error.cause());
        this.kind = error.kind();
        this.reason = error.reason();
        this.operation = error.operation();
        this.attempts = error.attempts();
        this.status = error.status();
        this.code = error.code();
        this.serviceMessage = error.serviceMessage();
        this.requestId = error.requestId();
        this.headers = error.headers();
        this.body = error.body();
        this.path = error.path();
        this.clockSkew = error.clockSkew();
        this.task = error.task();
        this.help = error.help();
        this.summary = error.summary();
        this.isTransient = error.isTransient();
        this.isTimeout = error.isTimeout();
        this.isConnection = error.isConnection();
    }

    /** Puts everything into a builder, to make an exception that differs in a detail. */
    ErrorBuilder toBuilder() {
        return new ErrorBuilder(kind, summary)
                .reason(reason)
                .operation(operation)
                .response(status, headers, body)
                .attempts(attempts)
                .service(code, serviceMessage, requestId)
                .path(path)
                .clockSkew(clockSkew)
                .task(task)
                .help(help)
                .flags(isTransient, isTimeout, isConnection)
                .cause(getCause());
    }

    /**
     * Returns the category.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Returns the cause as a value that a program can compare, where one is known.
     *
     * @return the reason; empty when kind, status and code say everything
     */
    public Optional<Reason> reason() {
        return Optional.ofNullable(reason);
    }

    /**
     * Returns the operation that failed, as the documents name it: {@code ListKafkaTasks}.
     *
     * @return the operation; empty for an exception before a call
     */
    public Optional<String> operation() {
        return optional(operation);
    }

    /**
     * Returns the number of attempts of the last call.
     *
     * @return the number; 0 when nothing was sent
     */
    public int attempts() {
        return attempts;
    }

    /**
     * Returns the HTTP status. The exception of a wait has the status, headers and body of the last response that showed
     * the task.
     *
     * @return the status; 0 without a response
     */
    public int status() {
        return status;
    }

    /**
     * Returns the error code of the service ({@code DCS.4070}), the gateway ({@code APIGW.0301}) or IAM ({@code 401}).
     *
     * @return the code; empty if there is none
     */
    public Optional<String> code() {
        return optional(code);
    }

    /**
     * Returns the error message of the service.
     *
     * @return the message; empty if there is none
     */
    public Optional<String> serviceMessage() {
        return optional(serviceMessage);
    }

    /**
     * Returns the ID of the request in the logs of the service: from the body, or else from the header
     * {@code X-Request-Id}. Include it when you ask Huawei Cloud for help.
     *
     * @return the ID; empty if there is none
     */
    public Optional<String> requestId() {
        return optional(requestId);
    }

    /**
     * Returns the headers of the response.
     *
     * @return the headers; none without a response, and after serialization
     */
    public HttpHeaders headers() {
        return headers == null ? HttpHeaders.of(Map.of(), (name, value) -> true) : headers;
    }

    /**
     * Returns how long the service asks to wait ({@code Retry-After}). A date counts from the header {@code Date}, or else
     * from the clock of the system.
     *
     * @return the time to wait; empty without a readable header
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(Errors.retryAfter(this, Instant.now()));
    }

    /**
     * Returns the beginning of the body of the response, of at most 64 KiB, decompressed.
     *
     * @return a copy of the bytes; empty without a response
     */
    public byte[] rawBody() {
        return body.clone();
    }

    /**
     * Returns the JSON path of the value that did not decode, such as {@code tasks[0]}.
     *
     * @return the path; empty for the whole body
     */
    public Optional<String> path() {
        return optional(path);
    }

    /**
     * Returns how far the clock of the service is ahead of this machine's. It is set only when the service refused the
     * date of the signature, and the corrected date too.
     *
     * @return the difference; negative if the service's clock is behind
     */
    public Optional<Duration> clockSkew() {
        return clockSkew.isZero() ? Optional.empty() : Optional.of(clockSkew);
    }

    /**
     * Returns the task as the wait that ended in this exception saw it last: a task of the operation, such as a
     * {@code KafkaTask}.
     *
     * @return the task; empty for any other exception, and after serialization
     */
    public Optional<Object> task() {
        return Optional.ofNullable(task);
    }

    /**
     * Returns how to fix the configuration, in terms of this library. The message contains it.
     *
     * @return the help; empty if there is none
     */
    public Optional<String> help() {
        return optional(help);
    }

    /**
     * Tells whether the project, instance or task does not exist (404), or the task of a wait did not appear. Check the
     * project ID and the region: an instance of another region or project is not found.
     *
     * @return {@code true} if something does not exist
     */
    public boolean isNotFound() {
        return hasStatus(404) || kind == Kind.TASK_NOT_FOUND;
    }

    /**
     * Tells whether the service throttled the call (429, or the gateway's code 0308). The client has already retried as
     * the policy allows; call less often.
     *
     * @return {@code true} if the call was throttled
     */
    public boolean isThrottled() {
        return hasStatus(429) || Classify.isGatewayCode(code, "0308");
    }

    /**
     * Tells whether the service refused the token or the signature (401). {@link #reason()} tells why, where the gateway
     * does. More than five refusals lock an access key for five minutes.
     *
     * @return {@code true} if the credentials were refused
     */
    public boolean isUnauthorized() {
        return hasStatus(401);
    }

    /**
     * Tells whether the user lacks a permission (403). Grant {@code dcs:instance:getBackgroundTask} or
     * {@code dms:instance:getBackgroundTask}.
     *
     * @return {@code true} if a permission is missing
     */
    public boolean isForbidden() {
        return hasStatus(403);
    }

    /**
     * Tells whether the service refused the request as invalid (400). {@link #serviceMessage()} names the parameter.
     *
     * @return {@code true} if the request was refused as invalid
     */
    public boolean isBadRequest() {
        return hasStatus(400);
    }

    /**
     * Tells whether the service or the gateway failed (5xx). Try again later. If the failure persists, open a ticket
     * with the request ID.
     *
     * @return {@code true} if the service failed
     */
    public boolean isServerError() {
        return kind == Kind.API && status >= 500;
    }

    /**
     * Tells whether the service did not respond in time. Raise the timeout, or check the network path to the endpoint.
     *
     * @return {@code true} if a timeout of an attempt or of the call passed
     */
    public boolean isTimeout() {
        return kind == Kind.TRANSPORT && isTimeout;
    }

    /**
     * Tells whether the client could not connect; nothing was sent. Check the endpoint, its region, the proxy and DNS.
     *
     * @return {@code true} if nothing was sent for want of a connection
     */
    public boolean isConnectionError() {
        return kind == Kind.TRANSPORT && isConnection;
    }

    /**
     * Tells whether the service returned success, and the body does not decode. Check whether a proxy responded in place
     * of the service.
     *
     * @return {@code true} if the body of a success does not decode
     */
    public boolean isDecode() {
        return kind == Kind.DECODE;
    }

    /**
     * Tells whether no provider has usable credentials. The message names each provider that was tried, and why it has
     * none.
     *
     * @return {@code true} if there are no credentials
     */
    public boolean isCredentials() {
        return kind == Kind.CREDENTIALS;
    }

    /**
     * Tells whether the task of a wait ended otherwise than in success; {@link #task()} is the task.
     *
     * @return {@code true} if the task has failed
     */
    public boolean isTaskFailed() {
        return kind == Kind.TASK_FAILED;
    }

    /**
     * Tells whether the timeout of a wait passed before the task ended. The task keeps running; wait for it again, or
     * raise the timeout.
     *
     * @return {@code true} if the wait has timed out
     */
    public boolean isWaitTimedOut() {
        return kind == Kind.WAIT_TIMED_OUT;
    }

    /**
     * Tells whether the same call may succeed later: true for every failure that the client retries, and for an
     * unreachable source of credentials.
     *
     * @return {@code true} if the call may succeed later
     */
    public boolean isRetryable() {
        return kind == Kind.TRANSPORT || isTransient || kind == Kind.API && Classify.isRetryableStatus(status);
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private boolean hasStatus(int wanted) {
        return kind == Kind.API && status == wanted;
    }

    /** Returns the name of the class and the message. */
    @Override
    public String toString() {
        return Objects.requireNonNullElse(getClass().getSimpleName(), "HwtasksException") + ": " + getMessage();
    }
}
