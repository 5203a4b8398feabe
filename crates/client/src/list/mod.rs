//! Lists: what the runtime reads of their bodies, their pages, and sweeps over many of them.

pub(crate) mod pace;
pub(crate) mod pager;
pub(crate) mod sweep;

use std::fmt::Display;

use hwtasks_api::Timestamp;
use serde::de::DeserializeOwned;

/// A body that holds a list. The implementations are generated.
pub(crate) trait ListBody: DeserializeOwned + Send + Sync + 'static {
    type Item: ListItem<Body = Self>;

    fn items(&self) -> &[Self::Item];

    fn items_mut(&mut self) -> &mut Vec<Self::Item>;

    /// How many items the body says there are.
    fn count(&self) -> Option<u64> {
        None
    }

    /// Moves what stands beside the list into its only item.
    fn fill_only_item(&mut self) {}
}

/// An item of a list. The implementations are generated.
pub(crate) trait ListItem: Clone + PartialEq + Send + Sync + 'static {
    type Body: ListBody<Item = Self>;

    /// The ID; empty when the item has none.
    fn identity(&self) -> &str;

    fn label(&self) -> Option<&str> {
        None
    }

    fn state(&self) -> Option<&str> {
        None
    }

    fn started(&self) -> Option<&Timestamp> {
        None
    }
}

/// Sets a field of an only item that stands beside the list instead. An empty text counts as absent.
pub(crate) fn fill<T: Clone + Display>(field: &mut Option<T>, beside: &Option<T>) {
    if field
        .as_ref()
        .is_none_or(|value| value.to_string().is_empty())
    {
        field.clone_from(beside);
    }
}
