//! The control over HTTP: `/_emulator/`. No authentication: the emulator binds loopback.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Control, ControlError};
use crate::data::{DataTime, Object};
use crate::errors;
use crate::operation::Service;
use crate::store::StoreError;

/// The routes, with their prefix.
pub(crate) fn router(control: Control) -> Router {
    let routes = Router::new()
        .route("/health", get(health))
        .route("/reset", post(reset))
        .route("/seed", post(seed))
        .route("/clock", post(clock))
        .route("/progress", get(progress).put(set_progress))
        .route("/quirks", get(quirks).put(set_quirks))
        .route("/tasks", get(instances))
        .route("/tasks/{service}/{instance_id}", post(add_task))
        .route(
            "/tasks/{service}/{instance_id}/{task_id}",
            get(task).patch(change_task).delete(delete_task),
        )
        .route("/requests", get(requests).delete(clear_requests))
        .route(
            "/schedule",
            get(scheduled).post(schedule).delete(clear_scheduled),
        )
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .fallback(unknown)
        .method_not_allowed_fallback(bad_method)
        .with_state(control);
    Router::new().nest("/_emulator", routes)
}

type Answer = Result<Response, Refused>;

/// A status, and why.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        errors::json(self.0, &json!({ "error": self.1 }))
    }
}

fn ok(value: &Value) -> Response {
    errors::json(StatusCode::OK, value)
}

fn done() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn refused(status: StatusCode, message: impl Into<String>) -> Refused {
    Refused(status, message.into())
}

/// A body as its type; what is wrong with it is said with its JSON path, line and column.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| (format!("$.{}", error.path()), error.into_inner()))
        .and_then(|value| {
            json.end()
                .map(|()| value)
                .map_err(|error| ("$".to_owned(), error))
        });
    value.map_err(|(path, error)| {
        let path = path.trim_end_matches('.');
        refused(
            StatusCode::BAD_REQUEST,
            format!("the body, at {path}: {error}"),
        )
    })
}

fn read_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    read(body).map(|Object(value)| value)
}

fn service(name: &str) -> Result<Service, Refused> {
    name.parse()
        .map_err(|error: String| refused(StatusCode::NOT_FOUND, error))
}

fn failed(error: &ControlError) -> Refused {
    let status = match error {
        ControlError::NoInstance { .. } | ControlError::NoTask { .. } => StatusCode::NOT_FOUND,
        ControlError::Store(StoreError::DuplicateTask { .. }) => StatusCode::CONFLICT,
        ControlError::EmptyId(_)
        | ControlError::BadChange { .. }
        | ControlError::InvalidSchedule { .. } => StatusCode::BAD_REQUEST,
        ControlError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refused(status, error.to_string())
}

async fn health(State(control): State<Control>) -> Response {
    let tasks: usize = control
        .instances()
        .iter()
        .map(|instance| instance.tasks)
        .sum();
    ok(&json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "project_id": control.state.auth.project_id(),
        "tasks": tasks,
        "time": DataTime::from(control.state.clock.now()),
    }))
}

async fn reset(State(control): State<Control>) -> Response {
    control.reset();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    seed: u64,
}

async fn seed(State(control): State<Control>, body: Bytes) -> Answer {
    control.seed(read_object::<Seed>(&body)?.seed);
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_millis: i64,
}

async fn clock(State(control): State<Control>, body: Bytes) -> Answer {
    let by = read_object::<Advance>(&body)?.advance_millis;
    control.advance(SignedDuration::from_millis(by));
    Ok(ok(
        &json!({ "time": DataTime::from(control.state.clock.now()) }),
    ))
}

async fn progress(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.progress())
}

async fn set_progress(State(control): State<Control>, body: Bytes) -> Answer {
    control.set_progress(read_object(&body)?);
    Ok(done())
}

async fn quirks(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.quirks())
}

async fn set_quirks(State(control): State<Control>, body: Bytes) -> Answer {
    control.set_quirks(read_object(&body)?);
    Ok(done())
}

async fn instances(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.instances())
}

async fn add_task(
    State(control): State<Control>,
    Path((name, instance)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let added = match service(&name)? {
        Service::Dcs => control.add_dcs_task(&instance, read_object(&body)?),
        Service::Kafka => control.add_kafka_task(&instance, read_object(&body)?),
    };
    let id = added.map_err(|error| failed(&error))?;
    Ok(errors::json(StatusCode::CREATED, &json!({ "id": id })))
}

async fn task(
    State(control): State<Control>,
    Path((name, instance, id)): Path<(String, String, String)>,
) -> Answer {
    let task = control.task(service(&name)?, &instance, &id);
    Ok(ok(&task.map_err(|error| failed(&error))?))
}

async fn change_task(
    State(control): State<Control>,
    Path((name, instance, id)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer {
    let patch: Value = read(&body)?;
    let changed = control.change_task(service(&name)?, &instance, &id, &patch);
    Ok(ok(&changed.map_err(|error| failed(&error))?))
}

async fn delete_task(
    State(control): State<Control>,
    Path((name, instance, id)): Path<(String, String, String)>,
) -> Answer {
    let deleted = control.delete_task(service(&name)?, &instance, &id);
    deleted.map_err(|error| failed(&error))?;
    Ok(done())
}

async fn scheduled(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.scheduled())
}

async fn schedule(State(control): State<Control>, body: Bytes) -> Answer {
    let scheduled = control.schedule(read_object(&body)?);
    scheduled.map_err(|error| failed(&error))?;
    Ok(done())
}

async fn clear_scheduled(State(control): State<Control>) -> Response {
    control.clear_scheduled();
    done()
}

async fn requests(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.requests())
}

async fn clear_requests(State(control): State<Control>) -> Response {
    control.clear_requests();
    done()
}

async fn faults(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.faults())
}

async fn add_fault(State(control): State<Control>, body: Bytes) -> Answer {
    let added = control.add_fault(read_object(&body)?);
    added.map_err(|error| refused(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(done())
}

async fn clear_faults(State(control): State<Control>) -> Response {
    control.clear_faults();
    done()
}

async fn unknown() -> Refused {
    refused(StatusCode::NOT_FOUND, "the control has no such path")
}

async fn bad_method() -> Refused {
    refused(
        StatusCode::METHOD_NOT_ALLOWED,
        "the control has this path, but not with this method",
    )
}
