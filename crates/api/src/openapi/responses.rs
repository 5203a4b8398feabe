//! The responses of the operations: the documented examples, and one set of errors per operation.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::ErrorResponse;
use crate::dcs::{DcsTaskList, DcsTaskListV1};
use crate::examples;
use crate::kafka::KafkaTaskList;

type Responses = BTreeMap<String, RefOr<Response>>;

/// The errors of the service itself. All other errors come from the gateway and are the same for
/// every operation.
#[derive(Clone, Copy)]
struct Errors {
    /// A documented code of the service for an invalid request, and its message.
    bad_request: (&'static str, &'static str),
    not_found: &'static str,
    /// A documented code of the service for a missing resource, if there is one.
    not_found_code: Option<&'static str>,
    /// Whether the error is nested, as in V1.0.
    nested: bool,
}

const DCS_V1: Errors = Errors {
    bad_request: ("111400062", "Invalid query parameter."),
    not_found: "The project or instance does not exist.",
    not_found_code: Some("111404022"),
    nested: true,
};
const DCS: Errors = Errors {
    bad_request: ("DCS.4062", "Invalid query parameter."),
    not_found: "The project or instance does not exist. The example is the response of the gateway to a \
                path that does not exist.",
    not_found_code: None,
    nested: false,
};
const KAFKA_LIST: Errors = Errors {
    bad_request: ("DMS.00400030", "Invalid instance ID."),
    ..DCS
};
const KAFKA_SHOW: Errors = Errors {
    bad_request: ("DMS.00400070", "Invalid task ID."),
    not_found: "The project, instance or task does not exist. The document does not describe a missing \
                task. The example is the response of the gateway to a path that does not exist.",
    ..DCS
};

impl Errors {
    fn body(self, code: &str, message: &str) -> Value {
        if self.nested {
            json!({ "error": { "code": code, "message": message } })
        } else {
            json!({ "error_code": code, "error_msg": message })
        }
    }
}

fn gateway(code: &str, message: &str) -> Value {
    json!({ "error_msg": message, "error_code": code, "request_id": "6b9a9ee8c9a1ab2fbc4a8e8d7e8c1f9b" })
}

fn header(description: &str) -> Header {
    HeaderBuilder::new()
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn error(description: &str, example: Value) -> ResponseBuilder {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ErrorResponse::name())))
        .example(Some(example));
    ResponseBuilder::new()
        .description(description)
        .header(
            "X-Request-Id",
            header("ID of the request in the logs of the service."),
        )
        .content("application/json", content.build())
}

/// Returns the documented 400, 401, 403, 404 and 500, and all other errors, with the same body.
///
/// 401 and 403 usually come from the gateway, although the documents give them the body of the
/// service.
fn errors(of: Errors) -> Responses {
    let (bad_request, why) = of.bad_request;
    let not_found = match of.not_found_code {
        Some(code) => of.body(code, "The instance does not exist."),
        None => gateway(
            "APIGW.0101",
            "The API does not exist or has not been published",
        ),
    };
    let throttled = gateway("APIGW.0308", "The throttling threshold has been reached");
    [
        (
            "400",
            error("The request is not valid.", of.body(bad_request, why)),
        ),
        (
            "401",
            error(
                "The token or the signature is not valid. The example is a response of the gateway.",
                gateway("APIGW.0301", "Incorrect IAM authentication information"),
            ),
        ),
        (
            "403",
            error(
                "The user lacks the permission. The example is a response of the gateway.",
                gateway(
                    "APIGW.0302",
                    "The IAM user is not allowed to access the API",
                ),
            ),
        ),
        ("404", error(of.not_found, not_found)),
        (
            "500",
            error(
                "The service failed. The example is a response of the gateway.",
                gateway("APIGW.0201", "Backend error"),
            ),
        ),
        (
            "4XX",
            error("Any other client error; 429 means too many requests.", throttled).header(
                "Retry-After",
                header("With 429, the time to wait before the next request: seconds or an HTTP date. May be missing."),
            ),
        ),
        (
            "5XX",
            error(
                "Any other error of the service or of the gateway.",
                gateway("APIGW.0201", "Backend timeout"),
            ),
        ),
    ]
    .into_iter()
    .map(|(status, response)| (status.to_owned(), response.build().into()))
    .collect()
}

fn success<Body: ToSchema>(operation_id: &str) -> (String, RefOr<Response>) {
    let shown = examples::ALL
        .iter()
        .filter(|example| example.operation_id == operation_id);
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Body::name())))
        .examples_from_iter(shown.map(|example| {
            // A test parses every example as JSON.
            let value = serde_json::from_str(example.body).unwrap_or_default();
            let example_object = ExampleBuilder::new()
                .summary(example.summary)
                .value(Some(value));
            (example.name, example_object.build())
        }));
    let response = ResponseBuilder::new()
        .description("The background tasks.")
        .content("application/json", content.build());
    ("200".to_owned(), response.build().into())
}

macro_rules! responses {
    ($($name:ident: $operation:literal, $body:ty, $codes:expr;)+) => {
        $(
            pub(super) struct $name;

            impl IntoResponses for $name {
                fn responses() -> Responses {
                    let mut responses = errors($codes);
                    responses.extend([success::<$body>($operation)]);
                    responses
                }
            }
        )+
    };
}

responses! {
    DcsListV1: "ListDcsTasksV1", DcsTaskListV1, DCS_V1;
    DcsList: "ListDcsTasks", DcsTaskList, DCS;
    KafkaList: "ListKafkaTasks", KafkaTaskList, KAFKA_LIST;
    KafkaShow: "ShowKafkaTask", KafkaTaskList, KAFKA_SHOW;
}
