//! `configuration.json`: the settings of a client and where each comes from, or the error.

use std::collections::BTreeMap;

use hwtasks::{
    Client, ClientBuilder, Credentials, Environment, Error, IamPasswordProvider, Origin,
};
use hwtasks_tests::normal;
use serde::Deserialize;

use super::file::{Ran, run_all, same};
use super::scripted_response::ScriptedResponse;
use super::wire::{Head, Wire};
use crate::support::server::clock;
use crate::support::unused_port;

const NOW: &str = "2026-01-02T03:04:05Z";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    environment: Option<BTreeMap<String, String>>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    client: Options,
    iam: Option<Vec<ScriptedResponse>>,
    metadata: Option<Vec<ScriptedResponse>>,
    expect: Expect,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    region: Option<String>,
    dcs_endpoint: Option<String>,
    kafka_endpoint: Option<String>,
    iam_endpoint: Option<String>,
    project_id: Option<String>,
    credentials: Option<Given>,
    without_credentials: bool,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Given {
    Token {
        token: String,
    },
    Keys {
        ak: String,
        sk: String,
        security_token: Option<String>,
        project_id: Option<String>,
    },
    User {
        user: String,
        password: String,
        domain: String,
        region: Option<String>,
        endpoint: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    region: Option<Setting>,
    dcs_endpoint: Option<Setting>,
    kafka_endpoint: Option<Setting>,
    project_id: Option<Setting>,
    credentials: Option<Account>,
    error: Option<ExpectedError>,
    iam: Option<Vec<SentRequest>>,
    metadata: Option<Vec<SentRequest>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    value: String,
    origin: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    kind: String,
    access_key: Option<String>,
    provider: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedError {
    kind: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentRequest {
    method: String,
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    absent: Vec<String>,
}

/// The values of the placeholders of a case.
struct Places {
    home: String,
    iam: String,
    metadata: String,
}

impl Places {
    fn pairs(&self) -> [(&'static str, &str); 3] {
        [
            ("{home}", &self.home),
            ("{iam}", &self.iam),
            ("{metadata}", &self.metadata),
        ]
    }

    fn fill(&self, text: &str) -> String {
        self.pairs()
            .into_iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
    }

    /// Puts the placeholders back.
    fn normal(&self, text: &str) -> String {
        self.pairs()
            .into_iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(value, name)
            })
    }

    fn setting(&self, value: Option<&str>, origin: Option<Origin>) -> Option<Setting> {
        let origin = match origin {
            Some(Origin::Builder) => "options".to_owned(),
            Some(Origin::Region) => "region".to_owned(),
            Some(Origin::Credentials) => "credentials".to_owned(),
            Some(Origin::Iam) => "iam".to_owned(),
            Some(origin) => self.normal(&origin.to_string()),
            None => "none".to_owned(),
        };
        let value = self.normal(value?);
        Some(Setting { value, origin })
    }
}

fn builder(case: &Configuration, places: &Places) -> Result<ClientBuilder, Error> {
    let mut builder = match &case.environment {
        None => Client::builder(),
        Some(variables) => {
            let metadata = ("HWTASKS_METADATA_ENDPOINT".to_owned(), "{metadata}".into());
            let variables = [metadata].into_iter().chain(variables.clone());
            let variables = variables.map(|(name, value)| (name, places.fill(&value)));
            let environment = Environment::from_vars(variables).with_home(&places.home);
            ClientBuilder::from_environment(environment)
        }
    };
    builder = builder.time_source(clock(NOW));
    let options = &case.client;
    if let Some(id) = &options.region {
        builder = builder.region(id);
    }
    if let Some(url) = &options.dcs_endpoint {
        builder = builder.dcs_endpoint(places.fill(url));
    }
    if let Some(url) = &options.kafka_endpoint {
        builder = builder.kafka_endpoint(places.fill(url));
    }
    if let Some(url) = &options.iam_endpoint {
        builder = builder.iam_endpoint(places.fill(url));
    }
    if let Some(id) = &options.project_id {
        builder = builder.project_id(id);
    }
    builder = match &options.credentials {
        None => builder,
        Some(Given::Token { token }) => builder.token(token),
        Some(Given::Keys {
            ak,
            sk,
            security_token,
            project_id,
        }) => {
            let mut keys = Credentials::keys(ak, sk);
            if let Some(token) = security_token {
                keys = keys.with_security_token(token);
            }
            if let Some(id) = project_id {
                keys = keys.with_project_id(id);
            }
            builder.credentials(keys)
        }
        Some(Given::User {
            user,
            password,
            domain,
            region,
            endpoint,
        }) => {
            let mut provider =
                IamPasswordProvider::builder(user, password, domain).time_source(clock(NOW));
            if let Some(region) = region {
                provider = provider.region(region);
            }
            if let Some(url) = endpoint {
                provider = provider.endpoint(places.fill(url));
            }
            builder.credentials(provider.build()?)
        }
    };
    if options.without_credentials {
        builder = builder.without_credentials();
    }
    Ok(builder)
}

async fn check(client: &Client, expect: &Expect, places: &Places) -> Result<(), String> {
    let origins = client.origins();
    let region = places.setting(client.region(), origins.region);
    same("region", &region, &expect.region)?;
    let dcs = places.setting(client.dcs_endpoint(), origins.dcs_endpoint);
    same("dcs_endpoint", &dcs, &expect.dcs_endpoint)?;
    let kafka = places.setting(client.kafka_endpoint(), origins.kafka_endpoint);
    same("kafka_endpoint", &kafka, &expect.kafka_endpoint)?;
    let project = places.setting(client.project_id(), origins.project_id);
    same("project_id", &project, &expect.project_id)?;
    let credentials = client.credentials().await.map_err(|e| e.to_string())?;
    let account = credentials.map(|credentials| Account {
        kind: match credentials.is_token() {
            true => "token".to_owned(),
            false => "keys".to_owned(),
        },
        access_key: credentials.access_key().map(str::to_owned),
        provider: credentials.provider().map(|name| places.normal(name)),
    });
    same("credentials", &account, &expect.credentials)?;
    no_secret("client", &format!("{client:?}"))
}

fn no_secret(what: &str, text: &str) -> Result<(), String> {
    match text.contains("SECRET") {
        true => Err(format!("the {what} shows a secret: {text}")),
        false => Ok(()),
    }
}

fn check_sent(who: &str, heads: &[Head], sent: Option<&Vec<SentRequest>>) -> Result<(), String> {
    let Some(sent) = sent else {
        return Ok(());
    };
    let lines = |head: &Head| format!("{} {}", head.method, head.target);
    let found: Vec<_> = heads.iter().map(lines).collect();
    let expected = sent.iter().map(|s| format!("{} {}", s.method, s.target));
    same(who, &found, &expected.collect())?;
    for (head, sent) in heads.iter().zip(sent) {
        for (name, value) in &sent.headers {
            same(name, &head.header(name), &Some(value.as_str()))?;
        }
        for name in &sent.absent {
            same(name, &head.header(name), &None)?;
        }
    }
    Ok(())
}

async fn fake(responses: Option<&Vec<ScriptedResponse>>) -> (Option<Wire>, String) {
    let Some(responses) = responses else {
        return (None, unused_port());
    };
    let wire = Wire::replying(responses.iter().map(ScriptedResponse::reply).collect()).await;
    let url = wire.url();
    (Some(wire), url)
}

async fn run(case: &Configuration) -> Ran {
    let home = tempfile::tempdir().expect("there is a folder");
    let (iam, iam_url) = fake(case.iam.as_ref()).await;
    let (metadata, metadata_url) = fake(case.metadata.as_ref()).await;
    let places = Places {
        home: home.path().to_str().expect("it is text").to_owned(),
        iam: iam_url,
        metadata: metadata_url,
    };
    for (path, text) in &case.files {
        let path = home.path().join(path);
        let folder = path.parent().expect("it has a folder");
        std::fs::create_dir_all(folder).expect("it can be made");
        std::fs::write(path, places.fill(text)).expect("it is written");
    }
    let built = match builder(case, &places) {
        Ok(builder) => builder.load().await,
        Err(error) => Err(error),
    };
    let sent = |wire: &Option<Wire>| wire.as_ref().map(Wire::take).unwrap_or_default();
    check_sent("iam", &sent(&iam), case.expect.iam.as_ref())?;
    let asked = sent(&metadata);
    check_sent("metadata", &asked, case.expect.metadata.as_ref())?;
    let error = match (built, &case.expect.error) {
        (Ok(client), None) => {
            check(&client, &case.expect, &places).await?;
            return Ok(None);
        }
        (Ok(_), Some(_)) => return Err("it is no error".to_owned()),
        (Err(error), None) => return Err(format!("it is an error: {error:#}")),
        (Err(error), Some(expected)) => {
            same("kind", &normal::kind(error.kind()), &expected.kind)?;
            let line = places.normal(&error.to_string());
            for name in &expected.names {
                if !line.contains(name) {
                    return Err(format!("it does not name {name:?}: {line}"));
                }
            }
            no_secret("error", &format!("{error:?} {error:#}"))?;
            line
        }
    };
    Ok(Some(error))
}

#[tokio::test]
async fn every_configuration_is_read_as_the_corpus_says() {
    insta::assert_snapshot!(run_all("configuration.json", run).await);
}

#[test]
fn shown_secret_is_reported() {
    assert!(no_secret("error", "the SECRET-key").is_err());
    assert!(no_secret("error", "HUAWEICLOUD_SDK_SECURITY_TOKEN").is_ok());
}
