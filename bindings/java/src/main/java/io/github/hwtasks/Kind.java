package io.github.hwtasks;

import java.util.Locale;

/** The broad category of an {@link HwtasksException}. New kinds may be added: give a {@code switch} a default. */
public enum Kind {
    /** An argument or the configuration is invalid; nothing was sent. */
    INVALID_INPUT,
    /** No provider has usable credentials; nothing was sent. */
    CREDENTIALS,
    /** No complete response, because of no connection, a broken one, or a timeout. */
    TRANSPORT,
    /** The service or the gateway returned an error status. */
    API,
    /** The service returned success, and the body is not what the document describes. */
    DECODE,
    /** The response is larger than {@link HwtasksClient.Builder#bodyLimit(int)}. */
    BODY_TOO_LARGE,
    /** A status that is neither the documented success nor an error, or a body that does not match the request. */
    UNEXPECTED,
    /** The task of a wait ended otherwise than in success. */
    TASK_FAILED,
    /** The task of a wait was missing for longer than the grace period. */
    TASK_NOT_FOUND,
    /** The timeout of a wait passed before the task ended. */
    WAIT_TIMED_OUT,
    /** The call was cancelled: its thread was interrupted, or the client was closed. */
    CANCELLED;

    private final String value = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in lower case, such as {@code invalid_input}, which is the same in every language.
     *
     * @return the name
     */
    public String value() {
        return value;
    }
}
