//! The bounds of a time window: what is rounded, what is written, what is refused.

use hwtasks_api::{CompactTime, Timestamp};
use jiff::{SignedDuration, Timestamp as Instant};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{again, text};

/// 0000-01-01T00:00:00Z, in nanoseconds.
const FIRST: i128 = -62_167_219_200_000_000_000;
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Any instant of the years 0 to 9999 that jiff knows; many lie beside a whole second.
fn instant() -> impl Strategy<Value = Instant> {
    let last = Instant::MAX.as_nanosecond();
    let anywhere = FIRST..=last;
    let beside = (FIRST / 1_000_000_000..last / 1_000_000_000, -1..=1_i128)
        .prop_map(|(second, off)| second * 1_000_000_000 + off);
    let near_1970 = -3_000_000_000..3_000_000_000_i128;
    prop_oneof![anywhere, beside, near_1970].prop_filter_map("a known instant", |nanosecond| {
        let instant = Instant::from_nanosecond(nanosecond).ok()?;
        (nanosecond >= FIRST).then_some(instant)
    })
}

fn parse(text: &str) -> Result<CompactTime, String> {
    text.parse::<CompactTime>()
        .map_err(|error| error.to_string())
}

proptest! {
    #[test]
    fn floor_and_ceil_stay_within_a_second(instant in instant()) {
        let floor = CompactTime::floor(instant).expect("the year has four digits").timestamp();
        prop_assert!(floor <= instant && instant.duration_since(floor) < SECOND);
        match CompactTime::ceil(instant) {
            Ok(ceil) => {
                let ceil = ceil.timestamp();
                prop_assert!(instant <= ceil && ceil.duration_since(instant) < SECOND);
                let whole = instant.subsec_nanosecond() == 0;
                prop_assert_eq!(floor == ceil, whole);
            }
            Err(_) => prop_assert!(Instant::MAX.duration_since(instant) < SECOND),
        }
    }

    #[test]
    fn compact_time_round_trips(instant in instant()) {
        let time = CompactTime::floor(instant).expect("the year has four digits");
        let text = time.to_string();
        prop_assert_eq!(text.len(), 14);
        prop_assert!(text.bytes().all(|b| b.is_ascii_digit()));
        prop_assert_eq!(parse(&text), Ok(time));
        prop_assert_eq!(CompactTime::floor(time.timestamp()), Ok(time));
        prop_assert_eq!(CompactTime::ceil(time.timestamp()), Ok(time));
        let value = Value::from(text);
        prop_assert_eq!(again::<CompactTime>(&value).ok(), Some(value));
    }

    #[test]
    fn compact_time_text_sorts_like_time(one in instant(), other in instant()) {
        let [one, other] = [one, other].map(|t| CompactTime::floor(t).expect("the year has four digits"));
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
        prop_assert_eq!(one.cmp(&other), one.timestamp().cmp(&other.timestamp()));
    }

    #[test]
    fn compact_time_text_round_trips(text in prop_oneof![text(), "[0-9]{14}", "[0-9]{4}[01][0-9][0-3][0-9][0-2][0-9][0-5][0-9][0-6][0-9]"]) {
        match text.parse::<CompactTime>() {
            Ok(time) => {
                prop_assert_eq!(time.to_string(), text);
                prop_assert_eq!(CompactTime::floor(time.timestamp()), Ok(time));
            }
            Err(error) => {
                prop_assert!(error.to_string().contains("is not a time like 20200609160000"));
                prop_assert!(text.starts_with(error.value()));
            }
        }
    }

    #[test]
    fn timestamp_from_instant_returns_the_instant(millisecond in -62_167_219_200_000..=253_402_207_200_000_i64) {
        let instant = Instant::from_millisecond(millisecond).expect("the time is in range");
        let time = Timestamp::from(instant);
        prop_assert_eq!(time.get(), Some(instant));
        let text = time.as_str().expect("it is text").to_owned();
        prop_assert!(text.len() == "2020-06-17T07:38:42.503Z".len() && text.ends_with('Z'), "{}", text);
    }

    #[test]
    fn timestamp_from_milliseconds_returns_the_instant(millisecond in any::<i64>()) {
        let time: Timestamp = serde_json::from_value(json!(millisecond)).expect("it is a number");
        prop_assert_eq!(time.get(), Instant::from_millisecond(millisecond).ok());
    }
}

