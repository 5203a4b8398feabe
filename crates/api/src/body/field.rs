//! [`Field`]: the JSON values that a typed field accepts.

use serde::de::{self, MapAccess};
use serde_json::{Map, Number, Value};

use super::Body;
use super::other::NUMBER;

/// A type of field. Each function returns `None` if the field does not accept the value.
pub(crate) trait Field: Sized {
    fn from_text(_: &str) -> Option<Self> {
        None
    }

    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    fn from_unsigned(_: u64) -> Option<Self> {
        None
    }

    fn from_signed(_: i64) -> Option<Self> {
        None
    }

    fn from_float(_: f64) -> Option<Self> {
        None
    }

    /// Returns the array if the field does not accept it.
    fn from_array(items: Vec<Value>) -> Result<Self, Vec<Value>> {
        Err(items)
    }

    /// Reads an object into place, or returns the value if the field does not accept it.
    fn read_map<'de, A>(field: &mut Option<Self>, map: A) -> Result<Option<Value>, A::Error>
    where
        A: MapAccess<'de>,
    {
        let odd = match value_of_map(map, &"a JSON value")? {
            Value::Number(number) => {
                *field = Self::from_number(&number);
                field.is_none().then_some(Value::Number(number))
            }
            odd => Some(odd),
        };
        Ok(odd)
    }

    fn from_number(number: &Number) -> Option<Self> {
        if let Some(number) = number.as_u64() {
            Self::from_unsigned(number)
        } else if let Some(number) = number.as_i64() {
            Self::from_signed(number)
        } else {
            let number = number.as_f64().filter(|number| number.is_finite());
            Self::from_float(number?)
        }
    }
}

/// Reads an object into place, or returns the number that came as an object, see [`NUMBER`].
pub(crate) fn read_object<'de, T, A>(
    field: &mut Option<T>,
    map: A,
) -> Result<Option<Value>, A::Error>
where
    T: Body,
    A: MapAccess<'de>,
{
    let body = field.insert(T::default());
    body.read_members(map)?;
    Ok(body.other_members().as_number().map(Value::Number))
}

/// Reads an object, or a number in the form of an object, see [`NUMBER`].
pub(crate) fn value_of_map<'de, A: MapAccess<'de>>(
    mut map: A,
    expected: &dyn de::Expected,
) -> Result<Value, A::Error> {
    let mut members = Map::new();
    while let Some(key) = map.next_key::<String>()? {
        if key == NUMBER && members.is_empty() {
            let digits: String = map.next_value()?;
            let unexpected = de::Unexpected::Str(&digits);
            return match digits.parse() {
                Ok(number) => Ok(Value::Number(number)),
                Err(_) => Err(de::Error::invalid_value(unexpected, expected)),
            };
        }
        members.insert(key, map.next_value()?);
    }
    Ok(Value::Object(members))
}
