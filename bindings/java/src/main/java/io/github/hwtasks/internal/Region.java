package io.github.hwtasks.internal;

import io.github.hwtasks.internal.generated.Regions;
import java.util.regex.Pattern;

/** Regions and their endpoints. */
public final class Region {
    /** The endpoint of IAM for regions without a regional one. */
    private static final String GLOBAL_IAM = "https://iam.myhuaweicloud.com";

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]");

    private Region() {}

    /** Checks an ID: letters, digits and inner hyphens. Other characters could change the host. */
    public static void check(String id) {
        String flaw = flaw(id);
        if (flaw != null) {
            throw Errors.invalidInput(flaw).build();
        }
    }

    static String flaw(String id) {
        return ID.matcher(id).matches() ? null : Text.quote(id) + " is not a region: give its ID, such as cn-north-4";
    }

    /** Returns the endpoint of a service in the table of the official SDKs, or by the pattern. */
    public static String endpoint(String region, String service) {
        for (Regions.Irregular odd : Regions.IRREGULAR) {
            if (odd.region().equals(region) && odd.service().equals(service)) {
                return odd.url().isEmpty() ? GLOBAL_IAM : odd.url();
            }
        }
        String host = service.equals("kafka") ? "dms" : service;
        return "https://" + host + "." + region + ".myhuaweicloud.com";
    }
}
