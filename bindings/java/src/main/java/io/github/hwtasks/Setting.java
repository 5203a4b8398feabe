package io.github.hwtasks;

import io.github.hwtasks.internal.Origin;
import java.util.Optional;

/** A setting of a client, and where it comes from. Immutable. */
public final class Setting {
    private final Origin setting;

    Setting(Origin setting) {
        this.setting = setting;
    }

    /**
     * Returns the value.
     *
     * @return the value; empty if the setting is not set
     */
    public Optional<String> value() {
        return setting.isSet() ? Optional.of(setting.value()) : Optional.empty();
    }

    /**
     * Returns where the value comes from: the name of an environment variable; the path and the section of the credentials
     * file; {@code options}, an option of the client; {@code region}, the endpoint of the region in the official SDKs, or
     * by their pattern; {@code credentials}, configured with the credentials; or {@code iam}, looked up at IAM.
     *
     * @return the origin; empty if the setting is not set
     */
    public Optional<String> origin() {
        return setting.isSet() ? Optional.of(setting.origin()) : Optional.empty();
    }

    /** Shows the value and the origin. */
    @Override
    public String toString() {
        return setting.isSet() ? setting.value() + " (" + setting.origin() + ")" : "not set";
    }
}
