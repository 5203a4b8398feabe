package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The timeout of a wait passed before the task ended; {@link #task()} holds the task as it was last seen. The task keeps
 * running; wait for it again, or raise the timeout.
 */
public final class WaitTimeoutException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    WaitTimeoutException(ErrorBuilder error) {
        super(error);
    }
}
