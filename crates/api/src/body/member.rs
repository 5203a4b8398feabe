//! [`Member`]: how a field of a body reads its member.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Body, Field, Objects, OtherMembers};

/// A field of a body.
pub(crate) trait Member {
    /// Reads the value of the member, or keeps it in `other` if its type is unexpected.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        key: &'static str,
        other: &mut OtherMembers,
        map: &mut A,
    ) -> Result<Outcome, A::Error>;

    /// Called if the object does not have the member.
    fn absent<E: de::Error>(
        &mut self,
        key: &'static str,
        other: &mut OtherMembers,
    ) -> Result<(), E>;

    /// Returns whether the field is serialized.
    fn is_written(&self, key: &str, other: &OtherMembers) -> bool;
}

/// What a member was read as.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    Typed,
    Null,
    /// Its type is unexpected: it is kept among the other members.
    Odd,
}

/// An optional field. Null and absent are alike.
impl<T: Field> Member for Option<T> {
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        key: &'static str,
        other: &mut OtherMembers,
        map: &mut A,
    ) -> Result<Outcome, A::Error> {
        map.next_value_seed(Slot {
            field: self,
            key,
            other,
        })
    }

    fn absent<E: de::Error>(&mut self, _: &'static str, _: &mut OtherMembers) -> Result<(), E> {
        Ok(())
    }

    fn is_written(&self, _: &str, _: &OtherMembers) -> bool {
        self.is_some()
    }
}

/// An ID. A missing, null or odd one is the empty text, which is written only if it came.
impl Member for String {
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        key: &'static str,
        other: &mut OtherMembers,
        map: &mut A,
    ) -> Result<Outcome, A::Error> {
        let mut text = None;
        let field = &mut text;
        let outcome = map.next_value_seed(Slot { field, key, other })?;
        other.set_without_id(matches!(outcome, Outcome::Null));
        *self = text.unwrap_or_default();
        Ok(outcome)
    }

    fn absent<E: de::Error>(&mut self, _: &'static str, other: &mut OtherMembers) -> Result<(), E> {
        other.set_without_id(true);
        Ok(())
    }

    fn is_written(&self, key: &str, other: &OtherMembers) -> bool {
        !self.is_empty() || !(other.is_without_id() || other.get(key).is_some())
    }
}

/// The objects of a list. A list without them is refused.
impl<T: Body> Member for Vec<T> {
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        _: &'static str,
        _: &mut OtherMembers,
        map: &mut A,
    ) -> Result<Outcome, A::Error> {
        map.next_value_seed(Objects(self))?;
        Ok(Outcome::Typed)
    }

    fn absent<E: de::Error>(&mut self, key: &'static str, _: &mut OtherMembers) -> Result<(), E> {
        Err(E::missing_field(key))
    }

    fn is_written(&self, _: &str, _: &OtherMembers) -> bool {
        true
    }
}

/// Seed and visitor of any JSON value for an optional field.
struct Slot<'a, T> {
    field: &'a mut Option<T>,
    key: &'static str,
    other: &'a mut OtherMembers,
}

impl<T> Slot<'_, T> {
    #[inline]
    fn set<E>(self, field: Option<T>, odd: impl FnOnce() -> Value) -> Result<Outcome, E> {
        match field {
            Some(_) => {
                *self.field = field;
                self.other.forget(self.key);
                Ok(Outcome::Typed)
            }
            None => self.keep(odd()),
        }
    }

    #[cold]
    fn keep<E>(self, odd: Value) -> Result<Outcome, E> {
        *self.field = None;
        self.other.keep_odd(self.key, odd);
        Ok(Outcome::Odd)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for Slot<'_, T> {
    type Value = Outcome;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outcome, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Field> Visitor<'de> for Slot<'_, T> {
    type Value = Outcome;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Outcome, E> {
        self.set(T::from_text(text), || text.into())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Outcome, E> {
        self.set(T::from_bool(value), || value.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Outcome, E> {
        self.set(T::from_unsigned(number), || number.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Outcome, E> {
        self.set(T::from_signed(number), || number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Outcome, E> {
        self.set(T::from_float(number), || number.into())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Outcome, E> {
        *self.field = None;
        self.other.forget(self.key);
        Ok(Outcome::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Outcome, A::Error> {
        let items = Vec::<Value>::deserialize(SeqAccessDeserializer::new(seq))?;
        match T::from_array(items) {
            Ok(value) => self.set(Some(value), || Value::Null),
            Err(items) => self.keep(items.into()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Outcome, A::Error> {
        match T::read_map(self.field, map)? {
            None => {
                self.other.forget(self.key);
                Ok(Outcome::Typed)
            }
            Some(odd) => self.keep(odd),
        }
    }
}
