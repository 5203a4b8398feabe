//! A service whose tasks come and go between requests, as a script says.

use std::sync::{Arc, Mutex};

use hwtasks::{Client, ClientBuilder, RetryPolicy};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::server::{PROJECT, TOKEN};

/// The tasks an instance has, newest first, as bodies show them.
pub(crate) type Tasks = Vec<Value>;

/// Lists and shows tasks in all three dialects; a script changes them before each answer, and may
/// answer in place of the service.
#[derive(Clone)]
pub(crate) struct Script(Arc<Mutex<State>>);

type Step = Box<dyn FnMut(usize, &mut Tasks, &Request) -> Option<ResponseTemplate> + Send>;

struct State {
    tasks: Tasks,
    step: Step,
    asked: Vec<String>,
    /// The count each list shows: of the tasks in all, and of those on the page.
    count: fn(usize, usize) -> Value,
    /// The most tasks a page holds, whatever is asked for.
    most: usize,
}

pub(crate) struct Scripted {
    pub(crate) server: MockServer,
    pub(crate) script: Script,
}

impl Scripted {
    pub(crate) async fn start(
        tasks: Tasks,
        step: impl FnMut(usize, &mut Tasks, &Request) -> Option<ResponseTemplate> + Send + 'static,
    ) -> Self {
        let server = MockServer::start().await;
        let script = Script(Arc::new(Mutex::new(State {
            tasks,
            step: Box::new(step),
            asked: Vec::new(),
            count: |total, _| json!(total.to_string()),
            most: usize::MAX,
        })));
        let mock = Mock::given(any()).respond_with(script.clone());
        mock.mount(&server).await;
        Self { server, script }
    }

    /// Tasks that stay as they are.
    pub(crate) async fn still(tasks: Tasks) -> Self {
        Self::start(tasks, |_, _, _| None).await
    }

    pub(crate) fn counting(self, count: fn(usize, usize) -> Value) -> Self {
        self.script.0.lock().expect("no panic").count = count;
        self
    }

    pub(crate) fn giving_at_most(self, most: usize) -> Self {
        self.script.0.lock().expect("no panic").most = most;
        self
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .retry_policy(RetryPolicy::none())
            .dcs_endpoint(self.server.uri())
            .kafka_endpoint(self.server.uri())
            .project_id(PROJECT)
            .token(TOKEN)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("a client of loopback")
    }

    /// What was asked: the last part of the path with the query.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.script.0.lock().expect("no panic").asked.clone()
    }

    pub(crate) fn tasks(&self) -> Tasks {
        self.script.0.lock().expect("no panic").tasks.clone()
    }
}

impl Respond for Script {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().expect("no panic");
        let state = &mut *state;
        let last = request.url.path_segments().and_then(|mut s| s.next_back());
        let last = last.expect("a path").to_owned();
        let query = request.url.query().map(|query| format!("?{query}"));
        state
            .asked
            .push(format!("{last}{}", query.unwrap_or_default()));
        if let Some(answer) = (state.step)(state.asked.len(), &mut state.tasks, request) {
            return answer;
        }
        if last != "tasks" {
            return match state.tasks.iter().find(|task| task["id"] == last.as_str()) {
                Some(task) => answer(200, json!({ "task_count": "1", "tasks": [task] })),
                None => answer(404, json!({ "error_code": "DMS.00404022" })),
            };
        }
        let asked = |names: &[&str]| {
            let value = request
                .url
                .query_pairs()
                .find(|(n, _)| names.contains(&&**n));
            value.map(|(_, value)| value.into_owned())
        };
        let number = |name: &str| asked(&[name]).map(|n| n.parse::<usize>().expect("a number"));
        let skipped = number("offset").or_else(|| number("start")?.checked_sub(1));
        let since = asked(&["start_time", "begin_time", "beginTime"]);
        let until = asked(&["end_time", "endTime"]);
        let matching: Vec<_> = (state.tasks.iter())
            .filter(|task| {
                let created = || digits(task["created_at"].as_str().unwrap_or_default());
                since.as_ref().is_none_or(|since| created() >= *since)
                    && until.as_ref().is_none_or(|until| created() <= *until)
            })
            .collect();
        let limit = number("limit").unwrap_or(10).min(state.most);
        let page = matching.iter().skip(skipped.unwrap_or(0)).take(limit);
        let page: Vec<_> = page.collect();
        let count = (state.count)(matching.len(), page.len());
        answer(200, json!({ "task_count": count, "tasks": page }))
    }
}

/// The time of a body to the second, as queries spell it.
fn digits(time: &str) -> String {
    time.chars().filter(char::is_ascii_digit).take(14).collect()
}

pub(crate) fn answer(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// A task that only has an ID.
pub(crate) fn bare(id: usize) -> Value {
    json!({ "id": format!("task-{id}") })
}

/// A task as V2 and Kafka show it.
pub(crate) fn task(id: &str, name: &str, status: &str, created_at: &str) -> Value {
    json!({ "id": id, "name": name, "status": status, "created_at": created_at })
}
