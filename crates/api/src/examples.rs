//! The response bodies of the official documents.
//!
//! Those of the Chinese and English DCS V2 documents and of both Kafka documents are verbatim, each
//! with one newline at its end. The V1.0 body is there twice: verbatim, which is not JSON, and
//! without the trailing comma that keeps it from being JSON. The newer DCS V2 body is the value of
//! the official definition, which has no layout of its own, indented.
//!
//! ```
//! use hwtasks_api::dcs::DcsTaskList;
//! use hwtasks_api::examples::DCS_LIST_ZH;
//!
//! let list: DcsTaskList = serde_json::from_str(DCS_LIST_ZH.body)?;
//! assert_eq!(list.tasks[0].details.as_ref().and_then(|d| d.new_cache_mode.as_deref()), Some("single"));
//! # Ok::<(), serde_json::Error>(())
//! ```

/// A response body that an official document shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// Names the example in the OpenAPI documents.
    pub name: &'static str,
    /// The operation that answers with it.
    pub operation_id: &'static str,
    /// Says in a line what it shows.
    pub summary: &'static str,
    /// The body.
    pub body: &'static str,
}

macro_rules! example {
    ($(#[$meta:meta])* $const:ident, $operation:literal, $file:literal, $summary:literal) => {
        $(#[$meta])*
        pub const $const: Example = Example {
            name: $file,
            operation_id: $operation,
            summary: $summary,
            body: include_str!(concat!("examples/", $file, ".json")),
        };
    };
}

/// The body of the V1.0 document as it stands there: a trailing comma keeps it from being JSON.
pub const DCS_V1_LIST_VERBATIM: &str = include_str!("examples/dcs_v1_list_verbatim.txt");

example! {
    /// The body of the V1.0 document without its trailing comma.
    DCS_V1_LIST, "ListDcsTasksV1", "dcs_v1_list",
    "The V1.0 document's example, its trailing comma removed"
}
example! {
    /// The body of the Chinese DCS V2 document, misspelt key and all.
    DCS_LIST_ZH, "ListDcsTasks", "dcs_list_zh",
    "The Chinese document's example: numbers where strings are documented, one key misspelt"
}
example! {
    /// The body of the English DCS V2 document.
    DCS_LIST_EN, "ListDcsTasks", "dcs_list_en",
    "The English document's example: state and times beside the tasks"
}
example! {
    /// The body of the newer official DCS V2 definition.
    DCS_LIST_NEWER, "ListDcsTasks", "dcs_list_newer",
    "The newer official definition's example: state and times inside the task"
}
example! {
    /// The body of the Kafka list document.
    KAFKA_LIST, "ListKafkaTasks", "kafka_list",
    "The document's example: two tasks of four, one of them still running"
}
example! {
    /// The body of the Kafka document that shows one task.
    KAFKA_SHOW, "ShowKafkaTask", "kafka_show",
    "The document's example: a list of the one task asked for"
}

/// Every response body of the documents that is JSON.
pub const ALL: &[Example] = &[
    DCS_V1_LIST,
    DCS_LIST_ZH,
    DCS_LIST_EN,
    DCS_LIST_NEWER,
    KAFKA_LIST,
    KAFKA_SHOW,
];
