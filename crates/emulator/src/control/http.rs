//! The control API: `/_emulator/` on both listeners. It needs no authentication because the emulator binds loopback.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{any, get, post};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{Payload, Rejection, Segments, reject};
use super::lock::SetLock;
use super::{Control, ControlError};
use crate::data::DataTime;
use crate::errors;
use crate::operation::Service;
use crate::store::StoreError;

/// The routes of the control API, with their prefix.
pub(crate) fn router(control: Control) -> Router {
    let routes = Router::new()
        .route("/health", get(health))
        .route("/reset", post(reset))
        .route("/seed", post(seed))
        .route("/clock", post(clock))
        .route("/progress", get(progress).put(set_progress))
        .route("/quirks", get(quirks).put(set_quirks))
        .route("/lock", get(lock).put(set_lock))
        .route("/tasks", get(instances))
        .route("/tasks/{service}/{instance_id}", post(add_task))
        .route(
            "/tasks/{service}/{instance_id}/{task_id}",
            get(task).patch(change_task).delete(delete_task),
        )
        .route(
            "/instances/{service}/{instance_id}",
            get(attributes).put(set_attributes).delete(delete_instance),
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
    // A nested router does not match its prefix with a slash alone.
    Router::new()
        .nest("/_emulator", routes)
        .route("/_emulator/", any(unknown))
}

type Result<T = Response> = std::result::Result<T, Rejection>;

fn ok(value: &Value) -> Response {
    errors::json(StatusCode::OK, value)
}

fn no_content() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn service(name: &str) -> Result<Service> {
    name.parse()
        .map_err(|error: String| reject(StatusCode::NOT_FOUND, error))
}

fn rejection(error: &ControlError) -> Rejection {
    let status = match error {
        ControlError::NoInstance { .. } | ControlError::NoTask { .. } => StatusCode::NOT_FOUND,
        ControlError::Store(StoreError::DuplicateTask { .. }) => StatusCode::CONFLICT,
        ControlError::EmptyId(_)
        | ControlError::BadChange { .. }
        | ControlError::InvalidSchedule { .. } => StatusCode::BAD_REQUEST,
        ControlError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    reject(status, error.to_string())
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
    no_content()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    seed: u64,
}

async fn seed(State(control): State<Control>, body: Payload) -> Result {
    control.seed(body.object::<Seed>()?.seed);
    Ok(no_content())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_millis: i64,
}

async fn clock(State(control): State<Control>, body: Payload) -> Result {
    let by = body.object::<Advance>()?.advance_millis;
    let time = control
        .state
        .clock
        .try_advance(SignedDuration::from_millis(by));
    let time = time.map_err(|error| reject(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(ok(&json!({ "time": DataTime::from(time) })))
}

async fn progress(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.progress())
}

async fn set_progress(State(control): State<Control>, body: Payload) -> Result {
    control.set_progress(body.object()?);
    Ok(no_content())
}

async fn quirks(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.quirks())
}

async fn set_quirks(State(control): State<Control>, body: Payload) -> Result {
    control.set_quirks(body.object()?);
    Ok(no_content())
}

async fn lock(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.lock_state())
}

async fn set_lock(State(control): State<Control>, body: Payload) -> Result {
    control.set_lock_after_refusals(body.object::<SetLock>()?.after_refusals);
    Ok(no_content())
}

async fn instances(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.instances())
}

async fn attributes(
    State(control): State<Control>,
    Segments((name, instance)): Segments<(String, String)>,
) -> Result {
    let attributes = control.instance_attributes(service(&name)?, &instance);
    let attributes = attributes.map_err(|error| rejection(&error))?;
    Ok(errors::json(StatusCode::OK, &attributes))
}

async fn set_attributes(
    State(control): State<Control>,
    Segments((name, instance)): Segments<(String, String)>,
    body: Payload,
) -> Result {
    let set = control.set_instance_attributes(service(&name)?, &instance, body.object()?);
    set.map_err(|error| rejection(&error))?;
    Ok(no_content())
}

async fn delete_instance(
    State(control): State<Control>,
    Segments((name, instance)): Segments<(String, String)>,
) -> Result {
    let deleted = control.delete_instance(service(&name)?, &instance);
    deleted.map_err(|error| rejection(&error))?;
    Ok(no_content())
}

async fn add_task(
    State(control): State<Control>,
    Segments((name, instance)): Segments<(String, String)>,
    body: Payload,
) -> Result {
    let added = match service(&name)? {
        Service::Dcs => control.add_dcs_task(&instance, body.object()?),
        Service::Kafka => control.add_kafka_task(&instance, body.object()?),
    };
    let id = added.map_err(|error| rejection(&error))?;
    Ok(errors::json(StatusCode::CREATED, &json!({ "id": id })))
}

async fn task(
    State(control): State<Control>,
    Segments((name, instance, id)): Segments<(String, String, String)>,
) -> Result {
    let task = control.task(service(&name)?, &instance, &id);
    Ok(ok(&task.map_err(|error| rejection(&error))?))
}

async fn change_task(
    State(control): State<Control>,
    Segments((name, instance, id)): Segments<(String, String, String)>,
    body: Payload,
) -> Result {
    let patch: Value = body.value()?;
    let changed = control.change_task(service(&name)?, &instance, &id, &patch);
    Ok(ok(&changed.map_err(|error| rejection(&error))?))
}

async fn delete_task(
    State(control): State<Control>,
    Segments((name, instance, id)): Segments<(String, String, String)>,
) -> Result {
    let deleted = control.delete_task(service(&name)?, &instance, &id);
    deleted.map_err(|error| rejection(&error))?;
    Ok(no_content())
}

async fn scheduled(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.scheduled())
}

async fn schedule(State(control): State<Control>, body: Payload) -> Result {
    let scheduled = control.schedule(body.object()?);
    scheduled.map_err(|error| rejection(&error))?;
    Ok(no_content())
}

async fn clear_scheduled(State(control): State<Control>) -> Response {
    control.clear_scheduled();
    no_content()
}

async fn requests(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.requests())
}

async fn clear_requests(State(control): State<Control>) -> Response {
    control.clear_requests();
    no_content()
}

async fn faults(State(control): State<Control>) -> Response {
    errors::json(StatusCode::OK, &control.faults())
}

async fn add_fault(State(control): State<Control>, body: Payload) -> Result {
    let added = control.add_fault(body.object()?);
    added.map_err(|error| reject(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(no_content())
}

async fn clear_faults(State(control): State<Control>) -> Response {
    control.clear_faults();
    no_content()
}

async fn unknown() -> Rejection {
    reject(StatusCode::NOT_FOUND, "unknown path of the control API")
}

async fn bad_method() -> Rejection {
    reject(
        StatusCode::METHOD_NOT_ALLOWED,
        "the control API does not allow this method on this path",
    )
}
