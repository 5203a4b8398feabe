//! Times in the formats of the bodies and of the query parameters.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::string_or_number::{StringOrNumber, string_or_number};

string_or_number! {
    /// Time in a response body, kept as received and parsed on demand.
    ///
    /// The documents show RFC 3339 text in UTC with milliseconds (`2020-06-17T07:38:42.503Z`). V1.0
    /// shows `""` for "unset". Text that is not a time is kept, so that one odd value does not make
    /// the page unreadable.
    ///
    /// ```
    /// use hwtasks_api::Timestamp;
    ///
    /// let created = Timestamp::from("2020-06-17T07:38:42.503Z");
    /// assert_eq!(created.get().map(|t| t.as_millisecond()), Some(1_592_379_522_503));
    /// assert!(Timestamp::from("").is_unset());
    /// ```
    Timestamp
}

impl Timestamp {
    /// Returns the time, or `None` if it is unset or not a time.
    pub fn get(&self) -> Option<jiff::Timestamp> {
        self.parse().ok()
    }

    /// Parses RFC 3339 text, or a whole JSON number of milliseconds since 1970-01-01 UTC.
    ///
    /// The seconds and the offset are required. A leap second is the second before it. Digits past
    /// the ninth of a fraction are cut off. The range is the years 0 to 9999 in UTC, up to
    /// [`jiff::Timestamp::MAX`].
    ///
    /// # Errors
    ///
    /// If the value is unset ([`is_unset`](Self::is_unset)) or not a time. The error contains the
    /// value.
    pub fn parse(&self) -> Result<jiff::Timestamp, TimeError> {
        let fail = |reason: String| TimeError::new(&self.0.to_text(), EXAMPLE_TIME, reason);
        let read = match &self.0 {
            StringOrNumber::Text(text) if text.is_empty() => {
                return Err(fail("it is unset".into()));
            }
            StringOrNumber::Text(text) => match rfc_3339(text) {
                Some(text) => text.parse(),
                None => return Err(fail("it is not RFC 3339 with an offset from UTC".into())),
            },
            StringOrNumber::Signed(value) => jiff::Timestamp::from_millisecond(*value),
            StringOrNumber::Unsigned(value) => {
                // Saturates to a value that jiff rejects: i64 milliseconds exceed its range.
                jiff::Timestamp::from_millisecond(i64::try_from(*value).unwrap_or(i64::MAX))
            }
            StringOrNumber::Float(value) if value.fract() == 0.0 => {
                // Saturates likewise. A time has fewer digits than a double.
                jiff::Timestamp::from_millisecond(*value as i64)
            }
            StringOrNumber::Float(_) => return Err(fail("it is not a whole number".into())),
        };
        match read {
            Ok(time) if time < FIRST => Err(fail("it is before the year 0".into())),
            Ok(time) => Ok(time),
            Err(e) => Err(fail(e.to_string())),
        }
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Formats the time as the documents do: UTC with milliseconds.
    fn from(time: jiff::Timestamp) -> Self {
        Self(StringOrNumber::Text(format!("{time:.3}")))
    }
}

/// Bound of a time window in a query: `yyyyMMddHHmmss`, in UTC, with second precision.
///
/// The DCS document says UTC. The Kafka document gives no time zone and shows the same digits.
///
/// ```
/// use hwtasks_api::CompactTime;
///
/// let bound: CompactTime = "20200609160000".parse()?;
/// assert_eq!(bound.timestamp().to_string(), "2020-06-09T16:00:00Z");
/// assert_eq!(bound.to_string(), "20200609160000");
/// # Ok::<(), hwtasks_api::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompactTime(DateTime);

impl CompactTime {
    /// Rounds `time` down to a whole second. Use it for the start of a time window.
    ///
    /// # Errors
    ///
    /// If `time` is before the year 0, which four digits cannot represent.
    pub fn floor(time: jiff::Timestamp) -> Result<Self, TimeError> {
        let mut seconds = time.as_second();
        if time.subsec_nanosecond() < 0 {
            seconds -= 1;
        }
        Self::from_second(seconds)
    }

    /// Rounds `time` up to a whole second. Use it for the end of a time window.
    ///
    /// # Errors
    ///
    /// If `time` is before the year 0, or rounds up past the last representable second.
    pub fn ceil(time: jiff::Timestamp) -> Result<Self, TimeError> {
        let mut seconds = time.as_second();
        if time.subsec_nanosecond() > 0 {
            seconds += 1;
        }
        Self::from_second(seconds)
    }

