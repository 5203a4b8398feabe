//! The responses of the operations: the documented examples, and the errors of each service.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::components::{REQUEST_ID, RETRY_AFTER, header};
use crate::ErrorResponse;
use crate::dcs::{DcsTaskList, DcsTaskListV1};
use crate::examples;
use crate::kafka::KafkaTaskList;

pub(super) type Responses = BTreeMap<String, RefOr<Response>>;

/// An error code of a service, with its message in the official table.
type Code = (&'static str, &'static str);

/// The errors that a service documents for its operations. Each becomes a shared response.
#[derive(Clone, Copy)]
pub(super) struct Errors {
    /// Prefix of the names of the shared responses.
    pub(super) service: &'static str,
    /// Each with the name of its example.
    pub(super) bad_request: &'static [(&'static str, Code)],
    pub(super) unauthorized: Code,
    pub(super) forbidden: Code,
    pub(super) not_found: Code,
    pub(super) not_found_description: &'static str,
    pub(super) internal: Code,
    /// Whether the service nests the error in an object, as V1.0 does.
    pub(super) nested: bool,
}

pub(super) const DCS_V1: Errors = Errors {
    service: "DcsV1",
    bad_request: &[(
        "invalid_parameter",
        ("111400062", "Invalid {0} parameter in the request."),
    )],
    unauthorized: ("111401001", "Invalid token."),
    forbidden: (
        "111403003",
        "This role does not have the permission to perform this operation.",
    ),
    not_found: ("111404022", "This DCS instance does not exist."),
    not_found_description: "The project or instance does not exist.",
    internal: ("111500000", "Internal service error."),
    nested: true,
};
pub(super) const DCS: Errors = Errors {
    service: "Dcs",
    bad_request: &[(
        "invalid_parameter",
        ("DCS.4062", "Invalid {0} parameter in the request."),
    )],
    unauthorized: ("DCS.1001", "Invalid token."),
    forbidden: (
        "DCS.2003",
        "This role does not have the permission to perform this operation.",
    ),
    not_found: ("DCS.3022", "This DCS instance does not exist."),
    not_found_description: "The project or instance does not exist.",
    internal: ("DCS.5000", "Internal service error."),
    nested: false,
};
pub(super) const KAFKA: Errors = Errors {
    service: "Kafka",
    bad_request: &[
        (
            "invalid_instance_id",
            (
                "DMS.00400030",
                "Invalid DMS instance id. The id must be a uuid.",
            ),
        ),
        (
            "invalid_task_id",
            ("DMS.00400070", "Invalid task ID format."),
        ),
    ],
    unauthorized: ("DMS.10240101", "Invalid token."),
    forbidden: (
        "DMS.00403003",
        "This role does not have the permissions to perform this operation.",
    ),
    not_found: ("DMS.00404022", "This instance does not exist."),
    not_found_description: "The project, instance or task does not exist. The response for a missing \
                            task is not documented.",
    internal: ("DMS.00500000", "Internal service error."),
    nested: false,
};

