package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The service or the gateway failed (5xx). Try again later. If the failure persists, open a ticket with the request ID.
 */
public final class ServerException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    ServerException(ErrorBuilder error) {
        super(error);
    }
}
