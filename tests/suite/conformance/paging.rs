//! `paging.json`: lists read page by page, while tasks come and go.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use hwtasks::{Client, Error};
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, Operation};
use super::file::{Ran, run_all, same};
use super::outcome::ExpectedError;
use super::script::Script;
use hwtasks_tests::normal;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paging {
    script: Script,
    call: Call,
    #[serde(default, rename = "as")]
    form: Form,
    /// How many tasks are taken before the stream is dropped; all where absent.
    take: Option<usize>,
    expect: Expect,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    #[default]
    Items,
    Pages,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// Exactly these, in this order.
    ids: Option<Vec<String>>,
    /// Each of these once, in any order.
    all: Option<Vec<String>>,
    /// With `all`: each of these once or not.
    #[serde(default)]
    maybe: Vec<String>,
    /// The tasks themselves, normalised.
    tasks: Option<Vec<Value>>,
    error: Option<ExpectedError>,
    requests: Option<usize>,
    requests_at_most: Option<usize>,
}

/// The tasks that came, normalised, and the error that ended them.
async fn read(case: &Paging, client: &Client) -> (Vec<Value>, Option<Error>) {
    macro_rules! read {
        ($request:expr, $items:ident, $task:path) => {{
            let (mut tasks, mut error) = (Vec::new(), None);
            match case.form {
                Form::Items => {
                    let mut items = $request.items().take(case.take.unwrap_or(usize::MAX));
                    while let Some(item) = items.next().await {
                        match item {
                            Ok(task) => tasks.push($task(&task)),
                            Err(why) => error = Some(why),
                        }
                    }
                }
                Form::Pages => {
                    let mut pages = $request.pages();
                    while let Some(page) = pages.next().await {
                        match page {
                            Ok(page) => tasks.extend(page.$items.iter().map($task)),
                            Err(why) => error = Some(why),
                        }
                    }
                }
            }
            (tasks, error)
        }};
    }

    let call = &case.call;
    match call.operation {
        Operation::ListDcsTasksV1 => read!(call.list_v1(client), tasks, normal::dcs_v1_task),
        Operation::ListDcsTasks => read!(call.list_dcs(client), tasks, normal::dcs_task),
        Operation::ListKafkaTasks => read!(call.list_kafka(client), tasks, normal::kafka_task),
        Operation::ShowKafkaTask => panic!("one task has no pages"),
        Operation::ListDcsInstances => {
            read!(call.dcs_instances(client), instances, normal::dcs_instance)
        }
        Operation::ListDmsInstances => {
            read!(call.dms_instances(client), instances, normal::dms_instance)
        }
    }
}

impl Expect {
    fn check(&self, tasks: &[Value], error: Option<&Error>) -> Result<(), String> {
        match (&self.error, error) {
            (Some(expected), Some(error)) => expected.check(error)?,
            (Some(_), None) => return Err("it ends well".to_owned()),
            (None, Some(error)) => return Err(format!("it ends in an error: {error:#}")),
            (None, None) => {}
        }
        if let Some(expected) = &self.tasks {
            let found = Value::from(tasks.to_vec());
            if !normal::equal(&found, &expected.clone().into()) {
                same("tasks", &found, &expected.clone().into())?;
            }
            return Ok(());
        }
        let ids: Vec<_> = tasks
            .iter()
            .map(|item| item.get("id").or(item.get("instance_id")))
            .map(|id| id.and_then(Value::as_str).expect("the item has an ID"))
            .collect();
        match (&self.ids, &self.all) {
            (Some(expected), None) => {
                let expected: Vec<_> = expected.iter().map(String::as_str).collect();
                same("ids", &ids, &expected)
            }
            (None, Some(all)) => {
                let found: BTreeSet<_> = ids.iter().copied().collect();
                same("different ids", &found.len(), &ids.len())?;
                let maybe = self.maybe.iter().map(String::as_str);
                let expected = all.iter().map(String::as_str);
                let expected: BTreeSet<_> = maybe
                    .filter(|id| found.contains(id))
                    .chain(expected)
                    .collect();
                same("ids", &found, &expected)
            }
            _ => Err("the case says neither ids, all nor tasks".to_owned()),
        }
    }
}

async fn run(case: &Paging, http: &reqwest::Client) -> Ran {
    let call = &case.call;
    let service = call.operation.emulated().service();
    let scene = case
        .script
        .begin(service, call.instance_id.as_deref(), http)
        .await;
    let (tasks, error) = read(case, &scene.client).await;
    case.expect.check(&tasks, error.as_ref())?;
    let requests = scene.requests();
    match (case.expect.requests, case.expect.requests_at_most) {
        (Some(exactly), None) => same("requests", &requests, &exactly)?,
        (None, Some(most)) if requests <= most => {}
        (None, Some(most)) => return Err(format!("{requests} requests, at most {most}")),
        _ => return Err("the case does not say the requests".to_owned()),
    }
    scene.check_played()?;
    Ok(error.map(|error| error.to_string()))
}

#[tokio::test]
async fn every_list_is_read_as_the_corpus_says() {
    let http = super::http();
    let run = async |case: &Paging| run(case, &http).await;
    insta::assert_snapshot!(run_all("paging.json", run).await);
}

#[test]
fn lost_or_duplicate_task_is_reported() {
    let expect = |json: &str| serde_json::from_str::<Expect>(json).expect("an expectation");
    let tasks = |ids: &[&str]| -> Vec<_> {
        ids.iter()
            .map(|id| serde_json::json!({ "id": id }))
            .collect()
    };
    let some = expect(r#"{"all": ["a", "b"], "maybe": ["c"]}"#);
    for ids in [&["a", "b"][..], &["b", "c", "a"]] {
        assert_eq!(some.check(&tasks(ids), None), Ok(()), "{ids:?}");
    }
    for ids in [
        &["a"][..],
        &["a", "b", "a"],
        &["a", "b", "d"],
        &["c", "c", "a", "b"],
    ] {
        assert!(some.check(&tasks(ids), None).is_err(), "{ids:?}");
    }
    let exactly = expect(r#"{"ids": ["a", "b"]}"#);
    assert!(exactly.check(&tasks(&["b", "a"]), None).is_err());
    assert!(expect(r#"{"all": []}"#).check(&[], None).is_ok());
    assert!(expect("{}").check(&[], None).is_err());
}
