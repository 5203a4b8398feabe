//! HTTP handlers of the operations, behind the checks of the gateway.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State as AxumState};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::any;
use hwtasks_api::{InstancePath, TaskPath};

use crate::auth::Received;
use crate::clock::http_date;
use crate::listen::{self, Reset};
use crate::operation::{Operation, Service};
use crate::state::State;
use crate::{body, control, errors, faults, instances, query, receive};

/// The gateway's limit for a signed body: 12 MB.
const MAX_SIGNED_BODY: usize = 12 << 20;

/// The state of the gateway middleware for one route.
#[derive(Clone)]
struct Api {
    state: Arc<State>,
    service: Service,
    /// `None` for unknown paths.
    operation: Option<Operation>,
}

/// The ID of a request, as a request extension.
#[derive(Clone, Copy)]
struct RequestId([u8; 32]);

impl RequestId {
    fn as_str(&self) -> &str {
        // Hexadecimal digits are always valid UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The routes of a service, without the control API.
pub(crate) fn router(service: Service, state: &Arc<State>) -> Router {
    let mut router = Router::new();
    for operation in Operation::ALL
        .into_iter()
        .filter(|o| o.service() == service)
    {
        let api = Api {
            state: Arc::clone(state),
            service,
            operation: Some(operation),
        };
        let route = match operation {
            Operation::ShowKafkaTask => any(show),
            Operation::ListDcsInstances | Operation::ListDmsInstances => any(list_instances),
            _ => any(list),
        };
        let route = route.layer(middleware::from_fn_with_state(api.clone(), gateway));
        router = router.route(operation.path(), route.with_state((api.state, operation)));
    }
    let unknown = Api {
        state: Arc::clone(state),
        service,
        operation: None,
    };
    let fallback = any(no_such_api).layer(middleware::from_fn_with_state(unknown, gateway));
    router.fallback_service(fallback)
}

/// Records the request, authenticates it, applies faults, and adds the common headers.
async fn gateway(AxumState(api): AxumState<Api>, mut request: Request, next: Next) -> Response {
    let state = &api.state;
    let id = RequestId(state.request_ids.digits());
    request.extensions_mut().insert(id);
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let line = (request.method(), target, request.headers());
    let number = state
        .recorder
        .begin(api.service, api.operation, line, state.clock.millis());
    let log = tracing::enabled!(tracing::Level::INFO).then(|| format!("{} {target}", line.0));
    let mut response = respond(&api, id.as_str(), request, next).await;
    if listen::is_no_response(&response) {
        if let Some(line) = log {
            tracing::info!(service = %api.service, "{line} reset");
        }
        return response;
    }
    state.recorder.finish(number, response.status().as_u16());
    if let Some(line) = log {
        tracing::info!(service = %api.service, "{line} {}", response.status().as_u16());
    }
    if let Ok(value) = HeaderValue::from_bytes(&id.0) {
        response.headers_mut().insert(errors::REQUEST_ID, value);
    }
    // Without a `Date` header, hyper adds one with the system time.
    let clock = &state.gateway_clock;
    if !clock.is_system()
        && !response.headers().contains_key(header::DATE)
        && let Ok(value) = HeaderValue::try_from(http_date(clock.now()))
    {
        response.headers_mut().insert(header::DATE, value);
    }
    response
}

async fn respond(api: &Api, id: &str, request: Request, next: Next) -> Response {
    let Some(operation) = api.operation else {
        return next.run(request).await;
    };
    if request.method() != Method::GET {
        return errors::bad_method(operation);
    }
    let reset = request
        .extensions()
        .get::<Reset>()
        .cloned()
        .unwrap_or_default();
    control::make_due(&api.state);
    let fault = api.state.faults.take(operation);
    let replacement = fault
        .as_ref()
        .and_then(|kind| faults::replace(kind, id, &reset));
    if let Some(response) = replacement {
        return response;
    }
    let response = match authenticated(api, id, request).await {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    };
    match fault {
        Some(kind) => faults::alter(&kind, response, &reset, api.state.gateway_clock.now()).await,
        None => response,
    }
}

/// Authenticates a request. Reads and drops the body, which no operation uses.
async fn authenticated(api: &Api, id: &str, request: Request) -> Result<Request, Box<Response>> {
    let (parts, body) = request.into_parts();
    let read = receive::read(body, MAX_SIGNED_BODY, api.state.receive_timeout).await;
    let bytes = read.map_err(|error| {
        let message = format!("Cannot read the request body: {error}");
        Box::new(errors::gateway(error.status(), "APIGW.0201", &message, id))
    })?;
    let received = Received {
        method: &parts.method,
        target: parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str()),
        headers: &parts.headers,
        body: &bytes,
    };
    let checked = api.state.authenticate(&received);
    checked.map_err(|error| Box::new(error.into_response(id)))?;
    Ok(Request::from_parts(parts, Body::empty()))
}

async fn no_such_api(request: Request) -> Response {
    let id = request.extensions().get::<RequestId>().copied();
    let id = id.unwrap_or(RequestId([b'0'; 32]));
    errors::no_such_api(request.uri().path(), id.as_str())
}

type Shared = AxumState<(Arc<State>, Operation)>;

async fn list(
    AxumState((state, operation)): Shared,
    path: Result<Path<InstancePath>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    // A path segment that is not UTF-8 names no instance.
    let Ok(Path(path)) = path else {
        return errors::unknown_instance(operation);
    };
    if path.project_id != state.auth.project_id() {
        return errors::unknown_project(operation);
    }
    let query = match query::parse(operation, query.as_deref().unwrap_or(""), state.lenient) {
        Ok(query) => query,
        Err(bad) => return errors::bad_parameter(operation, &bad),
    };
    let store = state.store.read();
    let Some(instance) = store.instance(operation.service(), &path.instance_id) else {
        return errors::unknown_instance(operation);
    };
    let page = instance.page(&query.window, query.skip, query.limit);
    finished(
        operation,
        body::list(
            operation,
            &page,
            state.read_context(&store, true),
            store.quirks,
        ),
    )
}

async fn show(
    AxumState((state, operation)): Shared,
    path: Result<Path<TaskPath>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(Path(path)) = path else {
        return errors::unknown_instance(operation);
    };
    if path.project_id != state.auth.project_id() {
        return errors::unknown_project(operation);
    }
    if let Err(bad) = query::parse(operation, query.as_deref().unwrap_or(""), state.lenient) {
        return errors::bad_parameter(operation, &bad);
    }
    let store = state.store.read();
    let Some(instance) = store.instance(operation.service(), &path.instance_id) else {
        return errors::unknown_instance(operation);
    };
    let Some(task) = instance.get(&path.task_id) else {
        return errors::unknown_task(operation);
    };
    finished(
        operation,
        body::show(task, state.read_context(&store, true), store.quirks),
    )
}

async fn list_instances(
    AxumState((state, operation)): Shared,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    // A path segment that is not UTF-8 names no project.
    if path.map_or(true, |Path(id)| id != state.auth.project_id()) {
        return errors::unknown_project(operation);
    }
    let service = operation.service();
    let query = query.as_deref().unwrap_or("");
    let query = match instances::parse(service, query, state.lenient) {
        Ok(query) => query,
        Err(bad) => return errors::bad_parameter(operation, &bad),
    };
    let store = state.store.read();
    finished(
        operation,
        instances::list(service, store.of(service), &query),
    )
}

fn finished(operation: Operation, body: Result<Vec<u8>, serde_json::Error>) -> Response {
    match body {
        Ok(body) => errors::bytes(StatusCode::OK, body),
        Err(error) => errors::internal(operation, &error),
    }
}
