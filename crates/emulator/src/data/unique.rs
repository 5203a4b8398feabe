//! Lists whose items have ids that must differ, checked while they are read, so that the error knows its line.

use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

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
            let hasher = DefaultHashBuilder::default();
            let mut items: Vec<T> = Vec::new();
            // Positions in `items`: the ids are not copied.
            let mut seen: HashTable<usize> = HashTable::new();
            let hash = |items: &[T], at: &usize| hasher.hash_one(items[*at].id());
            while let Some(item) = seq.next_element::<T>()? {
                if let Some(id) = item.id() {
                    if id.is_empty() {
                        return Err(A::Error::custom(format_args!(
                            "the id of this {} is empty",
                            T::WHAT
                        )));
                    }
                    let is_same = |at: &usize| items[*at].id() == Some(id);
                    let hashed = hasher.hash_one(Some(id));
                    if let Some(first) = seen.find(hashed, is_same) {
                        return Err(A::Error::custom(format_args!(
                            "the {} {id:?} is here twice: this one has the id of the one at [{first}]",
                            T::WHAT
                        )));
                    }
                    seen.insert_unique(hashed, items.len(), |at| hash(&items, at));
                }
                items.push(item);
            }
            Ok(items)
        }
    }

    deserializer.deserialize_seq(List(PhantomData))
}
