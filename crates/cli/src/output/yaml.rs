//! Any JSON as YAML that readers of YAML 1.1, which most are, take for the same.

use serde_json::{Map, Value};

use crate::failure::Failure;

/// Words that YAML 1.1 takes for something else than text, whatever their case.
const WORDS: [&str; 13] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "=", ".nan",
];

/// The document, with every text quoted that is a number, a time or a word like `no` to YAML 1.1. The emitter knows
/// only YAML 1.2, so such texts are marked for it and the marks become quotes.
pub(super) fn text(value: &Value) -> Result<String, Failure> {
    let plain = value.to_string();
    // A character of nobody's that the document does not hold; it has not room for all 6,400.
    let mark = ('\u{e000}'..='\u{f8ff}').find(|mark| !plain.contains(*mark));
    let mark = mark.ok_or_else(|| failed("it holds every character for private use"))?;
    let text = yaml_serde::to_string(&marked(value, mark));
    let text = text.map_err(|error| failed(&error.to_string()))?;
    Ok(text.replace(mark, "'"))
}

fn failed(why: &str) -> Failure {
    Failure::bad_input(format!("this cannot be written as YAML: {why}")).advice("use -o json")
}

fn marked(value: &Value, mark: char) -> Value {
    let text = |text: &str| match is_other(text) {
        true => format!("{mark}{text}{mark}"),
        false => text.to_owned(),
    };
    match value {
        Value::String(value) => Value::String(text(value)),
        Value::Array(values) => values.iter().map(|value| marked(value, mark)).collect(),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (text(name), marked(value, mark)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        value => value.clone(),
    }
}

/// Whether a plain scalar is something else than text to YAML 1.1.
fn is_other(text: &str) -> bool {
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || is_time(text) || is_number(text)
}

/// A date, with or without a time of day.
fn is_time(text: &str) -> bool {
    let (date, rest) = text.split_at(text.find(['T', 't', ' ']).unwrap_or(text.len()));
    let parts: Vec<&str> = date.split('-').collect();
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let is_date = matches!(parts[..], [year, month, day] if year.len() == 4
        && [month, day].iter().all(|part| matches!(part.len(), 1 | 2))
        && [year, month, day].into_iter().all(digits));
    is_date
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || "Tt :.+-Zz".contains(c))
}

/// A number: also in sixties (`12:30:45`), with underscores, in another base, or without an end.
fn is_number(text: &str) -> bool {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    if bare.eq_ignore_ascii_case(".inf") {
        return true;
    }
    let based = ["0x", "0o", "0b"].iter().any(|base| {
        bare.strip_prefix(base)
            .is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit() || c == '_'))
    });
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent.strip_prefix(['-', '+']).unwrap_or(exponent),
        ),
        None => (bare, "0"),
    };
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let in_mantissa = |c: char| c.is_ascii_digit() || "_:.".contains(c);
    based
        || (mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && mantissa.chars().all(in_mantissa)
            && mantissa.contains(|c: char| c.is_ascii_digit())
            && mantissa.matches('.').count() <= 1
            && digits(exponent))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_yaml_1_1_takes_for_something_else_is_quoted() {
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
        ] {
            let yaml = text(&json!({ other: [other] })).unwrap();
            assert_eq!(yaml, format!("'{other}':\n- '{other}'\n"));
            let read: Value = yaml_serde::from_str(&yaml).unwrap();
            assert_eq!(read, json!({ other: [other] }));
        }
    }

    #[test]
    fn what_is_text_anyway_stays_plain() {
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
            "20200615",
        ] {
            let yaml = text(&json!([plain])).unwrap();
            let expected = match plain {
                // A number in every YAML.
                "20200615" => format!("- '{plain}'\n"),
                plain => format!("- {plain}\n"),
            };
            assert_eq!(yaml, expected);
        }
    }

    #[test]
    fn other_types_and_odd_texts_come_back_as_they_were() {
        let value = json!({
            "\u{e000}no\u{e000}": "no", "a\nno": "no\nyes", "'no'": " no", "n": null, "on": true,
            "x": [1, -2.5, "it's", "", "a: b", "# c", "\u{1b}]"],
        });
        let read: Value = yaml_serde::from_str(&text(&value).unwrap()).unwrap();
        assert_eq!(read, value);
    }

    #[test]
    fn the_document_is_as_committed() {
        let document = serde_json::from_str(include_str!("../../../../spec/openapi.json")).unwrap();
        let committed = include_str!("../../../../spec/openapi.yaml");
        let (head, committed) = committed.split_once('\n').unwrap();
        assert!(head.starts_with("# Generated "), "{head}");
        assert!(text(&document).unwrap() == committed);
    }
}
