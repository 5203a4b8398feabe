package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The user lacks a permission (403). Grant {@code dcs:instance:getBackgroundTask} or
 * {@code dms:instance:getBackgroundTask}.
 */
public final class ForbiddenException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    ForbiddenException(ErrorBuilder error) {
        super(error);
    }
}
