//! Fields of text, integer and boolean take what loses nothing; the rest is kept among the other members.

use std::fmt::Debug;

use hwtasks_api::dcs::{DcsTask, DetailsBody};
use hwtasks_api::{Capacity, OtherMembers, TaskCount, TaskName};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde_json::{Value, json};

use super::{finite, text};

/// 2^53: from here on a double stands for more than one whole number.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The typed value, or the member that was kept because its type is unexpected.
fn typed<T>(field: T, other: &OtherMembers, key: &str) -> Result<T, Value>
where
    T: Default + Debug + PartialEq,
{
    match other.get(key) {
        Some(odd) => {
            assert_eq!(field, T::default(), "{odd}");
            Err(odd.clone())
        }
        None => Ok(field),
    }
}

fn as_text(value: Value) -> Result<Option<String>, Value> {
    let task = json!({ "id": "a", "user_name": value });
    let mut task: DcsTask = serde_json::from_value(task).expect("the task is decoded");
    typed(task.user_name.take(), task.other(), "user_name")
}

fn as_id(value: Value) -> Result<String, Value> {
    let task: DcsTask =
        serde_json::from_value(json!({ "id": value })).expect("the task is decoded");
    typed(task.id.clone(), task.other(), "id")
}

fn details(details: Value) -> DetailsBody {
    serde_json::from_value(details).expect("the details are decoded")
}

fn as_integer(value: Value) -> Result<Option<i64>, Value> {
    let details = details(json!({ "old_port": value }));
    typed(details.old_port, details.other(), "old_port")
}

fn as_boolean(value: Value) -> Result<Option<bool>, Value> {
    let details = details(json!({ "enable_ssl": value }));
    typed(details.enable_ssl, details.other(), "enable_ssl")
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
    fn double_as_text_is_exact_or_odd(number in finite()) {
        match as_text(json!(number)) {
            Ok(text) => {
                prop_assert!(number.abs() < EXACT);
                let text = text.expect("some text");
                // Zero has no sign.
                let expected = (number + 0.0).to_bits();
                prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(expected));
            }
            Err(odd) => {
                prop_assert!(number.abs() >= EXACT, "{}", odd);
                prop_assert_eq!(odd, json!(number));
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
            prop_assert_eq!(as_integer(json!(spelling)), Err(json!(spelling)));
        }
    }

    #[test]
    fn integer_from_other_text_is_odd(text in prop_oneof![text(), "-?[0-9]{17,20}"]) {
        match as_integer(json!(text)) {
            Ok(number) => {
                prop_assert!(is_canonical(&text));
                prop_assert_eq!(number.map(|number| number.to_string()), Some(text));
            }
            Err(odd) => {
                prop_assert!(!is_canonical(&text));
                prop_assert_eq!(odd, json!(text));
            }
        }
    }

    #[test]
    fn integer_from_double_is_exact_or_odd(number in finite()) {
        match as_integer(json!(number)) {
            Ok(integer) => prop_assert_eq!(integer.map(|integer| integer as f64), Some(number)),
            Err(odd) => {
                prop_assert!(number.fract() != 0.0 || number.abs() >= EXACT, "{}", number);
                prop_assert_eq!(odd, json!(number));
            }
        }
    }

    #[test]
    fn boolean_from_other_text_is_odd(text in text()) {
        match as_boolean(json!(text)) {
            Ok(value) => prop_assert_eq!(value.map(|value| value.to_string()), Some(text)),
            Err(odd) => {
                prop_assert!(!["true", "false"].contains(&text.as_str()));
                prop_assert_eq!(odd, json!(text));
            }
        }
    }

    #[test]
    fn boolean_from_number_is_odd(number in super::number()) {
        prop_assert_eq!(as_boolean(number.clone()), Err(number));
    }
}

#[test]
fn boolean_converts_to_text_and_back() {
    for value in [true, false] {
        assert_eq!(as_text(json!(value)), Ok(Some(value.to_string())));
        assert_eq!(as_boolean(json!(value)), Ok(Some(value)));
        assert_eq!(as_boolean(json!(value.to_string())), Ok(Some(value)));
        assert_eq!(as_integer(json!(value)), Err(json!(value)));
    }
}

#[test]
fn null_in_optional_field_is_none() {
    assert_eq!(as_text(Value::Null), Ok(None));
    assert_eq!(as_integer(Value::Null), Ok(None));
    assert_eq!(as_boolean(Value::Null), Ok(None));
    assert_eq!(as_id(Value::Null), Ok(String::new()));
}

#[test]
fn arrays_and_objects_as_scalars_are_odd() {
    for value in [json!([]), json!(["a"]), json!({}), json!({ "a": "b" })] {
        for odd in [
            as_text(value.clone()).map(drop),
            as_id(value.clone()).map(drop),
            as_integer(value.clone()).map(drop),
            as_boolean(value.clone()).map(drop),
        ] {
            assert_eq!(odd, Err(value.clone()));
        }
    }
}

#[test]
fn array_of_texts_converts_each_element() {
    let read = |value: Value| {
        let details = details(json!({ "rename_commands": value }));
        typed(
            details.rename_commands.clone(),
            details.other(),
            "rename_commands",
        )
    };
    let names = ["keys", "7", "true"].map(str::to_owned).to_vec();
    assert_eq!(read(json!(["keys", 7, true])), Ok(Some(names)));
    assert_eq!(read(json!([])), Ok(Some(vec![])));
    assert_eq!(read(Value::Null), Ok(None));
    for value in [
        json!("keys"),
        json!({}),
        json!([null]),
        json!(["keys", 7, ["keys"]]),
    ] {
        assert_eq!(read(value.clone()), Err(value));
    }
}

#[test]
fn text_edge_cases() {
    for (json, expected) in [
        ("1e2", Some("100")),
        ("-0", Some("0")),
        ("-0.0", Some("0")),
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
    assert_eq!(as_integer(json!(u64::MAX)), Err(json!(u64::MAX)));
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
    let odd = details("1.5").expect("the details are decoded");
    assert_eq!(odd.old_port, None);
    assert_eq!(odd.other().get("old_port"), Some(&json!(1.5)));
    let task = std::iter::once(("details", digits("1")));
    let task = DcsTask::deserialize(MapDeserializer::<_, serde::de::value::Error>::new(task));
    let task = task.expect("the task is decoded");
    assert_eq!(task.details, None);
    assert_eq!(task.other().get("details"), Some(&json!(1)));
    let error = DcsTask::deserialize(digits("1")).expect_err("it is no object");
    assert!(
        error.to_string().contains("expected a JSON object"),
        "{error}"
    );
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
