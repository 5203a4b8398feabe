package io.github.hwtasks.internal;

import io.github.hwtasks.internal.json.DecodeFailure;
import java.time.Instant;
import java.util.Map;

/** The keys in a response of the metadata service. If flaw is not null, it says why there are none. */
public record MetadataKeys(String access, String secret, String securityToken, Instant expiry, String flaw) {
    public static MetadataKeys read(byte[] body) {
        Map<?, ?> response;
        try {
            response = ErrorBody.object(body);
        } catch (DecodeFailure e) {
            response = Map.of();
        }
        if (response.get("credential") == null) {
            return flawed("its response does not hold the keys that the document describes");
        }
        Map<?, ?> keys = ErrorBody.member(response, "credential");
        String access = ErrorBody.text(keys, "access");
        String secret = ErrorBody.text(keys, "secret");
        String token = ErrorBody.text(keys, "securitytoken");
        if (access.isEmpty() || secret.isEmpty() || token.isEmpty()) {
            return flawed("its response has an empty key, or one that is no text");
        }
        Instant expiry = Times.parse(ErrorBody.text(keys, "expires_at"));
        if (expiry == null) {
            return flawed("its response does not say when the keys expire");
        }
        return new MetadataKeys(access, secret, token, expiry, null);
    }

    private static MetadataKeys flawed(String why) {
        return new MetadataKeys("", "", "", null, why);
    }

    @Override
    public String toString() {
        return "MetadataKeys{expiry: " + expiry + "}";
    }
}
