//! Conversions between JSON types without loss.
//!
//! A text field accepts a number or a boolean as text. An integer or boolean field accepts the text
//! that spells it. A converted value is serialized as the documented type of the field.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, MapAccess, Unexpected, Visitor};
use serde_json::Value;

use crate::body::{Field, value_of_map};

/// 2^53: from here on, a double represents more than one integer.
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;

impl Field for String {
    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(value.to_string())
    }

    fn from_unsigned(number: u64) -> Option<Self> {
        Some(number.to_string())
    }

    fn from_signed(number: i64) -> Option<Self> {
        Some(number.to_string())
    }

    /// Refuses a number too large to know its digits. Drops the sign of zero, which not every parser
    /// keeps.
    fn from_float(number: f64) -> Option<Self> {
        (number.abs() < EXACT).then(|| (number + 0.0).to_string())
    }
}

impl Field for i64 {
    fn from_text(text: &str) -> Option<Self> {
        let number: i64 = text.parse().ok()?;
        (number.to_string() == text).then_some(number)
    }

    fn from_unsigned(number: u64) -> Option<Self> {
        number.try_into().ok()
    }

    fn from_signed(number: i64) -> Option<Self> {
        Some(number)
    }

    fn from_float(number: f64) -> Option<Self> {
        (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
    }
}

impl Field for bool {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Field for Vec<String> {
    /// Refuses the whole array if one element is no text.
    fn from_array(items: Vec<Value>) -> Result<Self, Vec<Value>> {
        if items.iter().any(|item| text_of(item).is_none()) {
            return Err(items);
        }
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) => text,
            other => text_of(&other).unwrap_or_default(),
        });
        Ok(texts.collect())
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => String::from_text(text),
        Value::Bool(value) => String::from_bool(*value),
        Value::Number(number) => String::from_number(number),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Reads a scalar that stands alone, and refuses a value that the type does not accept.
pub(crate) fn scalar<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: Field,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Scalar {
        expected,
        read: PhantomData,
    })
}

struct Scalar<T> {
    expected: &'static str,
    read: PhantomData<T>,
}

impl<T: Field> Scalar<T> {
    fn accept<E: de::Error>(self, read: Option<T>, value: Unexpected<'_>) -> Result<T, E> {
        read.ok_or_else(|| E::invalid_type(value, &self))
    }
}

impl<'de, T: Field> Visitor<'de> for Scalar<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        self.accept(T::from_text(text), Unexpected::Str(text))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
        self.accept(T::from_bool(value), Unexpected::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.accept(T::from_unsigned(number), Unexpected::Unsigned(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.accept(T::from_signed(number), Unexpected::Signed(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        self.accept(T::from_float(number), Unexpected::Float(number))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let number = match value_of_map(map, &self)? {
            Value::Number(number) => T::from_number(&number),
            _ => None,
        };
        self.accept(number, Unexpected::Map)
    }
}
