package io.github.hwtasks.signer;

/** A part of a request or of the credentials cannot be signed. The message shows no secret. */
public final class SigningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @serial the refused parameter */
    private final String parameter;

    private SigningException(String parameter, String message) {
        super(message);
        this.parameter = parameter;
    }

    /**
     * Makes an exception.
     *
     * @param parameter the part
     * @param message what is wrong with it, without a secret
     * @return the exception
     */
    public static SigningException of(String parameter, String message) {
        return new SigningException(parameter, message);
    }

    /**
     * Returns the name of the part.
     *
     * @return {@code ak}, {@code sk}, {@code url}, {@code method}, {@code headers} or {@code now}
     */
    public String parameter() {
        return parameter;
    }
}
