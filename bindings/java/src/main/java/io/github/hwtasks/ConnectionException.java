package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * There is no complete response, because of no connection, a broken one, or a timeout. {@link #isConnectionError()} and
 * {@link #isTimeout()} tell them apart.
 */
public final class ConnectionException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    ConnectionException(ErrorBuilder error) {
        super(error);
    }
}
