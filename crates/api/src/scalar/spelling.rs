//! Objects whose fields have two spellings, one or both of which may be present.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// Field names, each with its alternative spelling; 32 at most.
pub(crate) type Spellings = &'static [(&'static str, &'static str)];

/// A name that no field has; its value is ignored.
const NO_FIELD: &str = "";

/// Visitor of a JSON object as `T` that maps alternative spellings to the field names.
///
/// If both spellings are present, the first one counts.
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
        let names = Names {
            spellings: self.spellings,
            seen: 0,
        };
        T::deserialize(MapAccessDeserializer::new(Fields { map, names }))
    }
}

/// The fields seen so far.
struct Names {
    spellings: Spellings,
    /// One bit for each entry of `spellings`.
    seen: u32,
}

impl Names {
    /// Returns the field name for `key`, or [`NO_FIELD`] if the field was seen before.
    fn right<'k>(&mut self, key: &'k str) -> &'k str {
        let spelt = |(right, other): &(&str, &str)| key == *right || key == *other;
        let Some(at) = self.spellings.iter().position(spelt) else {
            return key;
        };
        let bit = 1 << at;
        let before = self.seen & bit != 0;
        self.seen |= bit;
        if before {
            NO_FIELD
        } else {
            self.spellings[at].0
        }
    }
}

struct Fields<A> {
    map: A,
    names: Names,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        self.map.next_key_seed(Key {
            inner: seed,
            names: &mut self.names,
        })
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Wraps the seed, the deserializer and the visitor of a key to replace its spelling.
struct Key<'n, T> {
    inner: T,
    names: &'n mut Names,
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, K> {
    type Value = K::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K::Value, D::Error> {
        self.inner.deserialize(Key {
            inner: deserializer,
            names: self.names,
        })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Key<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Key {
            inner: visitor,
            names: self.names,
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Key<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<V::Value, E> {
        self.inner.visit_borrowed_str(self.names.right(key))
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<V::Value, E> {
        self.inner.visit_str(self.names.right(key))
    }
}
