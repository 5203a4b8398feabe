//! What the runtime knows of an operation: how it is sent, paged and waited on.
//!
//! The constants are generated from the documents.

use reqwest::Method;

/// An operation of a service.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The `operationId` of the document.
    pub(crate) operation_id: &'static str,
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    /// The path, with each parameter in braces as a segment of its own.
    pub(crate) path: &'static str,
    /// The parameters in braces, in the order of the path.
    pub(crate) path_parameters: &'static [PathParameter],
    /// The parameters of the query, in the order of the document.
    pub(crate) query_parameters: &'static [QueryParameter],
    pub(crate) paging: Option<Paging>,
    pub(crate) time_window: Option<TimeWindow>,
    pub(crate) waiting: Option<Waiting>,
}

/// The service that an operation is sent to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Endpoint {
    Dcs,
    Kafka,
}

/// A parameter of a path.
#[derive(Debug)]
pub(crate) enum PathParameter {
    /// The project of the client.
    Project,
    /// An argument of the method, with what messages call it.
    Argument(&'static str),
}

/// A parameter of a query, with its name on the wire.
#[derive(Debug)]
#[allow(dead_code, reason = "the documents may use some kinds only")]
pub(crate) enum QueryParameter {
    /// A whole number from a least to a greatest value that its format holds.
    Integer(&'static str, u64, u64),
    /// A bound of a time window, as a compact time.
    Time(&'static str),
    /// Anything else, sent as it is.
    Text(&'static str),
}

impl QueryParameter {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Integer(name, ..) | Self::Time(name) | Self::Text(name) => name,
        }
    }
}

/// How an operation lists items page by page. `position` and `size` are indexes into the query
/// parameters.
#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) position: usize,
    /// The position of the first item.
    pub(crate) first: u32,
    pub(crate) size: usize,
    /// The greatest documented size of a page.
    pub(crate) largest: Option<u32>,
}

/// The indexes of the query parameters that bound the time of items.
#[derive(Debug)]
pub(crate) struct TimeWindow {
    pub(crate) lower: usize,
    pub(crate) upper: usize,
}

/// How an item of a list is waited for.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// The states in which an item has succeeded.
    pub(crate) success: &'static [&'static str],
    /// The states in which an item has ended otherwise.
    pub(crate) failure: &'static [&'static str],
    /// The operation that shows one item by its ID, the last argument.
    pub(crate) show: Option<&'static Operation>,
}
