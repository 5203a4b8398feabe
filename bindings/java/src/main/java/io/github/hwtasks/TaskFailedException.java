package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The task of a wait ended otherwise than in success; {@link #task()} holds it. The service does not say why it failed;
 * see the Huawei Cloud console.
 */
public final class TaskFailedException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    TaskFailedException(ErrorBuilder error) {
        super(error);
    }
}
