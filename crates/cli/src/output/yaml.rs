//! Any JSON as YAML that parsers of YAML 1.1, which most are, read as the same values.
//!
//! Every string is quoted: YAML 1.1 reads many plain words, numbers and times as other types.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

/// The only words of letters that YAML 1.1 reads as other types than text, in any case.
const TYPED_WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// The document in block style, with quotes around all strings, and around keys other than plain names.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Array(values) if !values.is_empty() => sequence(&mut text, values, 0),
        Value::Object(fields) if !fields.is_empty() => mapping(&mut text, fields, 0),
        value => {
            text.push_str(&scalar(value));
            text.push('\n');
        }
    }
    text
}

/// Writes a sequence. The caller has written the indentation of its first line.
fn sequence(text: &mut String, values: &[Value], indent: usize) {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            indentation(text, indent);
        }
        text.push_str("- ");
        match value {
            Value::Array(values) if !values.is_empty() => sequence(text, values, indent + 2),
            Value::Object(fields) if !fields.is_empty() => mapping(text, fields, indent + 2),
            value => {
                text.push_str(&scalar(value));
                text.push('\n');
            }
        }
    }
}

/// Writes a mapping. The caller has written the indentation of its first line.
fn mapping(text: &mut String, fields: &Map<String, Value>, indent: usize) {
    for (at, (name, value)) in fields.iter().enumerate() {
        if at > 0 {
            indentation(text, indent);
        }
        text.push_str(&key(name));
        text.push(':');
        match value {
            Value::Array(values) if !values.is_empty() => {
                text.push('\n');
                indentation(text, indent);
                sequence(text, values, indent);
            }
            Value::Object(fields) if !fields.is_empty() => {
                text.push('\n');
                indentation(text, indent + 2);
                mapping(text, fields, indent + 2);
            }
            value => {
                text.push(' ');
                text.push_str(&scalar(value));
                text.push('\n');
            }
        }
    }
}

fn indentation(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

/// A scalar, or an empty collection.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Number(value) => number(value),
        value => value.to_string(),
    }
}

/// A number. YAML 1.1 demands a fraction and the sign of the exponent.
fn number(value: &Number) -> String {
    let text = value.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let fraction = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) {
        ""
    } else {
        "+"
    };
    format!("{mantissa}{fraction}e{sign}{exponent}")
}

/// A key: without quotes if it is a name that no YAML reads as another type than text.
fn key(name: &str) -> String {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        && !TYPED_WORDS
            .iter()
            .any(|word| name.eq_ignore_ascii_case(word));
    match is_name {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// Text in double quotes, with an escape for each character that YAML does not allow or reads as a line
/// break.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                escape(&mut quoted, c)
            }
            // Invisible characters could hide text, or show it in another order.
            c if c.is_control() || hwtasks::is_invisible(c) => escape(&mut quoted, c),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn escape(text: &mut String, c: char) {
    // Writing to a String cannot fail.
    let _ = match u32::from(c) {
        code if code > 0xffff => write!(text, "\\U{code:08x}"),
        code => write!(text, "\\u{code:04x}"),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(yaml: &str) -> Value {
        yaml_serde::from_str(yaml).unwrap()
    }

    #[test]
    fn text_of_another_type_in_yaml_1_1_is_quoted() {
        for other in [
            "y",
            "N",
            "yes",
            "No",
            "ON",
            "off",
            "True",
            "null",
            "~",
            "<<",
            "=",
            "0",
            "017",
            "0o17",
            "-12",
            "+1",
            "1_000",
            "0x_1F",
            "0b1",
            "12:30:45",
            "1:30",
            "-1:30.5",
            "1.5",
            ".5",
            "1.",
            "1e3",
            "1.5E-3",
            ".inf",
            "-.INF",
            ".NaN",
            "2020-06-15",
            "2020-6-5",
            "2020-06-15T08:55:53.606Z",
            "2020-06-15 08:55:53 +08:00",
            "2020-06-15t08:55:53+8",
            "20200615",
        ] {
            let yaml = text(&json!({ other: [other] }));
            assert_eq!(yaml, format!("\"{other}\":\n- \"{other}\"\n"));
            assert_eq!(read(&yaml), json!({ other: [other] }));
        }
    }

    #[test]
    fn other_text_is_quoted_too() {
        for plain in [
            "SUCCESS",
            "nope",
            "5560df16-cebf-4473-95c4-d1b573c16e79",
            "3.1.0",
            "127.0.0.1",
            "127.0.0.1:8931",
            "2h",
            "1e",
            "e5",
            "0xyz",
            "2020-06",
            "2020-06-15-a",
        ] {
            let yaml = text(&json!([plain]));
            assert_eq!(yaml, format!("- \"{plain}\"\n"));
            assert_eq!(read(&yaml), json!([plain]));
        }
    }

    #[test]
    fn key_that_is_a_name_has_no_quotes() {
        let yaml = text(&json!({ "created_at": null, "x-csv": [], "no": {}, "200": 1, "_": 2 }));
        assert_eq!(
            yaml,
            "created_at: null\nx-csv: []\n\"no\": {}\n\"200\": 1\n\"_\": 2\n"
        );
    }

    #[test]
    fn nested_values_and_odd_text_are_read_unchanged() {
        let value = json!({
            "\u{e000}no\u{e000}": "no", "a\nno": "no\nyes", "'no'": " no", "n": null, "on": true,
            "x": [1, -2.5, "it's", "", "a: b", "# c", "\u{1b}]", "\"\\", "\u{85}\u{2028}\u{7f}\u{feff}"],
            "deep": [[1, [2, {}], []], { "a": [{ "b": { "c": [3] } }] }, { "d": {}, "e": "😀\t\r" }],
        });
        assert_eq!(read(&text(&value)), value);
        for value in [json!("a"), json!(1), json!(null), json!([]), json!({})] {
            assert_eq!(read(&text(&value)), value);
        }
    }

    #[test]
    fn invisible_characters_are_escaped_and_read_unchanged() {
        let value = json!({ "\u{202e}a": "x\u{202e}\u{2066}\u{200b}\u{ad}\u{e0041}y" });
        let yaml = text(&value);
        assert_eq!(
            yaml,
            "\"\\u202ea\": \"x\\u202e\\u2066\\u200b\\u00ad\\U000e0041y\"\n"
        );
        assert_eq!(read(&yaml), value);
    }

    #[test]
    fn number_with_exponent_is_a_number_in_yaml_1_1() {
        for (value, number) in [
            (json!(1e100), "1.0e+100\n"),
            (json!(2.5e-7), "2.5e-7\n"),
            (json!(-3e20), "-3.0e+20\n"),
        ] {
            assert_eq!(text(&value), number);
            assert_eq!(read(number), value);
        }
    }

    #[test]
    fn openapi_document_equals_the_committed_yaml() {
        let document = serde_json::from_str(include_str!("../../documents/openapi.json")).unwrap();
        let committed = include_str!("../../documents/openapi.yaml");
        assert_eq!(read(&text(&document)), document);
        assert_eq!(read(committed), document);
    }
}
