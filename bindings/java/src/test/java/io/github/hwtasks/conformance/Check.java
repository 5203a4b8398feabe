package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares what a client did with what a case expects. */
final class Check {
    /** How messages call the parameters of the corpus, where not by their names. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "instance_id", "instance ID",
            "task_id", "task ID",
            "project_id", "project ID",
            "ak", "access key",
            "sk", "secret key",
            "security_token", "security token",
            "url", "URL",
            "headers", "header");

    private Check() {}

    static void that(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }

    static void equal(String what, JsonNode found, JsonNode wanted) {
        that(Json.equal(found, wanted), what + " is\n        " + found + "\nand not " + wanted);
    }

    static void equal(String what, String found, JsonNode wanted) {
        equal(what, Json.text(found), wanted);
    }

    static void equal(String what, long found, JsonNode wanted) {
        equal(what, Json.number(found), wanted);
    }

    static void equal(String what, long found, long wanted) {
        that(found == wanted, what + " is " + found + " and not " + wanted);
    }

    /** Fails unless a number is exact, or within bounds; 0 where the case has none. */
    static void amount(String what, long found, JsonNode amount) {
        long least = amount == null ? 0 : amount.asLong();
        long most = least;
        if (amount != null && amount.isObject()) {
            least = Json.intOf(amount, "at_least", 0);
            most = Json.intOf(amount, "at_most", Integer.MAX_VALUE);
        }
        that(found >= least && found <= most, what + ": found " + found + " and not " + amount);
    }

    /** Compares waits in whole milliseconds, except those of 0. */
    static void waits(List<Duration> sleeps, JsonNode expected) {
        List<Long> waits = new ArrayList<>();
        for (Duration sleep : sleeps) {
            if (!sleep.isZero()) {
                waits.add(sleep.toMillis());
            }
        }
        that(waits.size() == expected.size(), "the waits are " + waits + " and not " + expected);
        for (int i = 0; i < waits.size(); i++) {
            amount("wait " + i + " of " + waits, waits.get(i), expected.get(i));
        }
    }

    static void names(String message, String parameter) {
        String name = PARAMETERS.getOrDefault(parameter, parameter);
        that(message.contains(name), "\"" + message + "\" does not name the " + name);
    }

    static void noSecret(Object... shown) {
        for (Object text : shown) {
            that(!String.valueOf(text).contains("SECRET"), "a secret is shown: " + text);
        }
    }

    /** Compares headers with `headers` and `absent` of a case. */
    static void headers(FakeService.Request request, JsonNode expected) {
        for (var header : Json.members(expected.get("headers"))) {
            equal("the header " + header.getKey(), request.header(header.getKey()), header.getValue());
        }
        if (expected.has("absent")) {
            for (JsonNode name : expected.get("absent")) {
                that(request.header(name.textValue()) == null, "the header " + name + " is sent");
            }
        }
    }

    /** Fails unless what is written back loses nothing: the rule of "Nothing is lost". */
    static void written(JsonNode written, JsonNode wanted, JsonNode body, String at) {
        if (written.isObject() && wanted.isObject()) {
            for (var member : wanted.properties()) {
                JsonNode found = written.get(member.getKey());
                if (found == null) {
                    that(member.getValue().isNull(), at + "." + member.getKey() + " is lost");
                    continue;
                }
                written(found, member.getValue(), memberOf(body, member.getKey()), at + "." + member.getKey());
            }
            for (var member : written.properties()) {
                if (!wanted.has(member.getKey())) {
                    JsonNode came = memberOf(body, member.getKey());
                    boolean isSame = came != null && Json.equal(came, member.getValue());
                    that(isSame, at + "." + member.getKey() + " is made up");
                }
            }
            return;
        }
        if (written.isArray() && wanted.isArray() && written.size() == wanted.size()) {
            for (int i = 0; i < written.size(); i++) {
                JsonNode came = body != null && body.isArray() ? body.get(i) : null;
                written(written.get(i), wanted.get(i), came, at + "[" + i + "]");
            }
            return;
        }
        boolean isKept = Json.equal(written, wanted) || body != null && Json.equal(written, body);
        that(isKept, at + ": " + written + " is neither " + wanted + " nor " + body);
    }

    private static JsonNode memberOf(JsonNode value, String name) {
        return value == null ? null : value.get(name);
    }
}
