package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.RetryPolicy;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** What the services of a client share. */
public interface ServiceCore {
    /** The clock of the client. */
    Clock clock();

    /** Runs calls that return a future, and the calls of a sweep: as many at a time as it is given. */
    Executor executor();

    /** The same with another timeout of each call. */
    ServiceCore withTimeout(Duration timeout);

    /** The same with another timeout of each attempt. */
    ServiceCore withAttemptTimeout(Duration timeout);

    /** The same with another policy of retries. */
    ServiceCore withRetryPolicy(RetryPolicy policy);

    /** A call of an operation. It must end when the timeout of a call has passed from now. */
    Call newCall(String operation);

    /** Fails where a service has no endpoint. */
    void checkEndpoint(String service);

    /** The endpoint of a service; the empty string if it has none. */
    String endpoint(String service);

    /** The project ID, which may have to be looked up as a part of a call. It can be a segment of a path. */
    String projectId(Call call);

    /**
     * Sends a request, with all retries.
     *
     * @param target the path and the query, both encoded, the query in the order of its names
     * @return the last response, of any status
     */
    Received send(Call call, String service, String method, String target);

    /** Whether the service has refused the credentials, and the client has no others. */
    boolean isRefusedForGood();

    /** Returns the exception of a call that the executor refuses. */
    HwtasksException rejected(RejectedExecutionException e);
}
