package io.github.hwtasks.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads, shows and compares JSON values. Numbers compare by value. */
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();

    private Json() {}

    static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    static JsonNode read(Path path) {
        try {
            return parse(Files.readString(path));
        } catch (IOException e) {
            throw new AssertionError(path.toString(), e);
        }
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode list(Collection<? extends JsonNode> values) {
        return JsonNodeFactory.instance.arrayNode().addAll(values);
    }

    static ArrayNode texts(Collection<String> values) {
        List<JsonNode> nodes = new ArrayList<>();
        values.forEach(value -> nodes.add(value == null ? JsonNodeFactory.instance.nullNode() : text(value)));
        return list(nodes);
    }

    static JsonNode text(String value) {
        return value == null ? null : TextNode.valueOf(value);
    }

    static JsonNode number(long value) {
        return DecimalNode.valueOf(BigDecimal.valueOf(value));
    }

    /** Whether a member is present and not null. */
    static boolean has(JsonNode value, String member) {
        return value != null && value.hasNonNull(member);
    }

    /** The text of a member; null where it is absent. */
    static String textOf(JsonNode value, String member) {
        return has(value, member) ? value.get(member).textValue() : null;
    }

    static int intOf(JsonNode value, String member, int otherwise) {
        return has(value, member) ? value.get(member).intValue() : otherwise;
    }

    static Duration millis(JsonNode value) {
        return value == null ? Duration.ZERO : Duration.ofMillis(value.longValue());
    }

    static Instant moment(String text) {
        return OffsetDateTime.parse(text).toInstant();
    }

    /** The members of an object; none of null. */
    static Set<Map.Entry<String, JsonNode>> members(JsonNode value) {
        return value == null ? Set.of() : value.properties();
    }

    /** Fails on a member that the runner does not know. */
    static void known(JsonNode value, String... names) {
        for (var member : members(value)) {
            if (!Set.of(names).contains(member.getKey())) {
                throw new AssertionError("unknown member " + member.getKey() + " of " + value);
            }
        }
    }

    static boolean equal(JsonNode a, JsonNode b) {
        boolean isNoneA = a == null || a.isNull();
        boolean isNoneB = b == null || b.isNull();
        if (isNoneA || isNoneB) {
            return isNoneA && isNoneB;
        }
        if (a.isNumber() && b.isNumber()) {
            // Of the smallest doubles, languages write different digits.
            boolean areFractions = !a.isIntegralNumber() && !b.isIntegralNumber();
            return a.decimalValue().compareTo(b.decimalValue()) == 0
                    || areFractions && Double.compare(a.doubleValue(), b.doubleValue()) == 0;
        }
        if (a.isObject() && b.isObject()) {
            if (a.size() != b.size()) {
                return false;
            }
            for (var member : a.properties()) {
                if (!b.has(member.getKey()) || !equal(member.getValue(), b.get(member.getKey()))) {
                    return false;
                }
            }
            return true;
        }
        if (a.isArray() && b.isArray()) {
            boolean isEqual = a.size() == b.size();
            for (int i = 0; isEqual && i < a.size(); i++) {
                isEqual = equal(a.get(i), b.get(i));
            }
            return isEqual;
        }
        return a.equals(b);
    }
}
