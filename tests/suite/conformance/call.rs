//! Calls and clients as the corpus writes them.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hwtasks::{
    Client, ClientBuilder, Credentials, Error, ListDcsInstances, ListDcsTasks, ListDcsTasksV1,
    ListDmsInstances, ListKafkaTasks, ProvideCredentials, Provided, Response, RetryPolicy,
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::support::server::{PROJECT, TOKEN, clock};
use hwtasks_tests::normal;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(super) enum Operation {
    ListDcsTasksV1,
    ListDcsTasks,
    ListKafkaTasks,
    ShowKafkaTask,
    ListDcsInstances,
    ListDmsInstances,
}

impl Operation {
    /// The operations of tasks.
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
            Self::ListDcsInstances => Emulated::ListDcsInstances,
            Self::ListDmsInstances => Emulated::ListDmsInstances,
        }
    }
}

/// An operation with its arguments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) operation: Operation,
    /// Absent or null for an operation without one.
    pub(super) instance_id: Option<String>,
    task_id: Option<String>,
    offset: Option<u32>,
    start: Option<u32>,
    limit: Option<u32>,
    since: Option<String>,
    until: Option<String>,
    name: Option<String>,
    status: Option<String>,
    engine: Option<String>,
    exact_match_name: Option<String>,
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

pub(super) fn time(text: &str) -> jiff::Timestamp {
    text.parse().expect("the time is RFC 3339")
}

macro_rules! list {
    ($name:ident -> $request:ty, $position:ident, |$client:ident, $id:ident| $made:expr) => {
        /// The request of a page.
        pub(super) fn $name(&self, $client: &Client) -> $request {
            let $id = self.instance();
            let mut request = $made;
            if let Some(position) = self.$position {
                request = request.$position(position);
            }
            if let Some(limit) = self.limit {
                request = request.limit(limit);
            }
            if let Some(bound) = &self.since {
                request = request.since(time(bound));
            }
            if let Some(bound) = &self.until {
                request = request.until(time(bound));
            }
            request
        }
    };
}

macro_rules! instances {
    ($name:ident -> $request:ty, |$client:ident| $made:expr, $($filter:ident),+) => {
        /// The request of a page.
        pub(super) fn $name(&self, $client: &Client) -> $request {
            let mut request = $made;
            if let Some(offset) = self.offset {
                request = request.offset(offset);
            }
            if let Some(limit) = self.limit {
                request = request.limit(limit);
            }
            $(if let Some(value) = &self.$filter {
                request = request.$filter(value);
            })+
            request
        }
    };
}

/// A response as a success, its body brought into the normalised form.
fn success<T: Serialize>(response: &Response<T>, normal: Value) -> Success {
    Success {
        normal,
        written: serde_json::to_value(&**response).expect("it is JSON"),
        raw: response.raw_body().to_vec(),
        request_id: response.request_id().map(str::to_owned),
    }
}

impl Call {
    list!(list_v1 -> ListDcsTasksV1, start, |client, id| client.dcs().list_v1(id));
    list!(list_dcs -> ListDcsTasks, offset, |client, id| client.dcs().list(id));
    list!(list_kafka -> ListKafkaTasks, start, |client, id| client.kafka().list(id));

    instances!(dcs_instances -> ListDcsInstances, |client| client.dcs().instances(), name, status);
    instances!(
        dms_instances -> ListDmsInstances,
        |client| client.kafka().instances(),
        name, status, engine, exact_match_name
    );

    /// The instance of the case.
    fn instance(&self) -> &str {
        let instance = self.instance_id.as_deref();
        instance.expect("the case has an instance_id")
    }

