package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The service returned success, and the body does not decode. {@link #path()} names the place in the body. Check whether a
 * proxy responded in place of the service.
 */
public final class DecodeException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    DecodeException(ErrorBuilder error) {
        super(error);
    }
}
