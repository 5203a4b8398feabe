//! Response bodies copied from the official documents.
//!
//! The bodies of both DCS V2 documents and both Kafka documents are verbatim, each with one newline
//! at its end. The V1.0 body exists in two versions: verbatim, which is not JSON, and without the
//! trailing comma, which is JSON. The newer DCS V2 body is the example of the official API
//! definition, indented.
//!
//! ```
//! use hwtasks_api::dcs::DcsTaskList;
//! use hwtasks_api::examples::DCS_LIST_ZH;
//!
//! let list: DcsTaskList = serde_json::from_str(DCS_LIST_ZH.body)?;
//! assert_eq!(list.tasks[0].details.as_ref().and_then(|d| d.new_cache_mode.as_deref()), Some("single"));
//! # Ok::<(), serde_json::Error>(())
//! ```

/// A response body from an official document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// Name of the example in the OpenAPI documents.
    pub name: &'static str,
    /// operationId of the operation that returns the body.
    pub operation_id: &'static str,
    /// One line about the content of the body.
    pub summary: &'static str,
    /// The body, as JSON text.
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

/// The body of the V1.0 document, verbatim. Its trailing comma makes it invalid JSON.
pub const DCS_V1_LIST_VERBATIM: &str = include_str!("examples/dcs_v1_list_verbatim.txt");

example! {
    /// The body of the V1.0 document without its trailing comma.
    DCS_V1_LIST, "ListDcsTasksV1", "dcs_v1_list",
    "Example of the V1.0 document, without its trailing comma"
}
example! {
    /// The body of the Chinese DCS V2 document, including its misspelled key.
    DCS_LIST_ZH, "ListDcsTasks", "dcs_list_zh",
    "Example of the Chinese document: numbers instead of the documented strings, one misspelled key"
}
example! {
    /// The body of the English DCS V2 document.
    DCS_LIST_EN, "ListDcsTasks", "dcs_list_en",
    "Example of the English document: status and times beside `tasks`"
}
example! {
    /// The body of the newer official DCS V2 API definition.
    DCS_LIST_NEWER, "ListDcsTasks", "dcs_list_newer",
    "Example of the newer API definition: status and times inside the task"
}
example! {
    /// The body of the Kafka list document.
    KAFKA_LIST, "ListKafkaTasks", "kafka_list",
    "Example of the document: two of four tasks, one of them running"
}
example! {
    /// The body of the Kafka show document.
    KAFKA_SHOW, "ShowKafkaTask", "kafka_show",
    "Example of the document: a list that holds the one requested task"
}

/// All response bodies of the documents that are valid JSON.
pub const ALL: &[Example] = &[
    DCS_V1_LIST,
    DCS_LIST_ZH,
    DCS_LIST_EN,
    DCS_LIST_NEWER,
    KAFKA_LIST,
    KAFKA_SHOW,
];
