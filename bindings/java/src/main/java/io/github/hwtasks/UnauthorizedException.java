package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The service refused the token or the signature (401). {@link #reason()} tells why, where the gateway does. More than
 * five refusals lock an access key for five minutes.
 */
public final class UnauthorizedException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    UnauthorizedException(ErrorBuilder error) {
        super(error);
    }
}
