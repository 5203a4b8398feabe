package io.github.hwtasks.internal.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.hwtasks.internal.codec.DcsTaskListCodec;
import io.github.hwtasks.model.DcsTaskList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    private static DecodeFailure refused(String text) {
        return assertThrows(DecodeFailure.class, () -> Json.parse(text.getBytes(StandardCharsets.UTF_8)), text);
    }

    private static DcsTaskList list(String text) throws DecodeFailure {
        return DcsTaskListCodec.INSTANCE.decode(text.getBytes(StandardCharsets.UTF_8), null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{'a':1}",
                "{a:1}",
                "01",
                "-",
                "+1",
                ".5",
                "5.",
                "1e",
                "NaN",
                "Infinity",
                "nul",
                "tru",
                "1 2",
                "{} {}",
                "\"\u0001\"",
                "\"\\x\"",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "{\"\\ud800\":1}",
                "1e999",
                "[-1e999]",
                "// c\n1",
                "\ufeff\ufeff1"
            })
    void text_that_is_no_json_is_refused(String text) {
        assertEquals("", refused(text).path());
    }

    @Test
    void bytes_that_are_no_utf8_are_refused() {
        for (var bytes : List.of(
                new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xff, '"'},
                "[1]".getBytes(StandardCharsets.UTF_16LE),
                "[1]".getBytes(StandardCharsets.UTF_16BE),
                new byte[] {(byte) 0xfe, (byte) 0xff, 0, '1'})) {
            assertThrows(DecodeFailure.class, () -> Json.parse(bytes));
        }
    }

    @Test
    void value_of_each_type_is_read() throws DecodeFailure {
        var text = "\ufeff {\"b\":[1.50,true,null,\"\\ud83d\\ude00\"],\"a\":-0,\"b\":{}}";
        var value = Json.parse(text.getBytes(StandardCharsets.UTF_8));
        assertEquals(Map.of("a", new JsonNumber("-0"), "b", Map.of()), value);
        assertEquals(List.of("b", "a"), new ArrayList<>(((JsonObject) value).keySet()));
    }

    @Test
    void depth_of_127_is_read_and_128_is_refused() throws DecodeFailure {
        Json.parse(("[".repeat(127) + "]".repeat(127)).getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "the value is nested deeper than 127 levels",
                refused("[".repeat(128) + "]".repeat(128)).why());
    }

    @Test
    void long_number_string_and_name_are_read() throws DecodeFailure {
        var digits = "1".repeat(3_000);
        assertEquals(new JsonNumber("0." + digits), Json.parse(("0." + digits).getBytes(StandardCharsets.UTF_8)));
        var name = "n".repeat(100_000);
        var text = "{\"" + name + "\":\"" + name + "\"}";
        assertEquals(Map.of(name, name), Json.parse(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void other_member_keeps_its_text_wherever_it_stands() throws DecodeFailure {
        var random = new Random(7);
        var values = List.of(
                "null",
                "true",
                "1.50e+2",
                "-0",
                "\"a\\u00e9\\n\\\"é\"",
                "\"\"",
                "[]",
                "{}",
                "[1, {\"x\" : [\"]\" , 2]} ,null]",
                "{\"k\" : {\"tasks\":[1]}}",
                "\"漢字\"");
        for (int round = 0; round < 200; round++) {
            var text = new StringBuilder(round % 2 == 0 ? "\ufeff{" : " {\n");
            var expected = new LinkedHashMap<String, String>();
            for (int i = 0; i < 6; i++) {
                var value = values.get(random.nextInt(values.size()));
                var name = "é" + i;
                expected.put(name, value);
                text.append('"').append(name).append("\" :\t").append(value).append(" ,");
                if (i == 3) {
                    text.append("\"tasks\":[{\"id\":1,\"name\":[1],\"status\":{\"a\":[]},\"details\":[2]}],");
                }
            }
            var page = list(text.append("\"task_count\":[1]}").toString());
            expected.put("task_count", "[1]");
            assertEquals(expected, page.otherMembers());
            assertEquals(
                    Map.of("name", "[1]", "status", "{\"a\":[]}", "details", "[2]"),
                    page.tasks().get(0).otherMembers());
            assertEquals("1", page.tasks().get(0).id());
            assertEquals(page, list(page.toJson()));
            assertEquals(expected, list(page.toJson()).otherMembers());
        }
    }

    @Test
    void member_that_comes_twice_has_its_last_value() throws DecodeFailure {
        var tasks = list(
                "{\"tasks\":3,\"tasks\":[{\"id\":\"a\",\"id\":[1]},{\"id\":[1],\"id\":\"b\"},{\"id\":\"c\",\"id\":null}]}");
        assertEquals(
                List.of("", "b", ""),
                tasks.tasks().stream().map(task -> task.id()).toList());
        assertEquals(Map.of("id", "[1]"), tasks.tasks().get(0).otherMembers());
        assertEquals(Map.of(), tasks.tasks().get(1).otherMembers());
        assertEquals(Map.of(), tasks.otherMembers());
    }

    @Test
    void body_that_is_no_list_of_objects_says_where() {
        for (var one : Map.of(
                        "[]", ": expected an object",
                        "{}", ": it has no member \"tasks\"",
                        "{\"tasks\":null}", "tasks: expected an array",
                        "{\"tasks\":{}}", "tasks: expected an array",
                        "{\"tasks\":[{},[],1]}", "tasks[1]: expected an object")
                .entrySet()) {
            var failure = assertThrows(DecodeFailure.class, () -> list(one.getKey()));
            assertEquals(one.getValue(), failure.path() + ": " + failure.why());
        }
        var broken = assertThrows(DecodeFailure.class, () -> list("{\"tasks\":[{},{\"id\":tru}]}"));
        assertEquals("tasks[1]", broken.path());
    }

    @Test
    void number_has_the_fewest_digits_that_tell_it_apart() {
        for (var one : Map.of(
                        "2e-3", "0.002",
                        "1.0", "1",
                        "-0", "0",
                        "-0.0", "0",
                        "2E-323", "0." + "0".repeat(322) + "2",
                        "18446744073709551615", "18446744073709551615",
                        "1.1e3", "1100",
                        "0.1", "0.1",
                        "9007199254740991.0", "9007199254740991")
                .entrySet()) {
            assertEquals(one.getValue(), Numbers.textOf(one.getKey()), one.getKey());
        }
        assertNull(Numbers.textOf("9007199254740992.0"));
        assertNull(Numbers.textOf("18446744073709551616"));
        var random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            var value = Double.longBitsToDouble(random.nextLong());
            if (!(Math.abs(value) < 1L << 53)) {
                continue;
            }
            var text = Numbers.textOf(Double.toString(value));
            assertEquals(value, Double.parseDouble(text), text);
        }
    }

    @Test
    void whole_number_is_exact() {
        assertEquals(Long.MIN_VALUE, Numbers.whole("-9223372036854775808"));
        assertEquals(100L, Numbers.whole("1e2"));
        assertNull(Numbers.whole("9223372036854775808"));
        assertNull(Numbers.whole("0.5"));
        assertEquals(6379L, Numbers.integerOfText("6379"));
        for (var text : List.of("", "+1", "01", "-0", "1.0", "1e2", " 1", "9223372036854775808", "-")) {
            assertNull(Numbers.integerOfText(text), text);
        }
    }

    @Test
    void text_is_quoted_so_that_it_reads_back() throws DecodeFailure {
        var out = new StringBuilder();
        Json.quote(out, "\"\\\u0000\n\u001f/é漢\ud83d\ude00");
        assertEquals(
                "\"\\\u0000\n\u001f/é漢\ud83d\ude00", Json.parse(out.toString().getBytes(StandardCharsets.UTF_8)));
        out.setLength(0);
        Json.quote(out, "a\ud800b");
        assertEquals("\"a\ufffdb\"", out.toString());
    }
}
