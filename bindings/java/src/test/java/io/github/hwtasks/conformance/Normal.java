package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.model.Capacity;
import io.github.hwtasks.model.TaskCount;
import io.github.hwtasks.model.Timestamp;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Writes the values and the errors of the client as the corpus does, by their public names. */
final class Normal {
    /** The public methods of a value that are no members. */
    private static final Set<String> NO_MEMBERS =
            Set.of("toBuilder", "toJson", "toString", "hashCode", "otherMembers", "response");

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Set<String> REASONS = Set.of(
            "key_locked",
            "unknown_access_key",
            "wrong_secret_key",
            "signature_expired",
            "token_expired",
            "invalid_token");

    private Normal() {}

    /** A typed value as the corpus writes it; null for none. */
    static JsonNode of(Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(Normal::of).orElse(null);
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? Json.number(optional.getAsLong()) : null;
        }
        if (value instanceof String text) {
            return Json.text(text);
        }
        if (value instanceof Boolean truth) {
            return BooleanNode.valueOf(truth);
        }
        if (value instanceof Timestamp time) {
            return scalar(time.toString(), time.isNumber(), time(time));
        }
        if (value instanceof Capacity capacity) {
            return scalar(capacity.toString(), capacity.isNumber(), size(capacity));
        }
        if (value instanceof TaskCount count) {
            return scalar(count.toString(), count.isNumber(), count(count));
        }
        if (value instanceof List<?> list) {
            return Json.list(list.stream().map(Normal::of).toList());
        }
        return isText(value) ? Json.text(value.toString()) : members(value);
    }

    static JsonNode time(Timestamp time) {
        Optional<Instant> moment = time.toInstant();
        return moment.map(at -> Json.text(TIME.format(at.truncatedTo(ChronoUnit.MILLIS))))
                .orElse(null);
    }

    static JsonNode size(Capacity capacity) {
        OptionalDouble size = capacity.value();
        return size.isPresent() ? DecimalNode.valueOf(BigDecimal.valueOf(size.getAsDouble())) : null;
    }

    static JsonNode count(TaskCount count) {
        return count.value().map(BigIntegerNode::valueOf).orElse(null);
    }

    private static JsonNode scalar(String text, boolean isNumber, JsonNode value) {
        ObjectNode scalar = Json.object();
        scalar.set("raw", isNumber ? Json.parse(text) : Json.text(text));
        scalar.set("value", value);
        return scalar;
    }

    /** Whether a type is a text with constants: an open set, or a code. */
    private static boolean isText(Object value) {
        try {
            value.getClass().getMethod("otherMembers");
            return false;
        } catch (NoSuchMethodException e) {
            return true;
        }
    }

    private static JsonNode members(Object value) {
        TreeMap<String, JsonNode> found = new TreeMap<>();
        for (Method method : value.getClass().getMethods()) {
            boolean isMember = method.getParameterCount() == 0
                    && method.getDeclaringClass() == value.getClass()
                    && !Modifier.isStatic(method.getModifiers())
                    && !NO_MEMBERS.contains(method.getName());
            JsonNode member = isMember ? of(get(value, method.getName())) : null;
            if (member != null) {
                found.put(documented(method.getName()), member);
            }
        }
        ObjectNode written = Json.object();
        found.forEach((name, member) -> {
            switch (name) {
                case "task_count" -> written.set("count", member);
                case "instance_num" ->
                    written.set(
                            "count",
                            Json.object().<ObjectNode>set("raw", member).set("value", member));
                default -> written.set(name, member);
            }
        });
        return written;
    }

    /** The documented name of a member. */
    private static String documented(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** What a method without arguments returns; what it holds, where that is optional. */
    static Object get(Object value, String method) {
        try {
            Object found = value.getClass().getMethod(method).invoke(value);
            return found instanceof Optional<?> optional ? optional.orElse(null) : found;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(value.getClass() + "." + method, e);
        }
    }

    /** The predicates of an error that hold, sorted. */
    static JsonNode predicates(HwtasksException e) {
        List<String> is = new ArrayList<>();
        TreeMap<String, Boolean> all = new TreeMap<>();
        all.put("bad_request", e.isBadRequest());
        all.put("connection_error", e.isConnectionError());
        all.put("credentials", e.isCredentials());
        all.put("decode", e.isDecode());
        all.put("forbidden", e.isForbidden());
        all.put("not_found", e.isNotFound());
        all.put("server_error", e.isServerError());
        all.put("task_failed", e.isTaskFailed());
        all.put("throttled", e.isThrottled());
        all.put("timeout", e.isTimeout());
        all.put("unauthorized", e.isUnauthorized());
        all.put("wait_timed_out", e.isWaitTimedOut());
        all.forEach((name, holds) -> {
            if (holds) {
                is.add(name);
            }
        });
        return Json.texts(is);
    }

    /** Compares an error with that of the corpus, except for its task. */
    static void checkError(HwtasksException e, JsonNode expected) {
        Check.that(e != null, "no error, and expected " + expected);
        ObjectNode found = Json.object();
        found.put("kind", e.kind().value());
        found.set("is", predicates(e));
        put(found, "code", e.code());
        put(found, "message", e.serviceMessage());
        put(found, "request_id", e.requestId());
        if (e.status() != 0) {
            found.put("status", e.status());
        }
        e.clockSkew().ifPresent(skew -> found.put("clock_skew_ms", Math.round(skew.toNanos() / 1e6)));
        e.reason()
                .map(reason -> reason.value())
                .filter(REASONS::contains)
                .ifPresent(reason -> found.put("reason", reason));
        if (expected.has("path")) {
            found.put("path", e.path().orElse(null));
        }
        if (expected.has("attempts")) {
            found.put("attempts", e.attempts());
        }
        if ("*".equals(Json.textOf(expected, "request_id")) && found.has("request_id")) {
            found.put("request_id", "*");
        }
        String shows = Json.textOf(expected, "shows");
        if (shows != null) {
            Check.that(e.getMessage().contains(shows), "\"" + e.getMessage() + "\" does not show " + shows);
        }
        ObjectNode wanted = Json.object();
        for (var member : expected.properties()) {
            if (!member.getKey().equals("task") && !member.getKey().equals("shows")) {
                wanted.set(member.getKey(), member.getValue());
            }
        }
        Check.equal("the error (" + e.getMessage() + ")", found, wanted);
    }

    private static void put(ObjectNode found, String name, Optional<String> value) {
        value.ifPresent(text -> found.put(name, text));
    }
}
