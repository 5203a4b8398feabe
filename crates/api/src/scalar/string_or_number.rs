//! Values that are a JSON string or a JSON number.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::convert::{EXACT, scalar};
use crate::body::Field;

/// Blanks that may surround a number in a text: the whitespace of JSON.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// A JSON string or number, in the type in which it was received.
#[derive(Clone, PartialEq)]
pub(crate) enum StringOrNumber {
    Text(String),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl StringOrNumber {
    /// Returns the value as text: a string unchanged, a number in its shortest exact form.
    pub(crate) fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Unsigned(value) => Cow::Owned(value.to_string()),
            Self::Signed(value) => Cow::Owned(value.to_string()),
            // Without the sign of zero, which not every parser keeps.
            Self::Float(value) => Cow::Owned((value + 0.0).to_string()),
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        let value = match self {
            // The grammar is that of the other languages, but for words, which are not finite.
            Self::Text(text) => text.trim_matches(BLANKS).parse().ok()?,
            // Counts and sizes are far below 2^53, where this is exact.
            Self::Unsigned(value) => *value as f64,
            Self::Signed(value) => *value as f64,
            Self::Float(value) => *value,
        };
        f64::is_finite(value).then_some(value)
    }
}

impl fmt::Debug for StringOrNumber {
    /// Formats the value as JSON does: text in quotes, a number without.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => fmt::Debug::fmt(text, f),
            number => f.write_str(&number.to_text()),
        }
    }
}

impl Default for StringOrNumber {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Serialize for StringOrNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
        }
    }
}

impl Field for StringOrNumber {
    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        Some(Self::Text(text.to_owned()))
    }

    fn from_unsigned(number: u64) -> Option<Self> {
        Some(Self::Unsigned(number))
    }

    fn from_signed(number: i64) -> Option<Self> {
        Some(Self::Signed(number))
    }

    fn from_float(number: f64) -> Option<Self> {
        Some(Self::Float(number))
    }
}

impl<'de> Deserialize<'de> for StringOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a string or a number")
    }
}

macro_rules! string_or_number {
    ($(#[$meta:meta])* $name:ident $(, $from_bool:ident)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub(crate) StringOrNumber);

        impl crate::body::Field for $name {
            #[inline]
            fn from_text(text: &str) -> Option<Self> {
                StringOrNumber::from_text(text).map(Self)
            }

            $(fn $from_bool(value: bool) -> Option<Self> {
                String::$from_bool(value).map(Self::from)
            })?

            fn from_unsigned(number: u64) -> Option<Self> {
                StringOrNumber::from_unsigned(number).map(Self)
            }

            fn from_signed(number: i64) -> Option<Self> {
                StringOrNumber::from_signed(number).map(Self)
            }

            fn from_float(number: f64) -> Option<Self> {
                StringOrNumber::from_float(number).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0.to_text())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(StringOrNumber::Text(text.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(StringOrNumber::Text(text))
            }
        }

        impl From<u64> for $name {
            fn from(value: u64) -> Self {
                Self(StringOrNumber::Unsigned(value))
            }
        }

        impl $name {
            /// Returns the text, or `None` if the value is a JSON number.
            pub fn as_str(&self) -> Option<&str> {
                self.0.text()
            }

            /// Returns whether the value is the empty string, which means "unset" in the documents.
            pub fn is_unset(&self) -> bool {
                self.0.text() == Some("")
            }
        }
    };
}

string_or_number! {
    /// Number of tasks that the service counted, as a JSON string or number.
    ///
    /// Every document gives the type as a string; the DCS V2 examples show the number `1`. The Kafka
    /// example shows `"4"` beside two tasks. The count may be a total or the size of the page, so do
    /// not page by it.
    ///
    /// ```
    /// use hwtasks_api::TaskCount;
    ///
    /// assert_eq!(TaskCount::from("4").get(), Some(4));
    /// assert_eq!(TaskCount::from(4).get(), Some(4));
    /// assert_eq!(TaskCount::from("").get(), None);
    /// ```
    TaskCount
}

impl TaskCount {
    /// Returns the count, or `None` if the value is not a whole number of tasks below 2^64.
    ///
    /// A text is digits, with blanks around them at most: `"4"` and `"004"`, not `"4.0"` or `"+4"`.
    pub fn get(&self) -> Option<u64> {
        match &self.0 {
            StringOrNumber::Text(text) => {
                let digits = text.trim_matches(BLANKS);
                // The parser accepts a sign.
                let digits = Some(digits).filter(|digits| !digits.starts_with('+'));
                digits?.parse().ok()
            }
            StringOrNumber::Unsigned(value) => Some(*value),
            StringOrNumber::Signed(value) => u64::try_from(*value).ok(),
            StringOrNumber::Float(value) => {
                (value.fract() == 0.0 && (0.0..EXACT).contains(value)).then_some(*value as u64)
            }
        }
    }
}

string_or_number! {
    /// Memory size in gigabytes, as a JSON string or number.
    ///
    /// The documents give the type as a string. The DCS V2 examples show the numbers `0.125` and
    /// `0.25`, newer ones the strings `"0.125"` and `"0.25"`. V1.0 shows `""` for "not applicable".
    ///
    /// ```
    /// use hwtasks_api::Capacity;
    ///
    /// assert_eq!(Capacity::from("0.125").gigabytes(), Some(0.125));
    /// assert_eq!(Capacity::from_gigabytes(0.125).gigabytes(), Some(0.125));
    /// assert_eq!(Capacity::from("").gigabytes(), None);
    /// ```
    Capacity
}

impl Capacity {
    /// Creates a capacity that serializes as a JSON number. A value that is not finite is unset.
    pub fn from_gigabytes(value: f64) -> Self {
        if value.is_finite() {
            Self(StringOrNumber::Float(value))
        } else {
            Self::default()
        }
    }

    /// Returns the size in gigabytes, or `None` if it is unset or not a number.
    pub fn gigabytes(&self) -> Option<f64> {
        self.0.as_f64()
    }
}

string_or_number! {
    /// Error code, as a JSON string or number.
    ///
    /// The services and the gateway write strings (`"DCS.4070"`, `"APIGW.0301"`, `"111404022"`);
    /// IAM writes the number `401`.
    ErrorCode, from_bool
}

impl ErrorCode {
    /// Returns the code as text, also if it is a JSON number.
    pub fn to_text(&self) -> Cow<'_, str> {
        self.0.to_text()
    }
}

pub(crate) use string_or_number;
