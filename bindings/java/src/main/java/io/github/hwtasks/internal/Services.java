package io.github.hwtasks.internal;

import java.util.List;
import java.util.Locale;

/** The services with endpoints. */
public final class Services {
    /** As options, variables and operations name them. */
    public static final List<String> ALL = List.of("dcs", "kafka");

    private Services() {}

    /** Returns the name of a service in messages. */
    public static String name(String service) {
        return service.equals("dcs") ? "DCS" : service.substring(0, 1).toUpperCase(Locale.ROOT) + service.substring(1);
    }
}