    pub(super) async fn send(&self, client: &Client) -> Result<Success, Error> {
        Ok(match self.operation {
            Operation::ListDcsTasksV1 => {
                let list = self.list_v1(client).await?;
                success(&list, json!({ "list": normal::dcs_v1_list(&list) }))
            }
            Operation::ListDcsTasks => {
                let list = self.list_dcs(client).await?;
                success(&list, json!({ "list": normal::dcs_list(&list) }))
            }
            Operation::ListKafkaTasks => {
                let list = self.list_kafka(client).await?;
                success(&list, json!({ "list": normal::kafka_list(&list) }))
            }
            Operation::ShowKafkaTask => {
                let task = self.task_id.as_deref().expect("the case has a task_id");
                let task = client.kafka().show(self.instance(), task).await?;
                success(&task, json!({ "task": normal::kafka_task(&task) }))
            }
            Operation::ListDcsInstances => {
                let list = self.dcs_instances(client).await?;
                success(&list, json!({ "list": normal::dcs_instances(&list) }))
            }
            Operation::ListDmsInstances => {
                let list = self.dms_instances(client).await?;
                success(&list, json!({ "list": normal::dms_instances(&list) }))
            }
        })
    }
}

/// What authorizes the calls of a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Keys {
    Token {
        token: String,
    },
    Pair {
        ak: String,
        sk: String,
        security_token: Option<String>,
    },
    Provider {
        provider: Vec<Keys>,
    },
}

/// A provider that fetches the credentials of a case in turn, and counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Fetching {
    given: Vec<Keys>,
    pub(super) fetches: Arc<AtomicUsize>,
}

impl ProvideCredentials for Fetching {
    fn name(&self) -> Cow<'static, str> {
        "corpus".into()
    }

    fn provide(&self) -> Provided<'_> {
        let nth = self.fetches.fetch_add(1, Ordering::SeqCst);
        let keys = self.given.get(nth).or_else(|| self.given.last());
        let credentials = keys.expect("it has credentials").clone().into();
        Box::pin(std::future::ready(Ok(credentials)))
    }
}

impl From<Keys> for Credentials {
    fn from(keys: Keys) -> Self {
        match keys {
            Keys::Token { token } => Self::token(token),
            Keys::Pair {
                ak,
                sk,
                security_token,
            } => match security_token {
                Some(token) => Self::keys(ak, sk).with_security_token(token),
                None => Self::keys(ak, sk),
            },
            Keys::Provider { .. } => panic!("a provider is no credentials"),
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
    max_attempts: Option<u32>,
    initial_backoff_ms: Option<u64>,
    max_backoff_ms: Option<u64>,
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
            let endpoint = endpoint.as_deref().expect("the endpoint is set");
            match endpoint.strip_prefix("https://") {
                Some(rest) => (format!("http://{rest}"), true),
                None => (endpoint.to_owned(), false),
            }
        };
        let (dcs, dcs_was_https) = plain(&self.dcs_endpoint);
        let (kafka, kafka_was_https) = plain(&self.kafka_endpoint);
        self.apply(Client::builder())
            .http_client(http)
            .retry_policy(RetryPolicy::disabled())
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

    /// What no error may show: secrets, but none so short that a text has it by chance.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = match &self.credentials {
            Some(Some(Keys::Token { token })) => [Some(token), None],
            Some(Some(Keys::Pair {
                sk, security_token, ..
            })) => [Some(sk), security_token.as_ref()],
            Some(Some(Keys::Provider { .. }) | None) | None => [None, None],
        };
        let secrets = secrets.into_iter().flatten().map(String::as_str);
        secrets.filter(|secret| secret.len() > 2)
    }

    /// The provider of the case, if it has one.
    pub(super) fn provider(&self) -> Option<Fetching> {
        match &self.credentials {
            Some(Some(Keys::Provider { provider })) => Some(Fetching {
                given: provider.clone(),
                ..Fetching::default()
            }),
            _ => None,
        }
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
        builder = match &self.credentials {
            Some(Some(Keys::Provider { .. })) | None => builder,
            Some(Some(keys)) => builder.credentials(Credentials::from(keys.clone())),
            Some(None) => builder.without_credentials(),
        };
        let mut policy = RetryPolicy::default();
        if let Some(attempts) = self.max_attempts {
            policy = policy.with_max_attempts(attempts);
        }
        if let Some(initial) = self.initial_backoff_ms {
            policy = policy.with_initial_backoff(millis(initial));
        }
        if let Some(max) = self.max_backoff_ms {
            policy = policy.with_max_backoff(millis(max));
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
