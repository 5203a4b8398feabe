//! Fields of text, integer and boolean take what loses nothing, and refuse the rest.

use hwtasks_api::dcs::{DcsTask, DetailsBody};
use hwtasks_api::{Capacity, TaskCount, TaskName};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde_json::{Value, json};

use super::{finite, text};

/// 2^53: from here on a double stands for more than one whole number.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn as_text(value: Value) -> Result<Option<String>, String> {
    let task = json!({ "id": "a", "user_name": value });
    let task: Result<DcsTask, _> = serde_json::from_value(task);
    task.map(|task| task.user_name)
        .map_err(|error| error.to_string())
}

fn as_id(value: Value) -> Result<String, String> {
    let task: Result<DcsTask, _> = serde_json::from_value(json!({ "id": value }));
    task.map(|task| task.id).map_err(|error| error.to_string())
}

fn as_integer(value: Value) -> Result<Option<i64>, String> {
    let details: Result<DetailsBody, _> = serde_json::from_value(json!({ "old_port": value }));
    details
        .map(|details| details.old_port)
        .map_err(|error| error.to_string())
}

fn as_boolean(value: Value) -> Result<Option<bool>, String> {
    let details: Result<DetailsBody, _> = serde_json::from_value(json!({ "enable_ssl": value }));
    details
        .map(|details| details.enable_ssl)
        .map_err(|error| error.to_string())
}

/// An integer as JSON spells it: no sign but a minus, no leading zero, no blank.
fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = text == "0" || (!digits.starts_with('0') && !digits.is_empty());
    let fits = || match text.starts_with('-') {
        true => digits <= "9223372036854775808",
        false => digits <= "9223372036854775807",
    };
    canonical
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() < 19 || (digits.len() == 19 && fits()))
}

proptest! {
    #[test]
    fn text_keeps_its_characters(text in text()) {
        prop_assert_eq!(as_id(json!(text)), Ok(text.clone()));
        prop_assert_eq!(as_text(json!(text)), Ok(Some(text)));
    }

    #[test]
    fn whole_number_as_text_is_its_digits(number in any::<i64>(), large in any::<u64>()) {
        prop_assert_eq!(as_text(json!(number)), Ok(Some(number.to_string())));
        prop_assert_eq!(as_text(json!(large)), Ok(Some(large.to_string())));
    }

    #[test]
    fn double_as_text_is_exact_or_fails(number in finite()) {
        match as_text(json!(number)) {
            Ok(text) => {
                prop_assert!(number.abs() < EXACT);
                let text = text.expect("some text");
                prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(number.to_bits()));
            }
            Err(error) => {
                prop_assert!(number.abs() >= EXACT, "{}", error);
                prop_assert!(error.contains("expected a string"), "{}", error);
            }
        }
    }

    #[test]
    fn integer_reads_number_and_text(number in any::<i64>()) {
        prop_assert_eq!(as_integer(json!(number)), Ok(Some(number)));
        prop_assert_eq!(as_integer(json!(number.to_string())), Ok(Some(number)));
        for spelling in [
            format!("+{number}"),
            format!("0{number}"),
            format!(" {number}"),
            format!("{number}\n"),
            format!("{number}.0"),
            format!("{number}e0"),
        ] {
            let error = as_integer(json!(spelling)).expect_err("the spelling is not canonical");
            prop_assert!(error.contains("an integer, or a string that spells one"), "{}", error);
        }
    }

    #[test]
    fn integer_from_other_text_fails(text in prop_oneof![text(), "-?[0-9]{17,20}"]) {
        match as_integer(json!(text)) {
            Ok(number) => {
                prop_assert!(is_canonical(&text));
                prop_assert_eq!(number.map(|number| number.to_string()), Some(text));
            }
            Err(_) => prop_assert!(!is_canonical(&text)),
        }
    }

    #[test]
    fn integer_from_double_is_exact_or_fails(number in finite()) {
        match as_integer(json!(number)) {
            Ok(integer) => prop_assert_eq!(integer.map(|integer| integer as f64), Some(number)),
            Err(error) => {
                prop_assert!(number.fract() != 0.0 || number.abs() >= EXACT, "{}", number);
                prop_assert!(error.contains("expected an integer"), "{}", error);
            }
        }
    }

    #[test]
    fn boolean_from_other_text_fails(text in text()) {
        match as_boolean(json!(text)) {
            Ok(value) => prop_assert_eq!(value.map(|value| value.to_string()), Some(text)),
            Err(error) => {
                prop_assert!(!["true", "false"].contains(&text.as_str()));
                prop_assert!(error.contains("a boolean, \"true\" or \"false\""), "{}", error);
            }
        }
    }

    #[test]
    fn boolean_from_number_fails(number in super::number()) {
        prop_assert!(as_boolean(number).is_err());
    }
}

#[test]
fn boolean_converts_to_text_and_back() {
    for value in [true, false] {
        assert_eq!(as_text(json!(value)), Ok(Some(value.to_string())));
        assert_eq!(as_boolean(json!(value)), Ok(Some(value)));
        assert_eq!(as_boolean(json!(value.to_string())), Ok(Some(value)));
        assert!(as_integer(json!(value)).is_err());
    }
}

