package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.Credentials;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;

/** One call: its operation and its deadline. */
public final class Call {
    private final String operation;
    private final Transport transport;
    private final RetryPolicy retry;
    private final Transport.Limits limits;
    private long deadline;
    private boolean isPoll;

    Call(String operation, Transport transport, RetryPolicy retry, Transport.Limits limits) {
        this.operation = operation;
        this.transport = transport;
        this.retry = retry;
        this.limits = limits;
        this.deadline = transport.clock().nanoTime() + limits.call().toNanos();
    }

    public String operation() {
        return operation;
    }

    /** Returns the response of a throttled call, in place of a retry. */
    public Call poll(boolean is) {
        isPoll = is;
        return this;
    }

    /** Ends the call at a moment of its clock, unless it ends sooner. */
    public Call endBy(long nanoTime) {
        if (nanoTime - deadline < 0) {
            deadline = nanoTime;
        }
        return this;
    }

    /** Returns the nanoseconds until the deadline. */
    long remaining() {
        return Math.max(deadline - transport.clock().nanoTime(), 0);
    }

    boolean isPoll() {
        return isPoll;
    }

    RetryPolicy retry() {
        return retry;
    }

    Transport.Limits limits() {
        return limits;
    }

    Transport transport() {
        return transport;
    }

    /** Returns valid credentials; null when requests go without. */
    Credentials credentials() {
        return transport.provider() == null ? null : Authorize.provided(transport.provider(), remaining());
    }

    /**
     * Sends a request until an attempt decides the call or its deadline has passed, and returns the response of whatever
     * status. Every request of this library goes through it.
     *
     * @param headers names and values in turn
     * @param body the body; null for none
     */
    public Received send(String method, String url, List<String> headers, byte[] body) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw Errors.invalidInput("the request has no valid URL")
                    .operation(operation)
                    .build();
        }
        try {
            return new Attempts(this, method, uri, headers, body).run();
        } catch (InterruptedException e) {
            throw Errors.interrupted(operation, e);
        } catch (HwtasksException e) {
            throw annotated(e);
        }
    }

    /** Adds the operation to an exception without one. */
    HwtasksException annotated(HwtasksException e) {
        return e.operation().isPresent()
                ? e
                : Errors.copy(e).operation(operation).build();
    }

    void sleep(long nanos) throws InterruptedException {
        transport.clock().sleep(Duration.ofNanos(nanos));
    }
}
