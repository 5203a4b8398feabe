package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The call was cancelled, because its thread was interrupted or the client was closed. After an interruption the flag of
 * the thread is set again. A task of the service goes on.
 */
public final class CancelledException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    CancelledException(ErrorBuilder error) {
        super(error);
    }
}
