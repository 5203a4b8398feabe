//! What a case puts on the other side: tasks of an emulator that change, or responses of its own.

use hwtasks::{Client, ManualTimeSource};
use hwtasks_emulator::{Data, Emulator, Service};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Settings;
use super::scripted_response::ScriptedResponse;
use super::wire::Wire;
use crate::support::emulated::{Emulated, NOW, keys};
use crate::support::server::clock;

/// Tasks, what happens to them, and what goes wrong; or responses in place of all that.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Script {
    tasks: Tasks,
    /// How many instances there are besides, named and numbered alike.
    instances: u32,
    quirks: Option<Value>,
    progress: Option<Value>,
    /// Task changes of the case's instance, each before a request.
    schedule: Vec<ScheduledChange>,
    faults: Vec<Value>,
    /// One after the other, the last one for ever.
    responses: Option<Vec<ScriptedResponse>>,
}

/// Tasks one by one, or as many alike.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Tasks {
    Many(u32),
    These(Vec<Value>),
}

impl Default for Tasks {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Tasks {
    fn all(&self) -> Vec<Value> {
        match self {
            Self::These(tasks) => tasks.clone(),
            Self::Many(count) => (1..=*count).map(alike).collect(),
        }
    }
}

/// The n-th newest of many tasks, a minute older than the one before.
fn alike(n: u32) -> Value {
    let newest: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().expect("it is a time");
    let age = jiff::SignedDuration::from_mins(i64::from(n) - 1);
    json!({
        "id": format!("task-{n:03}"),
        "status": "SUCCESS",
        "created_at": format!("{:.3}", newest - age),
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduledChange {
    before_request: u32,
    change: Value,
}

/// A script that has begun.
pub(super) struct Scene {
    pub(super) client: Client,
    pub(super) time: ManualTimeSource,
    side: Side,
}

enum Side {
    Emulator(Emulated),
    Wire(Wire),
}

impl Script {
    pub(super) async fn begin(
        &self,
        service: Service,
        instance: Option<&str>,
        http: &reqwest::Client,
    ) -> Scene {
        if let Some(responses) = &self.responses {
            let wire =
                Wire::replying(responses.iter().map(ScriptedResponse::reply).collect()).await;
            let time = clock(NOW);
            let builder = Settings::default().on(&wire.url(), http);
            let client = builder.time_source(time.clone()).build();
            return Scene {
                client: client.expect("it builds"),
                time,
                side: Side::Wire(wire),
            };
        }
        let site = Emulated::start_as(Emulator::builder().data(Data::default())).await;
        let control = Control {
            http,
            url: format!("{}/_emulator", site.emulator.kafka_url()),
        };
        for n in 1..=self.instances {
            let name = format!("case-{n:03}");
            let path = format!("instances/{service}/{name}");
            let attributes = json!({ "name": name });
            control.ask(reqwest::Method::PUT, &path, &attributes).await;
        }
        for task in self.tasks.all() {
            let instance = instance.expect("a case with tasks has an instance_id");
            let path = format!("tasks/{service}/{instance}");
            control.ask(reqwest::Method::POST, &path, &task).await;
        }
        for (path, value) in [("quirks", &self.quirks), ("progress", &self.progress)] {
            if let Some(value) = value {
                control.ask(reqwest::Method::PUT, path, value).await;
            }
        }
        for scheduled in &self.schedule {
            let change = json!({
                "before_request": scheduled.before_request,
                "service": service,
                "instance_id": instance,
                "change": scheduled.change,
            });
            control
                .ask(reqwest::Method::POST, "schedule", &change)
                .await;
        }
        for fault in &self.faults {
            control.ask(reqwest::Method::POST, "faults", fault).await;
        }
        let builder = site.builder(keys()).http_client(http.clone());
        Scene {
            client: builder.build().expect("it builds"),
            time: site.time.clone(),
            side: Side::Emulator(site),
        }
    }
}

/// The emulator's control, by the HTTP that every language has.
struct Control<'a> {
    http: &'a reqwest::Client,
    url: String,
}

impl Control<'_> {
    async fn ask(&self, method: reqwest::Method, path: &str, body: &Value) {
        let url = format!("{}/{path}", self.url);
        let request = self.http.request(method, &url).json(body);
        let response = request.send().await.expect("the response arrives");
        let status = response.status();
        let text = response.text().await.expect("the body is text");
        assert!(status.is_success(), "{url}: {status}: {text}");
    }
}

impl Scene {
    /// How many requests came.
    pub(super) fn requests(&self) -> usize {
        match &self.side {
            Side::Emulator(site) => site.control.requests().len(),
            Side::Wire(wire) => wire.take().len(),
        }
    }

    /// Every change was made and every fault was met: otherwise the case says less than it seems to.
    pub(super) fn check_played(&self) -> Result<(), String> {
        let Side::Emulator(site) = &self.side else {
            return Ok(());
        };
        let left = (site.control.scheduled(), site.control.faults());
        match left.0.is_empty() && left.1.is_empty() {
            true => Ok(()),
            false => Err(format!("the script was not played to its end: {left:?}")),
        }
    }
}
