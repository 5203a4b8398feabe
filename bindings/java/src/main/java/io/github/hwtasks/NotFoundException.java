package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The project, instance or task does not exist (404), or the task of a wait did not appear. Check the project ID and the
 * region: an instance of another region or project is not found.
 */
public final class NotFoundException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    NotFoundException(ErrorBuilder error) {
        super(error);
    }
}
