//! What a scalar accepts is written back as it came.

use hwtasks_api::{Capacity, ErrorCode, TaskCount, TaskName, TaskStatus, Timestamp};
use proptest::prelude::*;
use serde::de::value::I64Deserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{again, string_or_number, text, text_again};

fn kept<T: DeserializeOwned + Serialize>(value: &Value) -> Result<(), TestCaseError> {
    let written = again::<T>(value).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&written, value);
    let json = value.to_string();
    let written = text_again::<T>(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(written, json);
    Ok(())
}

proptest! {
    #[test]
    fn string_or_number_round_trips(value in string_or_number()) {
        kept::<TaskCount>(&value)?;
        kept::<Capacity>(&value)?;
        kept::<Timestamp>(&value)?;
        kept::<ErrorCode>(&value)?;
    }

    #[test]
    fn open_set_name_round_trips(text in text()) {
        let value = Value::from(text.as_str());
        kept::<TaskStatus>(&value)?;
        kept::<TaskName>(&value)?;
        prop_assert_eq!(TaskStatus::from(text.as_str()).to_string(), text.clone());
        prop_assert_eq!(TaskName::from(text.clone()).to_string(), text);
    }

    #[test]
    fn number_display_parses_to_the_number(value in super::number()) {
        let code: ErrorCode = serde_json::from_value(value.clone()).expect("it is a number");
        prop_assert_eq!(code.to_text().parse().ok(), value.as_f64());
        prop_assert_eq!(code.as_str(), None);
        prop_assert!(!code.is_unset());
    }

    #[test]
    fn count_from_text_equals_number(count in any::<u64>()) {
        for value in [json!(count), json!(count.to_string())] {
            let read: TaskCount = serde_json::from_value(value).expect("the count is decoded");
            prop_assert_eq!(read.get(), Some(count));
        }
    }

    #[test]
    fn capacity_from_text_equals_number(gigabytes in super::finite()) {
        for value in [json!(gigabytes), json!(gigabytes.to_string())] {
            let read: Capacity = serde_json::from_value(value).expect("the capacity is decoded");
            prop_assert_eq!(read.gigabytes(), Some(gigabytes));
        }
    }
}

#[test]
fn string_or_number_from_other_type_fails() {
    for value in [
        json!(null),
        json!(true),
        json!([]),
        json!(["1"]),
        json!({}),
        json!({ "a": 1 }),
    ] {
        let errors = [
            again::<TaskCount>(&value),
            again::<Capacity>(&value),
            again::<Timestamp>(&value),
            again::<ErrorCode>(&value),
        ];
        for error in errors {
            let error = error.expect_err("it fails").to_string();
            assert!(
                error.contains("expected a string or a number"),
                "{value}: {error}"
            );
        }
    }
}

#[test]
fn known_name_round_trips() {
    for (text, meaning) in TaskStatus::KNOWN {
        assert!(
            !matches!(TaskStatus::from(*text), TaskStatus::Unknown(_)),
            "{text}: {meaning}"
        );
        let lower = text.to_lowercase();
        assert_eq!(TaskStatus::from(lower.as_str()), TaskStatus::Unknown(lower));
    }
    for (text, meaning) in TaskName::KNOWN {
        assert!(
            !matches!(TaskName::from(*text), TaskName::Unknown(_)),
            "{text}: {meaning}"
        );
    }
}

fn count(json: &str) -> Option<u64> {
    serde_json::from_str::<TaskCount>(json)
        .expect("strings and numbers are decoded")
        .get()
}

fn gigabytes(json: &str) -> Option<f64> {
    serde_json::from_str::<Capacity>(json)
        .expect("strings and numbers are decoded")
        .gigabytes()
}

