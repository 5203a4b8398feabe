//! Response bodies as JSON objects: typed members, and every other member as it came.
//!
//! [`body!`] implements a body for a struct whose fields are its documented members and a field
//! `other` of type [`OtherMembers`]. One member never makes the rest unreadable: a value of an
//! unexpected type reads as absent and is kept in `other`. Of a duplicate key the last value counts.

mod field;
mod member;
mod other;

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

pub(crate) use field::{Field, read_object, value_of_map};
pub(crate) use member::{Member, Outcome};
pub use other::OtherMembers;

/// A JSON object with typed members.
pub(crate) trait Body: Default {
    /// Reads the members of an object that is new and empty.
    fn read_members<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<(), A::Error>;

    /// The members that are not typed.
    fn other_members(&self) -> &OtherMembers;
}

/// Seed and visitor that read a JSON object into place and refuse every other value.
pub(crate) struct Object<'a, T>(pub(crate) &'a mut T);

impl<'de, T: Body> DeserializeSeed<'de> for Object<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Body> Visitor<'de> for Object<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.read_members(map)?;
        match self.0.other_members().as_number() {
            Some(_) => Err(de::Error::invalid_type(
                de::Unexpected::Other("number"),
                &self,
            )),
            None => Ok(()),
        }
    }
}

/// Seed and visitor that read an array of JSON objects into place and refuse every other value.
pub(crate) struct Objects<'a, T>(pub(crate) &'a mut Vec<T>);

impl<'de, T: Body> DeserializeSeed<'de> for Objects<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Body> Visitor<'de> for Objects<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of JSON objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.clear();
        loop {
            // Read in place: the tasks are large, and a move of each would cost more than its texts.
            self.0.push(T::default());
            let Some(item) = self.0.last_mut() else {
                return Ok(());
            };
            if seq.next_element_seed(Object(item))?.is_none() {
                self.0.pop();
                return Ok(());
            }
        }
    }
}

/// Implements a response body: `Deserialize`, `Serialize`, `PartialEq`, `Debug` and `other()`.
///
/// Names the fields of the struct, each with an alternative spelling if it has one. Of two
/// spellings the first that is not null counts; the second is kept as another member.
macro_rules! body {
    ($name:ident { $($field:ident $(: $spelling:literal)?),+ $(,)? }) => {
        const _: () = {
            use $crate::body::{Body, Member, Object, OtherMembers, Outcome};

            #[derive(Clone, Copy)]
            #[allow(non_camel_case_types, reason = "named after the fields")]
            enum Name {
                $($field),+
            }

            /// The key of a member.
            enum Key {
                Name(Name),
                #[allow(dead_code, reason = "not every body has a field with two spellings")]
                Spelling(Name),
                Other(String),
            }

            impl<'de> serde::Deserialize<'de> for Key {
                fn deserialize<D: serde::Deserializer<'de>>(key: D) -> Result<Self, D::Error> {
                    struct Visitor;

                    impl serde::de::Visitor<'_> for Visitor {
                        type Value = Key;

                        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                            f.write_str("a key")
                        }

                        fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Key, E> {
                            Ok(match key {
                                $(stringify!($field) => Key::Name(Name::$field),)+
                                $($($spelling => Key::Spelling(Name::$field),)?)+
                                _ => Key::Other(key.to_owned()),
                            })
                        }
                    }

                    key.deserialize_identifier(Visitor)
                }
            }

            impl Body for $name {
                fn read_members<'de, A>(&mut self, mut map: A) -> Result<(), A::Error>
                where
                    A: serde::de::MapAccess<'de>,
                {
                    let mut seen = 0_u64;
                    // The spelling that counts.
                    $($(let mut $field = Some($spelling).filter(|_| false);)?)+
                    while let Some(key) = map.next_key()? {
                        let (field, spelled) = match key {
                            Key::Name(field) => (field, false),
                            Key::Spelling(field) => (field, true),
                            Key::Other(key) => {
                                self.other.keep(key, map.next_value()?);
                                continue;
                            }
                        };
                        let _: bool = spelled;
                        seen |= 1 << field as u32;
                        match field {
                            $(Name::$field => {
                                let key = stringify!($field);
                                $(
                                    let key = if spelled { $spelling } else { key };
                                    if $field.is_some_and(|counts| counts != key) {
                                        self.other.keep_unless_null(key, map.next_value()?);
                                        continue;
                                    }
                                )?
                                let outcome = self.$field.read(key, &mut self.other, &mut map)?;
                                $(
                                    let _ = $spelling;
                                    $field = match outcome {
                                        Outcome::Null => None,
                                        Outcome::Typed | Outcome::Odd => Some(key),
                                    };
                                )?
                                let _: Outcome = outcome;
                            })+
                        }
                    }
                    $(
                        if seen & (1 << Name::$field as u32) == 0 {
                            self.$field.absent(stringify!($field), &mut self.other)?;
                        }
                    )+
                    self.other.settle(|key| matches!(key, $(stringify!($field) $(| $spelling)?)|+));
                    Ok(())
                }

                fn other_members(&self) -> &OtherMembers {
                    &self.other
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D>(deserializer: D) -> Result<Self, D::Error>
                where
                    D: serde::Deserializer<'de>,
                {
                    let mut body = Self::default();
                    deserializer.deserialize_any(Object(&mut body))?;
                    Ok(body)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap as _;

                    let Self { $($field,)+ other } = self;
                    let mut map = serializer.serialize_map(None)?;
                    $(
                        if $field.is_written(stringify!($field), other) {
                            map.serialize_entry(stringify!($field), $field)?;
                        }
                    )+
                    for (key, value) in other {
                        let is_typed = match key {
                            $(stringify!($field) => $field.is_written(key, other),)+
                            _ => false,
                        };
                        if !is_typed {
                            map.serialize_entry(key, value)?;
                        }
                    }
                    map.end()
                }
            }

            impl PartialEq for $name {
                /// Compares the fields. Other members take no part.
                fn eq(&self, other: &Self) -> bool {
                    $(self.$field == other.$field)&&+
                }
            }

            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    let mut debug = f.debug_struct(stringify!($name));
                    $(debug.field(stringify!($field), &self.$field);)+
                    if !self.other.is_empty() {
                        debug.field("other", &self.other);
                    }
                    debug.finish()
                }
            }

            impl $name {
                /// Returns the members that no document knows or whose type is unexpected, as they
                /// came. A field whose member is here is `None`; an `id` is empty.
                pub fn other(&self) -> &OtherMembers {
                    &self.other
                }
            }
        };
    };
}

pub(crate) use body;
