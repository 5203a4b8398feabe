package io.github.hwtasks;

import io.github.hwtasks.internal.ErrorBuilder;

/**
 * No provider has usable credentials; nothing was sent. The message names each provider that was tried, and why it has
 * none. The cause is a {@link io.github.hwtasks.credentials.ProviderException}, or what else a provider has thrown.
 */
public final class CredentialsException extends HwtasksException {
    private static final long serialVersionUID = 1L;

    CredentialsException(ErrorBuilder error) {
        super(error);
    }
}
