package io.github.hwtasks.internal;

/** A setting, and where it comes from; both are empty if it is not set. */
public record Origin(String value, String origin) {
    /** An option of the client. */
    public static final String OPTIONS = "options";
    /** The region's endpoint in the official SDKs, or by their pattern. */
    public static final String REGION = "region";
    /** Configured with the credentials. */
    public static final String CREDENTIALS = "credentials";
    /** Looked up at IAM. */
    public static final String IAM = "iam";

    public static final Origin NONE = new Origin("", "");

    public boolean isSet() {
        return !value.isEmpty();
    }
}
