package io.github.hwtasks.credentials;

import io.github.hwtasks.CancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A {@link CredentialsProvider} has no usable credentials. The message shows no secret. */
public final class ProviderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @serial the message without its help */
    private final String text;
    /** @serial what to do, or null */
    private final String help;
    /** @serial whether the provider is configured */
    private final boolean isConfigured;
    /** @serial whether another attempt may succeed */
    private final boolean isRetryable;

    private final transient Duration hold;
    private final transient List<Failure> failures;

    private ProviderException(
            String text,
            String help,
            boolean isConfigured,
            boolean isRetryable,
            Duration hold,
            List<Failure> failures,
            Throwable cause) {
        super(help.isEmpty() ? text : text + ": " + help, cause);
        this.text = text;
        this.help = help;
        this.isConfigured = isConfigured;
        this.isRetryable = isRetryable;
        this.hold = hold;
        this.failures = failures;
    }

    private static ProviderException of(String text, boolean isConfigured) {
        return new ProviderException(text, "", isConfigured, false, Duration.ZERO, List.of(), null);
    }

    /**
     * Makes the exception of a provider that holds no credentials, so that a chain tries the next one.
     *
     * @param message why there are none
     * @return the exception
     */
    public static ProviderException notConfigured(String message) {
        return of(Objects.requireNonNull(message, "message"), false);
    }

    /**
     * Makes the exception of a provider whose credentials are invalid, or cannot be fetched. It ends a chain.
     *
     * @param message what is wrong with them
     * @return the exception
     */
    public static ProviderException invalidConfiguration(String message) {
        return of(Objects.requireNonNull(message, "message"), true);
    }

    /**
     * Returns a copy with a help.
     *
     * @param given how to fix the configuration
     * @return the copy
     */
    public ProviderException withHelp(String given) {
        return new ProviderException(text, given, isConfigured, isRetryable, hold, failures, getCause());
    }

    /**
     * Returns a copy with a cause.
     *
     * @param cause what failed
     * @return the copy
     */
    public ProviderException withCause(Throwable cause) {
        return new ProviderException(text, help, isConfigured, isRetryable, hold, failures, cause);
    }

    /**
     * Returns a copy that says whether another call may succeed, as with an unreachable source.
     *
     * @param is whether it may
     * @return the copy
     */
    public ProviderException withRetryable(boolean is) {
        return new ProviderException(text, help, isConfigured, is, hold, failures, getCause());
    }

    /** Returns a copy that a cache repeats for so long, without another fetch. */
    ProviderException withHold(Duration given) {
        return new ProviderException(text, help, isConfigured, isRetryable, given, failures, getCause());
    }

    /** Returns the exception of a provider, which may be of any type. */
    static ProviderException from(RuntimeException e) {
        if (e instanceof ProviderException) {
            return (ProviderException) e;
        }
        if (e instanceof CancelledException) {
            throw e;
        }
        String message = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
        return invalidConfiguration(message).withCause(e);
    }

    /** Returns the exception of a chain of which so many providers were not tried. */
    static ProviderException ofChain(List<Failure> failures, int skipped) {
        List<String> parts = new ArrayList<>();
        for (Failure failure : failures) {
            parts.add(failure.provider() + ": " + failure.exception().getMessage());
        }
        boolean isConfigured = false;
        ProviderException last = null;
        if (failures.isEmpty()) {
            parts.add("the provider chain is empty");
        } else {
            last = failures.get(failures.size() - 1).exception();
            isConfigured = last.isConfigured;
        }
        if (skipped > 0) {
            parts.add("the providers after it were not tried");
        }
        return new ProviderException(
                String.join("; ", parts),
                "",
                isConfigured,
                isConfigured && last.isRetryable,
                Duration.ZERO,
                List.copyOf(failures),
                isConfigured ? last : null);
    }

    /**
     * Tells whether the provider is configured. If not, a chain tries the next one. If it is, the credentials are invalid
     * or cannot be fetched, and the chain ends.
     *
     * @return whether it is
     */
    public boolean isConfigured() {
        return isConfigured;
    }

    /**
     * Tells whether another call may succeed.
     *
     * @return whether it may
     */
    public boolean isRetryable() {
        return isRetryable;
    }

    /**
     * Returns how to fix the configuration. The message contains it.
     *
     * @return the help; empty if there is none
     */
    public Optional<String> help() {
        return help.isEmpty() ? Optional.empty() : Optional.of(help);
    }

    /**
     * Returns the providers that a chain has tried, in order. If {@link #isConfigured()}, the last one failed.
     *
     * @return the providers and their exceptions; empty if no chain is concerned, and after serialization
     */
    public List<Failure> failures() {
        return failures == null ? List.of() : failures;
    }

    Duration hold() {
        return hold == null ? Duration.ZERO : hold;
    }

    /** A provider without usable credentials, and the reason. */
    public static final class Failure {
        private final String provider;
        private final ProviderException exception;

        Failure(String provider, ProviderException exception) {
            this.provider = provider;
            this.exception = exception;
        }

        /**
         * Returns the name of the provider.
         *
         * @return the name
         */
        public String provider() {
            return provider;
        }

        /**
         * Returns why it has no credentials.
         *
         * @return the exception
         */
        public ProviderException exception() {
            return exception;
        }

        /** Returns the name and the message. */
        @Override
        public String toString() {
            return provider + ": " + exception.getMessage();
        }
    }
}