/// An error response: its status, the name of its component, and the component.
type Named = (&'static str, String, Response);

impl Errors {
    /// Returns the documented 400, 401, 403, 404, 429 and 500, and the ranges of all other errors.
    fn responses(self) -> Vec<Named> {
        let service = |(code, message): Code| {
            if self.nested {
                json!({ "error": { "code": code, "message": message } })
            } else {
                json!({ "error_code": code, "error_msg": message })
            }
        };
        let own = |status, name: &str, description: &str, code, gateway_code| {
            let examples = [
                ("service", service(code)),
                ("gateway", gateway(gateway_code)),
            ];
            let response = error(description, examples).build();
            (status, format!("{}{name}", self.service), response)
        };
        let bad_request = self.bad_request.iter();
        let bad_request = bad_request.map(|(name, code)| (*name, service(*code)));
        vec![
            (
                "400",
                format!("{}BadRequest", self.service),
                error("The request is not valid.", bad_request).build(),
            ),
            own(
                "401",
                "Unauthorized",
                "The token or the signature is not valid. The gateway or the service rejects it.",
                self.unauthorized,
                ("APIGW.0301", "Incorrect IAM authentication information"),
            ),
            own(
                "403",
                "Forbidden",
                "The user lacks the permission. The gateway or the service rejects the request.",
                self.forbidden,
                (
                    "APIGW.0302",
                    "The IAM user is not allowed to access the API",
                ),
            ),
            own(
                "404",
                "NotFound",
                self.not_found_description,
                self.not_found,
                (
                    "APIGW.0101",
                    "The API does not exist or has not been published",
                ),
            ),
            (
                "429",
                "TooManyRequests".to_owned(),
                error(
                    "Too many requests. Wait as long as `Retry-After` says.",
                    [(
                        "gateway",
                        gateway(("APIGW.0308", "The throttling threshold has been reached")),
                    )],
                )
                .header_ref("Retry-After", header(RETRY_AFTER))
                .build(),
            ),
            own(
                "500",
                "InternalServerError",
                "The service failed.",
                self.internal,
                ("APIGW.0201", "Backend error"),
            ),
            (
                "4XX",
                "ClientError".to_owned(),
                error(
                    "Any other client error.",
                    [(
                        "gateway",
                        gateway(("APIGW.0201", "Request entity too large")),
                    )],
                )
                .build(),
            ),
            (
                "5XX",
                "ServerError".to_owned(),
                error(
                    "Any other error of the service or of the gateway.",
                    [("gateway", gateway(("APIGW.0201", "Backend timeout")))],
                )
                .build(),
            ),
        ]
    }

    /// Returns the shared responses by name.
    pub(super) fn components(self) -> impl Iterator<Item = (String, RefOr<Response>)> {
        let responses = self.responses().into_iter();
        responses.map(|(_, name, response)| (name, response.into()))
    }

    /// Returns a reference to the shared response of each status.
    pub(super) fn references(self) -> Responses {
        let responses = self.responses().into_iter();
        responses
            .map(|(status, name, _)| {
                let reference = Ref::new(format!("#/components/responses/{name}"));
                (status.to_owned(), reference.into())
            })
            .collect()
    }
}

/// An error body of the gateway.
fn gateway((code, message): Code) -> Value {
    json!({ "error_msg": message, "error_code": code, "request_id": "6b9a9ee8c9a1ab2fbc4a8e8d7e8c1f9b" })
}

fn error<'a>(
    description: &str,
    examples: impl IntoIterator<Item = (&'a str, Value)>,
) -> ResponseBuilder {
    let examples = examples.into_iter();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ErrorResponse::name())))
        .examples_from_iter(
            examples.map(|(name, value)| (name, ExampleBuilder::new().value(Some(value)).build())),
        );
    ResponseBuilder::new()
        .description(description)
        .header_ref("X-Request-Id", header(REQUEST_ID))
        .content("application/json", content.build())
}

/// The response to a call of an operation of tasks.
fn tasks<Body: ToSchema>(operation_id: &str) -> (String, RefOr<Response>) {
    let shown = examples::ALL
        .iter()
        .filter(|example| example.operation_id == operation_id);
    let shown = shown.map(|example| {
        // A test parses every example as JSON.
        let value = serde_json::from_str(example.body).unwrap_or_default();
        (example.name, example.summary, value)
    });
    success::<Body>("The background tasks.", shown)
}

/// The response of a success, with examples: the name, the summary and the body of each.
pub(super) fn success<Body: ToSchema>(
    description: &str,
    examples: impl IntoIterator<Item = (&'static str, &'static str, Value)>,
) -> (String, RefOr<Response>) {
    let examples = examples.into_iter().map(|(name, summary, body)| {
        let example = ExampleBuilder::new().summary(summary).value(Some(body));
        (name, example.build())
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Body::name())))
        .examples_from_iter(examples);
    let response = ResponseBuilder::new()
        .description(description)
        .header_ref("X-Request-Id", header(REQUEST_ID))
        .content("application/json", content.build());
    ("200".to_owned(), response.build().into())
}

macro_rules! responses {
    ($($name:ident: $operation:literal, $body:ty, $errors:expr;)+) => {
        $(
            pub(super) struct $name;

            impl IntoResponses for $name {
                fn responses() -> Responses {
                    let mut responses = $errors.references();
                    responses.extend([tasks::<$body>($operation)]);
                    responses
                }
            }
        )+
    };
}

responses! {
    DcsListV1: "ListDcsTasksV1", DcsTaskListV1, DCS_V1;
    DcsList: "ListDcsTasks", DcsTaskList, DCS;
    KafkaList: "ListKafkaTasks", KafkaTaskList, KAFKA;
    KafkaShow: "ShowKafkaTask", KafkaTaskList, KAFKA;
}
