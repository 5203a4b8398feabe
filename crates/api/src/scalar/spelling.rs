//! Objects whose fields come under several spellings, or under two of them at once.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor,
};

use super::convert::Text;

/// Fields by their right name, each with the other spelling it comes under.
pub(crate) type Spellings = &'static [(&'static str, &'static str)];

/// A JSON object read as `T`, each field that has two spellings under its right name.
///
/// Where both come, the first counts and the second is no error.
pub(crate) struct Spelled<T> {
    spellings: Spellings,
    read: PhantomData<T>,
}

impl<T> Spelled<T> {
    pub(crate) fn new(spellings: Spellings) -> Self {
        Self {
            spellings,
            read: PhantomData,
        }
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Spelled<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let fields = Fields {
            map,
            spellings: self.spellings,
            seen: 0,
        };
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

struct Fields<A> {
    map: A,
    spellings: Spellings,
    /// A bit for each of the spellings.
    seen: u32,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        while let Some(key) = self.map.next_key_seed(Key)? {
            let spelt = |(right, other): &(&str, &str)| key == *right || key == *other;
            let Some(at) = self.spellings.iter().position(spelt) else {
                return match key {
                    Cow::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key)),
                    Cow::Owned(key) => seed.deserialize(key.into_deserializer()),
                }
                .map(Some);
            };
            if self.seen & (1 << at) == 0 {
                self.seen |= 1 << at;
                let (right, _) = self.spellings[at];
                return seed
                    .deserialize(BorrowedStrDeserializer::new(right))
                    .map(Some);
            }
            self.map.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// The text of a key, borrowed where it can be.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(Text)
    }
}
