//! The contract of an operation that OpenAPI has no words for: paging, time windows, waiting, and
//! the method that clients offer it as.
//!
//! Each extension names parameters, fields and operations by the names they have in the document,
//! and repeats nothing: where a page starts and how large it may be is said by the parameter's
//! schema. `cargo xtask gen` refuses a document in which a named thing does not exist.

use serde::Serialize;

/// How an operation lists its items page by page: `x-hwtasks-pagination`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Pagination {
    /// The query parameter for where the page starts.
    pub(super) position: &'static str,
    /// The query parameter for how many items the page may hold.
    pub(super) size: &'static str,
    /// The field of the body that holds the items.
    pub(super) items: &'static str,
    /// The field that identifies an item, where no waiter names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'static str>,
    /// The field of the body that counts the items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<&'static str>,
    /// The fields of the only item that may stand beside the items instead.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) only_item: &'static [&'static str],
}

/// The query parameters that bound the time of the items: `x-hwtasks-time-window`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct TimeWindow {
    /// The parameter for the lower bound.
    pub(super) lower: &'static str,
    /// The parameter for the upper bound.
    pub(super) upper: &'static str,
}

/// How to identify an item of a list and to tell how it ends: `x-hwtasks-waiter`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Waiter {
    /// The field that identifies an item.
    pub(super) id: &'static str,
    /// The field with the state of an item.
    pub(super) status: &'static str,
    /// The field with the name of an item.
    pub(super) name: &'static str,
    /// The field with the time an item started.
    pub(super) started: &'static str,
    /// The states in which an item has ended well.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) success: &'static [&'static str],
    /// The other states in which an item has ended.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) failure: &'static [&'static str],
    /// The operation that shows one item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) show: Option<&'static str>,
}

/// The method that clients offer an operation as: `x-hwtasks-facade`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Facade {
    /// The service, as clients name it.
    pub(super) service: &'static str,
    /// The method of the service.
    pub(super) method: &'static str,
    /// The path parameter that clients fill in with the project they are configured for.
    pub(super) project: &'static str,
}
