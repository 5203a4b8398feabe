package io.github.hwtasks.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.hwtasks.DecodeException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ValuesTest {
    private static final DcsTask TASK = DcsTask.builder()
            .id("1")
            .name(TaskName.EXTEND)
            .status(TaskStatus.of("success"))
            .createdAt(Timestamp.of(Instant.parse("2026-01-02T03:04:05.678Z")))
            .details(DetailsBody.builder().oldPort(6379L).enableSsl(true).build())
            .build();

    @Test
    void value_that_was_built_is_written_and_read_back() {
        var json = "{\"id\":\"1\",\"name\":\"EXTEND\",\"details\":{\"enable_ssl\":true,\"old_port\":6379},"
                + "\"status\":\"success\",\"created_at\":\"2026-01-02T03:04:05.678Z\"}";
        assertEquals(json, TASK.toJson());
        assertEquals(TASK, DcsTask.fromJson(json));
        assertEquals(TASK.hashCode(), DcsTask.fromJson(json).hashCode());
        assertEquals("DcsTask" + json, TASK.toString());
        assertEquals(Optional.empty(), TASK.userName());
        assertEquals(OptionalLong.of(6379), TASK.details().orElseThrow().oldPort());
    }

    @Test
    void builder_of_a_value_changes_one_member_and_keeps_the_others() {
        var other = TASK.toBuilder().otherMembers(Map.of("new", "[1]")).build();
        assertEquals(TASK, other);
        assertTrue(other.toJson().endsWith(",\"new\":[1]}"));
        var renamed = other.toBuilder().name(TaskName.of("x")).build();
        assertNotEquals(TASK, renamed);
        assertEquals(Map.of("new", "[1]"), renamed.otherMembers());
        assertEquals(Optional.empty(), renamed.toBuilder().name(null).build().name());
    }

    @Test
    void other_member_must_be_json_and_gives_way_to_a_documented_one() {
        var builder = DcsTask.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.otherMembers(Map.of("a", "[")));
        assertEquals(
                "{\"id\":\"1\"}",
                builder.otherMembers(Map.of("id", "2")).id("1").build().toJson());
        assertThrows(
                UnsupportedOperationException.class,
                () -> builder.build().otherMembers().clear());
    }

    @Test
    void list_is_unmodifiable_and_written_without_items() {
        var list = DcsTaskList.builder().build();
        assertEquals(List.of(), list.tasks());
        assertEquals("{\"tasks\":[]}", list.toJson());
        assertThrows(UnsupportedOperationException.class, () -> list.tasks().add(TASK));
    }

    @Test
    void text_that_is_no_value_says_where() {
        var failure = assertThrows(DecodeException.class, () -> KafkaTaskList.fromJson("{\"tasks\":[1]}"));
        assertEquals(Optional.of("tasks[0]"), failure.path());
        assertThrows(DecodeException.class, () -> DcsTask.fromJson("[]"));
        assertThrows(DecodeException.class, () -> DcsTask.fromJson("{} x"));
    }

    @Test
    void open_set_keeps_unknown_values_and_shares_known_ones() {
        assertSame(TaskName.EXTEND, TaskName.of("EXTEND"));
        assertEquals(TaskName.of("other"), TaskName.of("other"));
        assertEquals("other", TaskName.of("other").toString());
        assertTrue(TaskStatus.of("Cancelled").isTerminal());
        assertFalse(TaskStatus.of("CANCELLE\u0130").isTerminal());
        assertFalse(TaskStatus.EXECUTING.isTerminal());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                // R and W stand for the right name and the wrong one; then the value, and what is written.
                "W:'a'|a|R:'a'",
                "R:'a'|a|R:'a'",
                "R:null,W:'a'|a|R:'a'",
                "W:null,R:'a'|a|R:'a'",
                "R:'a',W:'b'|a|R:'a',W:'b'",
                "W:'b',R:'a'|b|R:'b'",
                "R:'a',W:null|a|R:'a'",
                "R:'a',W:'b',W:null|a|R:'a'",
                "R:'a',R:'b'|b|R:'b'",
                "R:[1],R:'b'|b|R:'b'",
                "R:'a',R:[1]||R:[1]",
                "R:[1],W:'a'||R:[1],W:'a'",
                "W:[1],R:'a'||W:[1],R:'a'",
                "R:'a',W:'b',R:null|b|R:'b'",
                "W:'a',R:'b',W:null|b|R:'b'",
                "R:'a',W:[1],R:null||W:[1]",
                "R:'a',W:'b',R:null,R:'c'|c|R:'c',W:'b'",
                "W:'a',x:1,R:5|a|R:'a',x:1",
            })
    void member_with_two_names_has_the_first_that_is_not_null(String body, String value, String written) {
        var details = DetailsBody.fromJson(spelled(body));
        assertEquals(Optional.ofNullable(value), details.newCacheMode());
        assertEquals(spelled(written), details.toJson());
    }

    private static String spelled(String body) {
        return "{"
                + body.replace("R:", "\"new_cache_mode\":")
                        .replace("W:", "\"new_cahce_mode\":")
                        .replace("x:", "\"x\":")
                        .replace('\'', '"')
                + "}";
    }

    @Test
    void count_and_capacity_keep_how_they_came() {
        assertEquals(
                Optional.of(new BigInteger("18446744073709551615")),
                TaskCount.of(" 0018446744073709551615").value());
        assertEquals(OptionalLong.empty(), TaskCount.of("18446744073709551615").asLong());
        assertEquals(OptionalLong.of(3), TaskCount.ofNumber("3.0").asLong());
        assertEquals(Optional.empty(), TaskCount.of("9".repeat(1_000_000)).value());
        assertEquals(Optional.empty(), TaskCount.of("+3").value());
        assertNotEquals(TaskCount.of("3"), TaskCount.ofNumber("3"));
        assertThrows(IllegalArgumentException.class, () -> TaskCount.ofNumber("03"));
        assertEquals(OptionalDouble.of(0.125), Capacity.of("\t.125 ").value());
        for (var text : List.of("", "0x1p3", "1d", "NaN", "1e999", "--1")) {
            assertEquals(OptionalDouble.empty(), Capacity.of(text).value(), text);
        }
        assertEquals("400", ErrorCode.ofNumber("4.00e2").toString());
    }

    @Test
    void time_is_read_by_its_grammar_and_kept() {
        var time = Instant.parse("2026-02-28T23:59:59.5Z");
        for (var text : List.of(
                "2026-02-28T23:59:59.5Z",
                "2026-02-28t23:59:60.5z",
                "2026-03-01 07:59:59.500000000999+08:00",
                "2026-02-28T23:59:59.5-00:00")) {
            assertEquals(Optional.of(time), Timestamp.of(text).toInstant(), text);
            assertEquals(text, Timestamp.of(text).toString());
        }
        for (var text : List.of(
                "",
                "2026-02-29T00:00:00Z",
                "2026-02-28T24:00:00Z",
                "2026-02-28T23:59:59",
                "2026-02-28T23:59:59.Z",
                "2026-02-28T23:59:59,5Z",
                "2026-02-28T23:59:59+24:00",
                "2026-02-28T23:59:59+0800",
                "0000-01-01T00:00:00+00:01",
                "9999-12-31T23:59:59-00:01",
                "2026-13-01T00:00:00Z",
                "+026-01-01T00:00:00Z")) {
            assertEquals(Optional.empty(), Timestamp.of(text).toInstant(), text);
        }
        assertEquals(
                Optional.of(Instant.ofEpochMilli(1500)),
                Timestamp.ofNumber("1.5e3").toInstant());
        assertEquals(Optional.empty(), Timestamp.ofNumber("253402300800000").toInstant());
    }
}
