//! A fake service that lists and shows tasks, which a script changes between requests.

use std::sync::{Arc, Mutex};

use hwtasks::{Client, ClientBuilder, RetryPolicy};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::server::{PROJECT, TOKEN};

/// The tasks an instance has, newest first, as bodies show them.
pub(crate) type Tasks = Vec<Value>;

/// Lists and shows tasks in all three dialects. The step changes the tasks before each response, or replaces
/// the response.
#[derive(Clone)]
pub(crate) struct Script(Arc<Mutex<State>>);

type Step = Box<dyn FnMut(usize, &mut Tasks, &Request) -> Option<ResponseTemplate> + Send>;

struct State {
    tasks: Tasks,
    step: Step,
    targets: Vec<String>,
    /// Makes the `task_count` of a list from the number of all tasks and of those on the page.
    count: fn(usize, usize) -> Value,
    /// The maximum number of tasks on a page, whatever the request says.
    page_limit: usize,
}

/// A service on loopback with tasks of its own, in the three dialects.
pub(crate) struct FakeService {
    pub(crate) server: MockServer,
    pub(crate) script: Script,
}

impl FakeService {
    /// Tasks that the step changes before each response. The step gets the number of the request, from 1.
    pub(crate) async fn scripted(
        tasks: Tasks,
        step: impl FnMut(usize, &mut Tasks, &Request) -> Option<ResponseTemplate> + Send + 'static,
    ) -> Self {
        let server = MockServer::start().await;
        let script = Script(Arc::new(Mutex::new(State {
            tasks,
            step: Box::new(step),
            targets: Vec::new(),
            count: |total, _| json!(total.to_string()),
            page_limit: usize::MAX,
        })));
        let mock = Mock::given(any()).respond_with(script.clone());
        mock.mount(&server).await;
        Self { server, script }
    }

    /// Tasks that never change.
    pub(crate) async fn fixed(tasks: Tasks) -> Self {
        Self::scripted(tasks, |_, _, _| None).await
    }

    pub(crate) fn with_count(self, count: fn(usize, usize) -> Value) -> Self {
        self.script.0.lock().expect("no one panicked").count = count;
        self
    }

    pub(crate) fn with_page_limit(self, limit: usize) -> Self {
        self.script.0.lock().expect("no one panicked").page_limit = limit;
        self
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .retry_policy(RetryPolicy::disabled())
            .dcs_endpoint(self.server.uri())
            .kafka_endpoint(self.server.uri())
            .project_id(PROJECT)
            .token(TOKEN)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("it builds")
    }

    /// The targets of the requests so far: the last path segment with the query.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.script
            .0
            .lock()
            .expect("no one panicked")
            .targets
            .clone()
    }

    pub(crate) fn request_count(&self) -> usize {
        self.script.0.lock().expect("no one panicked").targets.len()
    }

    pub(crate) fn tasks(&self) -> Tasks {
        self.script.0.lock().expect("no one panicked").tasks.clone()
    }
}

impl Respond for Script {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().expect("no one panicked");
        let state = &mut *state;
        let last = request.url.path_segments().and_then(|mut s| s.next_back());
        let last = last.expect("the request has a path").to_owned();
        let query = request.url.query().map(|query| format!("?{query}"));
        state
            .targets
            .push(format!("{last}{}", query.unwrap_or_default()));
        if let Some(response) = (state.step)(state.targets.len(), &mut state.tasks, request) {
            return response;
        }
        if last != "tasks" {
            return match state.tasks.iter().find(|task| task["id"] == last.as_str()) {
                Some(task) => json_response(200, json!({ "task_count": "1", "tasks": [task] })),
                None => json_response(404, json!({ "error_code": "DMS.00404022" })),
            };
        }
        let parameter = |names: &[&str]| {
            let value = request
                .url
                .query_pairs()
                .find(|(n, _)| names.contains(&&**n));
            value.map(|(_, value)| value.into_owned())
        };
        let number = |name: &str| parameter(&[name]).map(|n| n.parse::<usize>().expect("a number"));
        let skipped = number("offset").or_else(|| number("start")?.checked_sub(1));
        let since = parameter(&["start_time", "begin_time", "beginTime"]);
        let until = parameter(&["end_time", "endTime"]);
        let matching: Vec<_> = (state.tasks.iter())
            .filter(|task| {
                let created = || digits(task["created_at"].as_str().unwrap_or_default());
                since.as_ref().is_none_or(|since| created() >= *since)
                    && until.as_ref().is_none_or(|until| created() <= *until)
            })
            .collect();
        let limit = number("limit").unwrap_or(10).min(state.page_limit);
        let page = matching.iter().skip(skipped.unwrap_or(0)).take(limit);
        let page: Vec<_> = page.collect();
        let count = (state.count)(matching.len(), page.len());
        json_response(200, json!({ "task_count": count, "tasks": page }))
    }
}

/// A body's time to the second, in the format of queries.
fn digits(time: &str) -> String {
    time.chars().filter(char::is_ascii_digit).take(14).collect()
}

pub(crate) fn json_response(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// A task that only has an ID.
pub(crate) fn minimal_task(id: usize) -> Value {
    json!({ "id": format!("task-{id}") })
}

/// A task in the format of DCS V2 and Kafka.
pub(crate) fn task(id: &str, name: &str, status: &str, created_at: &str) -> Value {
    json!({ "id": id, "name": name, "status": status, "created_at": created_at })
}
