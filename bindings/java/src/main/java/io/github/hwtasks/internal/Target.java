package io.github.hwtasks.internal;

import java.time.Instant;
import java.util.Objects;

/**
 * The task of a wait: that of an ID, or the newest of a name since a time.
 *
 * @param identity the ID; null for one of a name
 * @param label the name; null for one of an ID
 * @param since the earliest start of one of a name
 */
public record Target(String identity, String label, Instant since) {
    /** The task of an ID. */
    public static Target of(String identity) {
        return new Target(identity == null ? "" : identity, null, null);
    }

    /** The newest task of a name. */
    public static Target named(String label, Instant since) {
        return new Target(null, label, Objects.requireNonNull(since, "since"));
    }

    boolean isNamed() {
        return label != null;
    }

    @Override
    public String toString() {
        return Errors.oneLine(isNamed() ? "a task " + label + " started since " + since : "task " + identity);
    }
}
