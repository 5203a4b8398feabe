//! [`OtherMembers`]: the members of an object that are not typed.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;
use serde_json::{Number, Value};

/// The key under which serde_json passes a number on, if any crate of the build enables its feature
/// `arbitrary_precision`.
pub(crate) const NUMBER: &str = "$serde_json::private::Number";

/// Members of a JSON object that no document knows, or whose type is unexpected.
///
/// They are in the order and in the form in which they came, and are serialized with the body. A
/// number beyond 64 bits is a double. Bodies that differ only in these members are equal.
///
/// ```
/// use hwtasks_api::kafka::KafkaTask;
/// use serde_json::json;
///
/// let body = r#"{"id": "8abfa7b2", "params": {}, "job_id": "j"}"#;
/// let task: KafkaTask = serde_json::from_str(body)?;
/// assert_eq!(task.params, None);
/// assert_eq!(task.other().get("params"), Some(&json!({})));
/// assert_eq!(task.other().get("job_id"), Some(&json!("j")));
/// assert_eq!(serde_json::to_value(task)?, serde_json::from_str::<serde_json::Value>(body)?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct OtherMembers(
    /// Absent from most bodies, so that those pay one pointer.
    Option<Box<Kept>>,
);

#[derive(Clone, Default, PartialEq)]
struct Kept {
    members: Vec<(String, Value)>,
    /// Whether a documented member was odd. Then `members` may hold a key twice until it is settled.
    has_odd: bool,
    /// Whether `id` is absent or null, which `""` does not say.
    is_without_id: bool,
}

impl OtherMembers {
    /// Returns the value of a member.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// Returns the members, in the order in which they came.
    pub fn iter(&self) -> Iter<'_> {
        let members = self.0.as_ref().map_or(&[][..], |kept| &kept.members);
        Iter(members.iter())
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.iter().len()
    }

    /// Returns whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps a member that no document knows.
    #[cold]
    pub(crate) fn keep(&mut self, key: String, value: Value) {
        self.0.get_or_insert_default().members.push((key, value));
    }

    /// Keeps a documented member that is not read.
    #[cold]
    pub(crate) fn keep_unless_null(&mut self, key: &str, value: Value) {
        if !value.is_null() {
            self.keep_odd(key, value);
        }
    }

    /// Keeps a documented member of an unexpected type.
    #[cold]
    pub(crate) fn keep_odd(&mut self, key: &str, value: Value) {
        let kept = self.0.get_or_insert_default();
        kept.has_odd = true;
        kept.members.push((key.to_owned(), value));
    }

    /// Drops an odd member of this key, because a later one replaces it.
    #[inline]
    pub(crate) fn forget(&mut self, key: &str) {
        if let Some(kept) = &mut self.0 {
            kept.forget(key);
        }
    }

    pub(crate) fn set_without_id(&mut self, is_without_id: bool) {
        if is_without_id || self.0.is_some() {
            self.0.get_or_insert_default().is_without_id = is_without_id;
        }
    }

    pub(crate) fn is_without_id(&self) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.is_without_id)
    }

    /// Leaves the last of several members of one key, none if that is null and documented.
    #[inline]
    pub(crate) fn settle(&mut self, is_documented: impl Fn(&str) -> bool) {
        if let Some(kept) = &mut self.0 {
            kept.settle(is_documented);
        }
    }

    /// Returns the number that these members stand for, see [`NUMBER`].
    pub(crate) fn as_number(&self) -> Option<Number> {
        match self.0.as_ref()?.members.as_slice() {
            [(key, Value::String(digits))] if key == NUMBER => digits.parse().ok(),
            _ => None,
        }
    }
}

impl Kept {
    #[cold]
    fn forget(&mut self, key: &str) {
        if self.has_odd {
            // Found and removed once for all keys: a search for each could take quadratic time.
            self.members.push((key.to_owned(), Value::Null));
        }
    }

    #[cold]
    fn settle(&mut self, is_documented: impl Fn(&str) -> bool) {
        if self.members.len() < 2 {
            return;
        }
        let mut seen = HashSet::new();
        let is_last: Vec<bool> = self
            .members
            .iter()
            .rev()
            .map(|(key, value)| {
                seen.insert(key.as_str()) && !(value.is_null() && is_documented(key))
            })
            .collect();
        let mut is_last = is_last.into_iter().rev();
        self.members.retain(|_| is_last.next() == Some(true));
    }
}

impl fmt::Debug for OtherMembers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl Serialize for OtherMembers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

/// Iterator over the members of [`OtherMembers`].
#[derive(Clone, Debug)]
pub struct Iter<'a>(std::slice::Iter<'a, (String, Value)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_str(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a OtherMembers {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