#[test]
fn count_edge_cases() {
    for (json, expected) in [
        (r#""""#, None),
        (r#"" ""#, None),
        (r#"" 4 ""#, Some(4)),
        (r#""-1""#, None),
        (r#""1.5""#, None),
        (r#""many""#, None),
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-1", None),
        ("1.5", None),
        ("1e2", Some(100)),
        ("18446744073709551615", Some(u64::MAX)),
        (r#""18446744073709551615""#, Some(u64::MAX)),
        (r#""18446744073709551616""#, None),
        // From 2^53 on, a double stands for more than one whole number.
        ("9007199254740991.0", Some(9_007_199_254_740_991)),
        ("9007199254740992.0", None),
        ("9007199254740993.0", None),
        ("123456789012345678901234567890", None),
        ("1e300", None),
    ] {
        assert_eq!(count(json), expected, "{json}");
    }
}

#[test]
fn count_from_signed_number_is_read() {
    for (signed, expected) in [(4_i64, Some(4)), (0, Some(0)), (-1, None)] {
        let number: I64Deserializer<serde_json::Error> = signed.into_deserializer();
        let count = TaskCount::deserialize(number).expect("the count is decoded");
        assert_eq!(count.get(), expected);
    }
}

#[test]
fn capacity_edge_cases() {
    for (json, expected) in [
        (r#""""#, None),
        (r#""0.125""#, Some(0.125)),
        (r#"" 0.125 ""#, Some(0.125)),
        (r#""1e2""#, Some(100.0)),
        (r#""1 GB""#, None),
        (r#""NaN""#, None),
        (r#""inf""#, None),
        (r#""1e999""#, None),
        ("1e2", Some(100.0)),
        ("0.125", Some(0.125)),
        ("-0", Some(-0.0)),
        ("64", Some(64.0)),
        (
            "123456789012345678901234567890",
            Some(123_456_789_012_345_678_901_234_567_890.0),
        ),
    ] {
        assert_eq!(gigabytes(json), expected, "{json}");
    }
    for nothing in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(Capacity::from_gigabytes(nothing).is_unset());
    }
}

#[test]
fn edge_cases_round_trip() {
    for (json, written) in [
        (r#""""#, r#""""#),
        (r#""1e2""#, r#""1e2""#),
        ("1e2", "100.0"),
        ("-0", "-0.0"),
        ("0", "0"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615", "18446744073709551615"),
        (
            r#""123456789012345678901234567890""#,
            r#""123456789012345678901234567890""#,
        ),
    ] {
        assert_eq!(text_again::<TaskCount>(json).expect(json), written);
        assert_eq!(text_again::<Capacity>(json).expect(json), written);
        assert_eq!(text_again::<ErrorCode>(json).expect(json), written);
        assert_eq!(text_again::<Timestamp>(json).expect(json), written);
    }
}

#[test]
fn number_past_64_bits_is_a_double() {
    let json = "123456789012345678901234567890";
    let written = text_again::<TaskCount>(json).expect("it is a number");
    assert_eq!(written.parse(), json.parse::<f64>());
    assert!(written.contains('e'), "{written}");
    let string = format!("{json:?}");
    assert_eq!(text_again::<TaskCount>(&string).expect("a string"), string);
}

#[test]
fn timestamp_edge_cases() {
    for (json, expected) in [
        (r#""""#, None),
        (r#""2020-06-17T07:38:42.503Z""#, Some(1_592_379_522_503)),
        (
            r#""2020-06-17T15:38:42.503+08:00""#,
            Some(1_592_379_522_503),
        ),
        (r#""2020-06-17T07:38:42.503""#, None),
        (r#""20200617073842""#, None),
        (r#""2021-02-30T00:00:00Z""#, None),
        ("1592379522503", Some(1_592_379_522_503)),
        ("-1", Some(-1)),
        ("-0", Some(0)),
        ("1e3", Some(1000)),
        ("1592379522503.0", Some(1_592_379_522_503)),
        ("1.5", None),
        ("1e300", None),
        ("18446744073709551615", None),
        ("9223372036854775807", None),
    ] {
        let time: Timestamp = serde_json::from_str(json).expect("strings and numbers are decoded");
        assert_eq!(
            time.get().map(|time| time.as_millisecond()),
            expected,
            "{json}"
        );
        match (time.parse(), expected) {
            (Ok(_), Some(_)) => {}
            (Err(error), None) => {
                assert!(error.to_string().contains("is not a time like"), "{error}")
            }
            (parsed, _) => panic!("{json}: {parsed:?}"),
        }
    }
}
