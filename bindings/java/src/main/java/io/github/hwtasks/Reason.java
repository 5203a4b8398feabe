package io.github.hwtasks;

import java.util.Locale;

/**
 * The reason of an {@link HwtasksException}, for programs that write their own messages. New reasons may be added: give
 * a {@code switch} a default.
 */
public enum Reason {
    /** Neither a region nor an endpoint is set. */
    NO_REGION,
    /** The service that was called has no endpoint, and there is no region. */
    NO_ENDPOINT,
    /** No project ID is set, and it cannot be looked up. */
    NO_PROJECT,
    /** IAM does not list exactly one project with the name of the region. */
    AMBIGUOUS_PROJECT,
    /** An endpoint is invalid. */
    INVALID_URL,
    /** No provider of the client holds credentials. */
    NO_CREDENTIALS,
    /** A provider is configured, and has no usable credentials. */
    PROVIDER_FAILED,
    /**
     * The gateway locked the access key (401) after more than five refused requests. The lock ends after five minutes
     * without a request; fix the keys first.
     */
    KEY_LOCKED,
    /** The gateway does not know the access key (401). */
    UNKNOWN_ACCESS_KEY,
    /** The secret key does not belong to the access key (401). */
    WRONG_SECRET_KEY,
    /**
     * The date of the signature is too far from the service's time (401), and was still after it was corrected by the
     * service's own clock.
     */
    SIGNATURE_EXPIRED,
    /** The token has expired (401). */
    TOKEN_EXPIRED,
    /** The gateway cannot read the token (401). */
    INVALID_TOKEN,
    /** The task of a wait was missing for longer than the grace period. */
    TASK_NOT_FOUND,
    /** The timeout of a wait passed before the task ended. */
    WAIT_TIMED_OUT;

    private final String value = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in lower case, such as {@code key_locked}, which is the same in every language.
     *
     * @return the name
     */
    public String value() {
        return value;
    }
}
