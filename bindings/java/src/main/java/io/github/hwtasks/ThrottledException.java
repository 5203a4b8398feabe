package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * The service throttled the call (429, or the gateway's code 0308). The client has already retried as the policy allows;
 * call less often.
 */
public final class ThrottledException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    ThrottledException(ErrorBuilder error) {
        super(error);
    }
}
