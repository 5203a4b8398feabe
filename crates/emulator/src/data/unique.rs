//! Lists whose items have ids that must differ, checked while they are read, so that the error knows its line.

use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};

use super::{DcsInstanceData, DcsTaskData, KafkaInstanceData, KafkaTaskData};

/// Something with an id, perhaps.
pub(super) trait Named {
    const WHAT: &'static str;

    fn id(&self) -> Option<&str>;
}

macro_rules! named {
    ($($type:ident: $what:literal, |$item:ident| $id:expr;)+) => {
        $(impl Named for $type {
            const WHAT: &'static str = $what;

            fn id(&self) -> Option<&str> {
                let $item = self;
                $id
            }
        })+
    };
}

named! {
    DcsInstanceData: "instance", |instance| Some(&instance.instance_id);
    KafkaInstanceData: "instance", |instance| Some(&instance.instance_id);
    DcsTaskData: "task", |task| task.id.as_deref();
    KafkaTaskData: "task", |task| task.id.as_deref();
}

/// The items read so far, and where each id is among them.
struct Items<T> {
    items: Vec<T>,
    /// Positions in `items`: the ids are not copied.
    seen: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

impl<T: Named> Items<T> {
    /// What is wrong with an item's id, if anything is.
    fn note(&mut self, item: &T) -> Result<(), String> {
        let Some(id) = item.id() else {
            return Ok(());
        };
        if id.is_empty() {
            return Err(format!("the id of this {} is empty", T::WHAT));
        }
        let (items, hasher) = (&self.items, &self.hasher);
        let entry = self.seen.entry(
            hasher.hash_one(Some(id)),
            |at| items[*at].id() == Some(id),
            |at| hasher.hash_one(items[*at].id()),
        );
        match entry {
            Entry::Vacant(vacant) => {
                vacant.insert(items.len());
                Ok(())
            }
            Entry::Occupied(first) => Err(format!(
                "the {} {id:?} is here twice: this one has the id of the one at [{}]",
                T::WHAT,
                first.get()
            )),
        }
    }
}

/// Reads one item more. Its id is checked inside the object, so that the error's place is there.
impl<'de, T: Deserialize<'de> + Named> DeserializeSeed<'de> for &mut Items<T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de> + Named> Visitor<'de> for &mut Items<T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let item = T::deserialize(MapAccessDeserializer::new(map))?;
        self.note(&item).map_err(A::Error::custom)?;
        self.items.push(item);
        Ok(())
    }
}

/// For `deserialize_with`.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Named,
{
    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de> + Named> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of {}s", T::WHAT)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut items = Items {
                items: Vec::new(),
                seen: HashTable::new(),
                hasher: DefaultHashBuilder::default(),
            };
            while seq.next_element_seed(&mut items)?.is_some() {}
            Ok(items.items)
        }
    }

    deserializer.deserialize_seq(List(PhantomData))
}
