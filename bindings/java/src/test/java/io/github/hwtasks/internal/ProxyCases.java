package io.github.hwtasks.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.HwtasksException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** Runs the cases of proxies.json. It stands here because the function is not public. */
public final class ProxyCases {
    private ProxyCases() {}

    /**
     * Runs a case.
     *
     * @param one the case
     */
    public static void proxies(JsonNode one) {
        Map<String, String> variables = new HashMap<>();
        one.get("environment")
                .properties()
                .forEach(variable ->
                        variables.put(variable.getKey(), variable.getValue().textValue()));
        JsonNode expect = one.get("expect");
        JsonNode error = expect.get("error");
        String found;
        try {
            found = Proxies.find(variables, URI.create(one.get("url").textValue()));
        } catch (HwtasksException e) {
            check(error != null && e.kind().value().equals("invalid_input"), e.toString());
            check(e.getMessage().contains(error.get("variable").textValue()), e.toString());
            check(e.getMessage().contains(error.get("message").textValue()), e.toString());
            check(!e.toString().contains("SECRET"), e + " shows the password");
            return;
        }
        check(error == null, "the proxy is " + found + ", and not an error");
        JsonNode wanted = expect.get("proxy");
        check(wanted.isNull() ? found == null : wanted.textValue().equals(found), "the proxy is " + found);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