#[test]
fn null_in_optional_field_is_none() {
    assert_eq!(as_text(Value::Null), Ok(None));
    assert_eq!(as_integer(Value::Null), Ok(None));
    assert_eq!(as_boolean(Value::Null), Ok(None));
    let error = as_id(Value::Null).expect_err("an ID is required");
    assert!(error.contains("null, expected a string"), "{error}");
}

#[test]
fn arrays_and_objects_as_scalars_fail() {
    for value in [json!([]), json!(["a"]), json!({}), json!({ "a": "b" })] {
        for (error, expected) in [
            (as_text(value.clone()).map(drop), "expected a string"),
            (as_id(value.clone()).map(drop), "expected a string"),
            (as_integer(value.clone()).map(drop), "expected an integer"),
            (as_boolean(value.clone()).map(drop), "expected a boolean"),
        ] {
            let error = error.expect_err("it is rejected");
            assert!(error.contains(expected), "{value}: {error}");
        }
    }
}

#[test]
fn array_of_texts_converts_each_element() {
    let read = |value: Value| -> Result<DetailsBody, _> {
        serde_json::from_value(json!({ "rename_commands": value }))
    };
    let details = read(json!(["keys", 7, true])).expect("numbers and booleans become text");
    let names = ["keys", "7", "true"].map(str::to_owned).to_vec();
    assert_eq!(details.rename_commands, Some(names));
    assert_eq!(
        read(Value::Null).expect("null is accepted").rename_commands,
        None
    );
    for (value, expected) in [
        (json!("keys"), "expected an array of strings"),
        (json!({}), "expected an array of strings"),
        (json!([null]), "expected a string"),
        (json!([["keys"]]), "expected a string"),
    ] {
        let error = read(value.clone()).expect_err("it is rejected").to_string();
        assert!(error.contains(expected), "{value}: {error}");
    }
}

#[test]
fn text_edge_cases() {
    for (json, expected) in [
        ("1e2", Some("100")),
        ("-0", Some("-0")),
        ("1.50", Some("1.5")),
        (r#""""#, Some("")),
        ("18446744073709551615", Some("18446744073709551615")),
        ("-9223372036854775808", Some("-9223372036854775808")),
        ("9007199254740991.0", Some("9007199254740991")),
        ("9007199254740993.0", None),
        ("123456789012345678901234567890", None),
    ] {
        let value: Value = serde_json::from_str(json).expect("it is JSON");
        let text = as_text(value).ok().map(|text| text.expect("some text"));
        assert_eq!(text.as_deref(), expected, "{json}");
    }
}

#[test]
fn integer_edge_cases() {
    for (json, expected) in [
        ("1e2", Some(100)),
        ("-0", Some(0)),
        ("1.5", None),
        (r#""""#, None),
        (r#""-0""#, None),
        (r#""00""#, None),
        (r#""６３７９""#, None),
        (r#""0x10""#, None),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("18446744073709551615", None),
        (r#""9223372036854775808""#, None),
        ("123456789012345678901234567890", None),
    ] {
        let value: Value = serde_json::from_str(json).expect("it is JSON");
        let number = as_integer(value)
            .ok()
            .map(|number| number.expect("it is a number"));
        assert_eq!(number, expected, "{json}");
    }
    let error = as_integer(json!(u64::MAX)).expect_err("the number is too large");
    assert!(error.contains("18446744073709551615"), "{error}");
}

/// A number as serde_json hands it on under its feature `arbitrary_precision`, which any crate of
/// a build may turn on for all.
fn digits(
    digits: &str,
) -> MapDeserializer<'_, std::iter::Once<(&'static str, &str)>, serde::de::value::Error> {
    MapDeserializer::new(std::iter::once(("$serde_json::private::Number", digits)))
}

#[test]
fn arbitrary_precision_number_reads_as_number() {
    let capacity = Capacity::deserialize(digits("0.125")).expect("the capacity is decoded");
    assert_eq!(
        serde_json::to_value(capacity).expect("it is JSON"),
        json!(0.125)
    );
    for (text, expected) in [("4", json!(4)), ("-4", json!(-4)), ("1e2", json!(100.0))] {
        let count = TaskCount::deserialize(digits(text)).expect("the count is decoded");
        assert_eq!(serde_json::to_value(count).expect("it is JSON"), expected);
    }
    let name = TaskName::deserialize(digits("1.5")).expect("a number becomes a name");
    assert_eq!(name.as_str(), "1.5");
    let details = |text| {
        let port = std::iter::once(("old_port", digits(text)));
        DetailsBody::deserialize(MapDeserializer::<_, serde::de::value::Error>::new(port))
    };
    assert_eq!(details("1e2").expect("an integer").old_port, Some(100));
    let error = details("1.5").expect_err("not whole").to_string();
    assert!(error.contains("expected an integer"), "{error}");
    for text in ["", "four", "1e999", "NaN"] {
        let error = TaskCount::deserialize(digits(text))
            .expect_err("the value is not a number")
            .to_string();
        assert!(
            error.contains("expected a string or a number"),
            "{text}: {error}"
        );
    }
}
