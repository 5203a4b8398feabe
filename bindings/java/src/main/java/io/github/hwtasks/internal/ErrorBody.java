package io.github.hwtasks.internal;

import io.github.hwtasks.internal.json.DecodeFailure;
import io.github.hwtasks.internal.json.Json;
import io.github.hwtasks.internal.json.JsonNumber;
import io.github.hwtasks.internal.json.Numbers;
import java.util.List;
import java.util.Map;

/**
 * What an error body says, in whichever shape it came. No document says which member holds what: the services, the
 * gateway and IAM each write their own.
 */
record ErrorBody(String code, String message, String requestId) {
    private static final ErrorBody NOTHING = new ErrorBody("", "", "");

    /** Reads an error body. Where it is no JSON object, all is empty. */
    static ErrorBody read(byte[] text) {
        Map<?, ?> body;
        try {
            body = object(text);
        } catch (DecodeFailure e) {
            return NOTHING;
        }
        Object inner = first(body, "error");
        Map<?, ?> nested = inner instanceof Map ? (Map<?, ?>) inner : Map.of();
        return new ErrorBody(
                firstText(
                        first(body, "error_code", "errorCode"),
                        first(body, "code"),
                        first(nested, "error_code", "errorCode"),
                        first(nested, "code")),
                firstText(
                        first(body, "error_msg", "errorMsg"),
                        first(body, "message"),
                        first(nested, "error_msg", "errorMsg"),
                        first(nested, "message"),
                        inner),
                firstText(first(body, "request_id", "requestId"), first(nested, "request_id", "requestId")));
    }

    /** Reads a body that is an object, and that no document of ours describes. */
    static Map<?, ?> object(byte[] text) throws DecodeFailure {
        Object value = Json.parse(text);
        if (value instanceof Map) {
            return (Map<?, ?>) value;
        }
        throw DecodeFailure.type("expected an object", "");
    }

    /** Returns a member that is an object; an empty one where it is not. */
    static Map<?, ?> member(Map<?, ?> body, String name) {
        return body.get(name) instanceof Map ? (Map<?, ?>) body.get(name) : Map.of();
    }

    /** Returns a member that is a string; empty where it is not. */
    static String text(Map<?, ?> body, String name) {
        return body.get(name) instanceof String ? (String) body.get(name) : "";
    }

    /** Returns the first member of these names that is not null, in the order of the body. */
    private static Object first(Map<?, ?> body, String... names) {
        List<String> wanted = List.of(names);
        for (Map.Entry<?, ?> member : body.entrySet()) {
            if (member.getValue() != null && wanted.contains(member.getKey())) {
                return member.getValue();
            }
        }
        return null;
    }

    /** Returns the first of some values that has a text. */
    private static String firstText(Object... values) {
        for (Object value : values) {
            String text = null;
            if (value instanceof String || value instanceof Boolean) {
                text = value.toString();
            } else if (value instanceof JsonNumber) {
                text = Numbers.textOf(((JsonNumber) value).text());
            }
            if (text != null && !text.isEmpty()) {
                return text;
            }
        }
        return "";
    }
}