#[test]
fn edge_cases_that_parse() {
    for (text, instant) in [
        ("00000101000000", "0000-01-01T00:00:00Z"),
        ("00000229000000", "0000-02-29T00:00:00Z"),
        ("19691231235959", "1969-12-31T23:59:59Z"),
        ("20240229235959", "2024-02-29T23:59:59Z"),
        // The last whole second that every offset of the world still has a date for.
        ("99991230220000", "9999-12-30T22:00:00Z"),
        // What people write for "no upper bound": jiff's last instant stands for it.
        ("99991230220001", "9999-12-30T22:00:00.999999999Z"),
        ("99991231235959", "9999-12-30T22:00:00.999999999Z"),
    ] {
        let time = parse(text).expect(text);
        assert_eq!(time.timestamp().to_string(), instant);
        assert_eq!(time.to_string(), text);
    }
    let number = json!(20_200_609_160_000_u64);
    assert_eq!(
        again::<CompactTime>(&number).expect("the number has 14 digits"),
        json!("20200609160000")
    );
}

#[test]
fn edge_cases_that_fail() {
    for text in [
        "",
        "0",
        "2020060916000",
        "202006091600000",
        "2020-06-09T16:00:00Z",
        "2020060916000Z",
        " 0200609160000",
        "+0200609160000",
        "-0010101000000",
        "２０２００６０９１６００００",
        "٢٠٢٠٠٦٠٩١٦٠٠٠٠",
        // 14 bytes, not 14 digits.
        "202006091600é",
        "20200230000000",
        "20210229000000",
        "20200001000000",
        "20201301000000",
        "20200100000000",
        "20200609240000",
        "20200609166000",
        "20200609160060",
    ] {
        let error = parse(text).expect_err(text);
        assert!(
            error.contains("is not a time like 20200609160000: "),
            "{error}"
        );
        assert!(error.contains(&format!("{text:?}")), "{error}");
    }
    for value in [
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!(1.5),
        json!(-1),
    ] {
        assert!(again::<CompactTime>(&value).is_err(), "{value}");
    }
    let long = "1".repeat(1000);
    assert!(parse(&long).expect_err("the text is too long").len() < 200);
}

#[test]
fn years_beyond_four_digits_fail() {
    let before: Instant = "-000001-12-31T23:59:59Z"
        .parse()
        .expect("jiff accepts the year");
    assert!(CompactTime::floor(before).is_err());
    assert!(CompactTime::ceil(before).is_err());
    let fraction: Instant = "-000001-12-31T23:59:59.5Z"
        .parse()
        .expect("jiff accepts the year");
    assert!(CompactTime::floor(fraction).is_err());
    assert_eq!(
        CompactTime::ceil(fraction).map(|t| t.to_string()),
        Ok("00000101000000".to_owned())
    );

    assert!(CompactTime::ceil(Instant::MAX).is_err());
    let last = CompactTime::floor(Instant::MAX).map(|t| t.to_string());
    assert_eq!(last, Ok("99991230220000".to_owned()));
    assert!(CompactTime::floor(Instant::MIN).is_err());
    assert!(CompactTime::ceil(Instant::MIN).is_err());
}

#[test]
fn fractions_before_1970_round_consistently() {
    let half: Instant = "1969-12-31T23:59:58.5Z".parse().expect("it is a time");
    assert_eq!(
        CompactTime::floor(half),
        Ok("19691231235958".parse().expect("it is a time"))
    );
    assert_eq!(
        CompactTime::ceil(half),
        Ok("19691231235959".parse().expect("it is a time"))
    );
    let last: Instant = "1969-12-31T23:59:59.999999999Z"
        .parse()
        .expect("it is a time");
    assert_eq!(
        CompactTime::floor(last),
        Ok("19691231235959".parse().expect("it is a time"))
    );
    assert_eq!(
        CompactTime::ceil(last),
        Ok("19700101000000".parse().expect("it is a time"))
    );
}