    fn from_second(seconds: i64) -> Result<Self, TimeError> {
        let time = jiff::Timestamp::from_second(seconds)
            .map_err(|e| TimeError::new(&seconds.to_string(), EXAMPLE_BOUND, e.to_string()))?;
        let civil = Offset::UTC.to_datetime(time);
        if civil.year() < 0 {
            let reason = "its year does not have four digits".to_owned();
            return Err(TimeError::new(&time.to_string(), EXAMPLE_BOUND, reason));
        }
        Ok(Self(civil))
    }

    /// Converts the bound to a timestamp. Bounds past 9999-12-30T22:00:00Z, the range of jiff, become
    /// [`jiff::Timestamp::MAX`].
    pub fn timestamp(self) -> jiff::Timestamp {
        Offset::UTC
            .to_timestamp(self.0)
            .unwrap_or(jiff::Timestamp::MAX)
    }
}

/// 0000-01-01T00:00:00Z.
const FIRST: jiff::Timestamp = jiff::Timestamp::constant(-62_167_219_200, 0);

/// Returns the text if it has the form of RFC 3339, with at most nine digits of the fraction, which
/// are all that jiff reads. The values of the digits are left to jiff, but for the offset.
fn rfc_3339(text: &str) -> Option<Cow<'_, str>> {
    const FORM: &[u8; 19] = b"0000-00-00T00:00:00";
    let (time, rest) = text.as_bytes().split_at_checked(FORM.len())?;
    let has_form = time.iter().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        form => byte == form,
    });
    if !has_form {
        return None;
    }
    let digits = match rest.split_first()? {
        (b'.', rest) => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    let fraction = match rest.first() {
        Some(b'.') if digits == 0 => return None,
        Some(b'.') => digits + 1,
        _ => 0,
    };
    let is_offset = match &rest[fraction..] {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', hours @ .., b':', tens @ b'0'..=b'5', units] if hours.len() == 2 => {
            let is_digits = hours.iter().chain([tens, units]).all(u8::is_ascii_digit);
            is_digits && hours < &b"24"[..]
        }
        _ => false,
    };
    if !is_offset {
        return None;
    }
    if digits <= 9 {
        return Some(Cow::Borrowed(text));
    }
    // ASCII so far, so the text can be cut at any byte.
    let (kept, offset) = (FORM.len() + 10, FORM.len() + fraction);
    Some(Cow::Owned([&text[..kept], &text[offset..]].concat()))
}

const EXAMPLE_TIME: &str = "2020-06-17T07:38:42.503Z";
const EXAMPLE_BOUND: &str = "20200609160000";

impl FromStr for CompactTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let fail = |reason: String| TimeError::new(text, EXAMPLE_BOUND, reason);
        if text.len() != 14 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(fail(
                "it must be the 14 digits yyyyMMddHHmmss, in UTC".to_owned(),
            ));
        }
        let digits = |range: std::ops::Range<usize>| -> i16 {
            text.as_bytes()[range]
                .iter()
                .fold(0, |n, b| n * 10 + i16::from(b - b'0'))
        };
        // Two digits always fit an i8.
        let two = |at: usize| digits(at..at + 2) as i8;
        let civil = DateTime::new(digits(0..4), two(4), two(6), two(8), two(10), two(12), 0)
            .map_err(|e| fail(e.to_string()))?;
        Ok(Self(civil))
    }
}

impl fmt::Display for CompactTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.0;
        write!(
            f,
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }
}

impl Serialize for CompactTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CompactTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        StringOrNumber::deserialize(deserializer)?
            .to_text()
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A value that is not a time in the expected format.
///
/// The message contains the value, an example of the expected format, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeError {
    value: String,
    example: &'static str,
    reason: String,
}

impl TimeError {
    fn new(value: &str, example: &'static str, reason: String) -> Self {
        // A body may hold any text, and an error line must stay short.
        let value = value.chars().take(64).collect();
        Self {
            value,
            example,
            reason,
        }
    }

    /// Returns the rejected value, at most 64 characters of it.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a time like {}: {}",
            self.value, self.example, self.reason
        )
    }
}

impl std::error::Error for TimeError {}
