//! Calls and clients as the corpus writes them.

use std::time::Duration;

use hwtasks::{Client, ClientBuilder, Credentials, Error, RetryPolicy};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::normal;
use crate::server::{PROJECT, TOKEN, clock};

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(super) enum Operation {
    ListDcsTasksV1,
    ListDcsTasks,
    ListKafkaTasks,
    ShowKafkaTask,
}

impl Operation {
    pub(super) const ALL: [Self; 4] = [
        Self::ListDcsTasksV1,
        Self::ListDcsTasks,
        Self::ListKafkaTasks,
        Self::ShowKafkaTask,
    ];

    /// The emulator's name for it.
    pub(super) fn emulated(self) -> hwtasks_emulator::Operation {
        use hwtasks_emulator::Operation as Emulated;
        match self {
            Self::ListDcsTasksV1 => Emulated::ListDcsTasksV1,
            Self::ListDcsTasks => Emulated::ListDcsTasks,
            Self::ListKafkaTasks => Emulated::ListKafkaTasks,
            Self::ShowKafkaTask => Emulated::ShowKafkaTask,
        }
    }
}

/// An operation with its arguments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) operation: Operation,
    pub(super) instance_id: String,
    task_id: Option<String>,
    offset: Option<u32>,
    start: Option<u32>,
    limit: Option<u32>,
    since: Option<String>,
    until: Option<String>,
}

/// What a success came to.
pub(super) struct Success {
    /// `{"list": ..}` or `{"task": ..}`.
    pub(super) normal: Value,
    /// The typed value as it is written back.
    pub(super) written: Value,
    pub(super) raw: Vec<u8>,
    pub(super) request_id: Option<String>,
}

fn time(text: &str) -> jiff::Timestamp {
    text.parse().expect("a time of RFC 3339")
}

macro_rules! list {
    ($request:expr, $call:expr, $position:ident, $normal:path) => {{
        let call = $call;
        let mut request = $request;
        if let Some(position) = call.$position {
            request = request.$position(position);
        }
        if let Some(limit) = call.limit {
            request = request.limit(limit);
        }
        if let Some(bound) = &call.since {
            request = request.since(time(bound));
        }
        if let Some(bound) = &call.until {
            request = request.until(time(bound));
        }
        let list = request.await?;
        Ok(Success {
            normal: json!({ "list": $normal(&list) }),
            written: serde_json::to_value(&*list).expect("JSON"),
            raw: list.raw().to_vec(),
            request_id: list.request_id().map(str::to_owned),
        })
    }};
}

impl Call {
    pub(super) async fn send(&self, client: &Client) -> Result<Success, Error> {
        let id = self.instance_id.as_str();
        match self.operation {
            Operation::ListDcsTasksV1 => {
                list!(client.dcs().list_v1(id), self, start, normal::dcs_v1_list)
            }
            Operation::ListDcsTasks => {
                list!(client.dcs().list(id), self, offset, normal::dcs_list)
            }
            Operation::ListKafkaTasks => {
                list!(client.kafka().list(id), self, start, normal::kafka_list)
            }
            Operation::ShowKafkaTask => {
                let task = self.task_id.as_deref().expect("a task_id");
                let task = client.kafka().show(id, task).await?;
                Ok(Success {
                    normal: json!({ "task": normal::kafka_task(&task) }),
                    written: serde_json::to_value(&*task).expect("JSON"),
                    raw: task.raw().to_vec(),
                    request_id: task.request_id().map(str::to_owned),
                })
            }
        }
    }
}

/// What authorizes the calls of a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Keys {
    Token {
        token: String,
    },
    Keys {
        ak: String,
        sk: String,
        security_token: Option<String>,
    },
}

impl From<Keys> for Credentials {
    fn from(keys: Keys) -> Self {
        match keys {
            Keys::Token { token } => Self::token(token),
            Keys::Keys {
                ak,
                sk,
                security_token,
            } => match security_token {
                Some(token) => Self::keys(ak, sk).with_security_token(token),
                None => Self::keys(ak, sk),
            },
        }
    }
}

/// How the client of a case is made. What is absent is as the client has it by default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    dcs_endpoint: Option<String>,
    kafka_endpoint: Option<String>,
    project_id: Option<String>,
    #[serde(deserialize_with = "present")]
    credentials: Option<Option<Keys>>,
    now: Option<String>,
    attempts: Option<u32>,
    backoff_ms: Option<(u64, u64)>,
    timeout_ms: Option<u64>,
    attempt_timeout_ms: Option<u64>,
    body_limit: Option<usize>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Keys>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Settings {
    /// A client whose requests all reach a proxy, by the HTTP client given, over plain HTTP.
    ///
    /// Neither target nor signature holds the scheme, so `http` may stand in for `https`.
    pub(super) fn through_a_proxy(&self, http: reqwest::Client) -> ClientBuilder {
        let plain = |endpoint: &Option<String>| {
            let endpoint = endpoint.as_deref().expect("an endpoint");
            match endpoint.strip_prefix("https://") {
                Some(rest) => (format!("http://{rest}"), true),
                None => (endpoint.to_owned(), false),
            }
        };
        let (dcs, dcs_was_https) = plain(&self.dcs_endpoint);
        let (kafka, kafka_was_https) = plain(&self.kafka_endpoint);
        self.apply(Client::builder())
            .http_client(http)
            .retry_policy(RetryPolicy::none())
            .dcs_endpoint(dcs)
            .kafka_endpoint(kafka)
            .allow_plain_http(dcs_was_https && kafka_was_https)
            .time_source(clock(self.now()))
    }

    /// A client of a server that stands for both services.
    pub(super) fn on(&self, url: &str, http: &reqwest::Client) -> ClientBuilder {
        self.apply(Client::builder().project_id(PROJECT).token(TOKEN))
            .http_client(http.clone())
            .dcs_endpoint(url)
            .kafka_endpoint(url)
    }

    /// What the clock shows.
    pub(super) fn now(&self) -> &str {
        self.now.as_deref().unwrap_or("2026-01-02T03:04:05Z")
    }

    pub(super) fn apply(&self, mut builder: ClientBuilder) -> ClientBuilder {
        let millis = Duration::from_millis;
        if let Some(id) = &self.project_id {
            builder = builder.project_id(id);
        }
        if let Some(Some(keys)) = &self.credentials {
            builder = builder.credentials(Credentials::from(keys.clone()));
        }
        let mut policy = RetryPolicy::default();
        if let Some(attempts) = self.attempts {
            policy = policy.with_attempts(attempts);
        }
        if let Some((first, most)) = self.backoff_ms {
            policy = policy.with_backoff(millis(first), millis(most));
        }
        builder = builder.retry_policy(policy);
        if let Some(timeout) = self.timeout_ms {
            builder = builder.timeout(millis(timeout));
        }
        if let Some(timeout) = self.attempt_timeout_ms {
            builder = builder.attempt_timeout(millis(timeout));
        }
        if let Some(bytes) = self.body_limit {
            builder = builder.body_limit(bytes);
        }
        builder
    }
}
