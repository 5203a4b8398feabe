//! The answers of the operations: the documents' examples, and one set of errors per service.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::ErrorResponse;
use crate::dcs::{DcsTaskList, DcsTaskListV1};
use crate::examples;
use crate::kafka::KafkaTaskList;

type Responses = BTreeMap<String, RefOr<Response>>;

/// How the errors of an operation look; the gateway answers for all of them alike.
#[derive(Clone, Copy)]
struct ErrorCodes {
    bad_request: (&'static str, &'static str),
    not_found: &'static str,
    /// `None` where no code of the service is known: the gateway's then.
    internal: Option<&'static str>,
    /// V1.0 writes its errors one object deeper.
    nested: bool,
}

const DCS: ErrorCodes = ErrorCodes {
    bad_request: ("DCS.4062", "Invalid query parameter."),
    not_found: "111404022",
    internal: Some("DCS.5006"),
    nested: false,
};
const DCS_V1: ErrorCodes = ErrorCodes {
    bad_request: ("111400062", "Invalid query parameter."),
    not_found: "111404022",
    internal: None,
    nested: true,
};
const KAFKA: ErrorCodes = ErrorCodes {
    bad_request: ("DMS.00400030", "Invalid instance ID."),
    not_found: "DMS.00404022",
    internal: None,
    nested: false,
};

impl ErrorCodes {
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

fn error(description: &str, example: Value) -> RefOr<Response> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ErrorResponse::name())))
        .example(Some(example));
    let request_id = HeaderBuilder::new()
        .description(Some("Identifies the request in the logs of the service."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
    ResponseBuilder::new()
        .description(description)
        .header("X-Request-Id", request_id.build())
        .content("application/json", content.build())
        .build()
        .into()
}

/// The documented 400, 401, 403, 404 and 500, and any other, all with the one permissive body.
///
/// 401 and 403 come from the gateway and not from the service, whose body the documents give them.
fn errors(codes: ErrorCodes) -> Responses {
    let service = |code, message| codes.body(code, message);
    [
        (
            "400",
            error("The request is not valid.", service(codes.bad_request.0, codes.bad_request.1)),
        ),
        (
            "401",
            error(
                "The token or the signature was not accepted; the body is the gateway's.",
                gateway("APIGW.0301", "Incorrect IAM authentication information"),
            ),
        ),
        (
            "403",
            error(
                "The user may not do this; the body is the gateway's.",
                gateway("APIGW.0302", "The IAM user is not allowed to access the API"),
            ),
        ),
        (
            "404",
            error(
                "No such project, instance or task.",
                service(codes.not_found, "The instance does not exist."),
            ),
        ),
        (
            "500",
            error(
                "The service failed.",
                match codes.internal {
                    Some(code) => service(code, "Failed to submit the task."),
                    None => gateway("APIGW.0201", "Internal error"),
                },
            ),
        ),
        (
            "4XX",
            error(
                "Any other refusal; 429 asks to slow down, and may say in `Retry-After` for how long.",
                gateway("APIGW.0308", "The throttling threshold has been reached"),
            ),
        ),
        (
            "5XX",
            error(
                "Any other failure of the service or the gateway.",
                gateway("APIGW.0201", "Backend timeout"),
            ),
        ),
    ]
    .into_iter()
    .map(|(status, response)| (status.to_owned(), response))
    .collect()
}

fn success<Body: ToSchema>(operation_id: &str) -> (String, RefOr<Response>) {
    let shown = examples::ALL
        .iter()
        .filter(|example| example.operation_id == operation_id);
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Body::name())))
        .examples_from_iter(shown.map(|example| {
            // A test reads every example as JSON.
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

macro_rules! answers {
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

answers! {
    DcsListV1: "ListDcsTasksV1", DcsTaskListV1, DCS_V1;
    DcsList: "ListDcsTasks", DcsTaskList, DCS;
    KafkaList: "ListKafkaTasks", KafkaTaskList, KAFKA;
    KafkaShow: "ShowKafkaTask", KafkaTaskList, KAFKA;
}
