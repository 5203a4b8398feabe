package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * An argument or the configuration is invalid; nothing was sent. Fix it as the message says.
 */
public final class InvalidInputException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    InvalidInputException(ErrorBuilder error) {
        super(error);
    }
}
