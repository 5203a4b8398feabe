//! The format of `X-Sdk-Date`: `YYYYMMDDTHHMMSSZ`, in UTC and whole seconds.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Timestamp, tz::TimeZone};

/// Formats a time. Returns `None` unless the year has four digits.
pub(crate) fn format(time: Timestamp) -> Option<String> {
    let t = Offset::UTC.to_datetime(time);
    let year = u16::try_from(t.year()).ok()?;
    let century = u8::try_from(year / 100).ok()?;
    let in_century = u8::try_from(year % 100).ok()?;
    let [month, day, hour, minute, second] =
        [t.month(), t.day(), t.hour(), t.minute(), t.second()].map(i8::unsigned_abs);
    // Written digit by digit because format! would take a tenth of the signing time.
    let mut text = String::with_capacity(16);
    push_pairs(&mut text, &[century, in_century, month, day]);
    text.push('T');
    push_pairs(&mut text, &[hour, minute, second]);
    text.push('Z');
    Some(text)
}

fn push_pairs(text: &mut String, numbers: &[u8]) {
    for number in numbers {
        text.push(char::from(b'0' + number / 10));
        text.push(char::from(b'0' + number % 10));
    }
}

/// Parses a time. Returns `None` unless the text has exactly this format and the date exists.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = &bytes[from..to];
        digits.iter().all(u8::is_ascii_digit).then(|| {
            digits
                .iter()
                .fold(0i16, |n, digit| n * 10 + i16::from(digit - b'0'))
        })
    };
    let small = |from: usize| number(from, from + 2).and_then(|n| i8::try_from(n).ok());
    let civil = DateTime::new(
        number(0, 4)?,
        small(4)?,
        small(6)?,
        small(9)?,
        small(11)?,
        small(13)?,
        0,
    )
    .ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_survives_round_trip() {
        let time: Timestamp = "2020-06-17T08:18:06.999Z".parse().unwrap();
        assert_eq!(format(time).as_deref(), Some("20200617T081806Z"));
        assert_eq!(
            parse("20200617T081806Z"),
            Some("2020-06-17T08:18:06Z".parse().unwrap())
        );
        assert_eq!(format(Timestamp::MIN), None);
    }

    #[test]
    fn parse_other_format_returns_none() {
        for bad in [
            "",
            "20200617T081806",
            "20200617 081806Z",
            "20200230T081806Z",
            "20200617T241806Z",
            "+2200617T081806Z",
            "2020061７T0818Z",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
