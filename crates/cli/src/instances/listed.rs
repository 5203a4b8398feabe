//! The instances that the service lists.

use std::sync::Arc;

use clap::ValueEnum;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use hwtasks::{Client, Error};
use serde_json::{Map, Value};

use crate::error::{CliError, Exit};
use crate::instances::Instance;
use crate::instances::glob::Glob;
use crate::options::Service;
use crate::suggest;

/// How many instances a message lists.
const MAX_LISTED: usize = 10;
/// How many instances are read to suggest a name.
const MAX_SUGGESTED: usize = 1000;

/// An engine of DMS; the host of Kafka lists the instances of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    #[default]
    Kafka,
    Rabbitmq,
    Rocketmq,
}

impl Engine {
    fn as_str(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Rabbitmq => "rabbitmq",
            Self::Rocketmq => "rocketmq",
        }
    }
}

/// Selects instances.
#[derive(Clone, Debug, Default)]
pub(crate) struct InstanceFilter {
    /// The engine of DMS.
    pub(crate) engine: Engine,
    pub(crate) name: Option<Glob>,
    /// The whole name, instead of a pattern.
    pub(crate) exact_name: Option<String>,
    pub(crate) status: Option<String>,
}

/// An instance, with all that the service lists of it.
#[derive(Clone, Debug)]
pub(crate) struct ListedInstance {
    pub(crate) instance: Arc<Instance>,
    pub(crate) status: Option<String>,
    /// The service, and the fields of the instance.
    pub(crate) json: Value,
}

impl ListedInstance {
    fn new(
        service: Service,
        id: &str,
        (name, status): (&Option<String>, &Option<String>),
        fields: serde_json::Result<Value>,
    ) -> Self {
        let mut json = Map::new();
        json.insert("service".to_owned(), service.as_str().into());
        // Serializing these types cannot fail.
        if let Ok(Value::Object(fields)) = fields {
            json.extend(fields);
        }
        Self {
            instance: Instance::with_name(service, id, name.clone()),
            status: status.clone(),
            json: json.into(),
        }
    }
}

/// The instances of the project that the filter selects, over as many pages as needed.
pub(crate) fn list(
    service: Service,
    client: &Client,
    filter: &InstanceFilter,
) -> BoxStream<'static, Result<ListedInstance, Error>> {
    // The service finds parts of names.
    let part = filter.name.as_ref().map(Glob::literal);
    let part = part.filter(|part| !part.is_empty());
    let part = filter.exact_name.clone().or(part);
    macro_rules! rows {
        ($request:expr) => {{
            let mut request = $request;
            if let Some(part) = &part {
                request = request.name(part);
            }
            if let Some(status) = &filter.status {
                request = request.status(status);
            }
            request
                .items()
                .map_ok(move |found| {
                    let labels = (&found.name, &found.status);
                    let fields = serde_json::to_value(&found);
                    ListedInstance::new(service, &found.instance_id, labels, fields)
                })
                .boxed()
        }};
    }
    let found = match service {
        Service::Dcs => rows!(client.dcs().instances()),
        Service::Kafka => {
            let request = client.kafka().instances();
            let request = request.engine(filter.engine.as_str());
            rows!(match filter.exact_name {
                Some(_) => request.exact_match_name("true"),
                None => request,
            })
        }
    };
    let (glob, exact) = (filter.name.clone(), filter.exact_name.clone());
    let is_named = move |found: &ListedInstance| {
        let found = found.instance.name.as_deref().unwrap_or_default();
        let is_like = glob.as_ref().is_none_or(|glob| glob.matches(found));
        std::future::ready(is_like && exact.as_ref().is_none_or(|exact| exact == found))
    };
    found.try_filter(is_named).boxed()
}

/// The instance of an argument: an ID, or `@NAME`, which is looked up.
pub(crate) async fn resolve(
    service: Service,
    client: &Client,
    argument: &str,
) -> Result<Arc<Instance>, CliError> {
    let Some(name) = argument.strip_prefix('@') else {
        return Ok(Instance::new(service, argument));
    };
    if name.is_empty() {
        return Err(
            CliError::bad_input("@ needs the name of an instance").with_help(format!(
                "list them: `hwtasks {} instances`",
                service.as_str()
            )),
        );
    }
    let engines: &[Engine] = match service {
        Service::Dcs => &[Engine::Kafka],
        Service::Kafka => Engine::value_variants(),
    };
    for engine in engines {
        let filter = InstanceFilter {
            engine: *engine,
            exact_name: Some(name.to_owned()),
            ..InstanceFilter::default()
        };
        let found: Vec<_> = list(service, client, &filter).try_collect().await?;
        match found.as_slice() {
            [] => {}
            [one] => return Ok(Arc::clone(&one.instance)),
            several => return Err(ambiguous(name, several)),
        }
    }
    let all = list(service, client, &InstanceFilter::default());
    let all: Vec<_> = all.take(MAX_SUGGESTED).try_collect().await?;
    Err(not_found(service, name, &all))
}

fn ambiguous(name: &str, found: &[ListedInstance]) -> CliError {
    let ids = found.iter().take(MAX_LISTED).map(|found| {
        let status = found.status.as_deref().unwrap_or("no status");
        format!("{} ({status})", found.instance.id)
    });
    let mut ids = ids.collect::<Vec<_>>().join(", ");
    if let more @ 1.. = found.len().saturating_sub(MAX_LISTED) {
        ids.push_str(&format!(" and {more} more"));
    }
    let message = format!("{} instances have the name {name:?}: {ids}", found.len());
    CliError::new(Exit::Api, message).with_help("give the ID of one of them")
}

fn not_found(service: Service, name: &str, all: &[ListedInstance]) -> CliError {
    let names = all
        .iter()
        .filter_map(|found| found.instance.name.as_deref());
    let meant = suggest::question(name, names);
    CliError::new(Exit::Api, format!("no instance has the name {name:?}")).with_help(format!(
        "{meant}`hwtasks {} instances` lists them; an instance of another region or project is not \
         found",
        service.as_str()
    ))
}
