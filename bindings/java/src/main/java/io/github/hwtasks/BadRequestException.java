package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The service refused the request as invalid (400). {@link #serviceMessage()} names the parameter.
 */
public final class BadRequestException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    BadRequestException(ErrorBuilder error) {
        super(error);
    }
}
