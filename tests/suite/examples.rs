//! Decodes every documented response body through the client, without loss.

use hwtasks_api::examples::{
    ALL, DCS_LIST_EN, DCS_LIST_NEWER, DCS_LIST_ZH, DCS_V1_LIST, DCS_V1_LIST_VERBATIM, Example,
    KAFKA_LIST, KAFKA_SHOW,
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::server::{INSTANCE, Server, TASK};

/// Parses the body, with the misspelled key corrected.
fn original(body: &str) -> Value {
    serde_json::from_str(&body.replace("\"new_cahce_mode\"", "\"new_cache_mode\""))
        .expect("it is JSON")
}

/// Asserts that the decoded body serializes to every value of the original, with its JSON type.
fn assert_nothing_is_lost(example: Example, decoded: &impl Serialize) {
    let written = serde_json::to_value(decoded).expect("a body is JSON");
    assert_eq!(written, original(example.body), "{}", example.name);
}

#[test]
fn all_lists_every_json_example_file() {
    let folder = xtask::files::root().join("crates/api/src/examples");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("it can be read")
        .map(|entry| {
            entry
                .expect("the folder has entries")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    files.sort();
    let mut names: Vec<_> = ALL.iter().map(|example| example.name).collect();
    names.sort_unstable();
    assert_eq!(names, files);
}

/// An editor that strips whitespace would change the examples.
#[test]
fn verbatim_bodies_match_their_checksums() {
    let sums = [
        (
            DCS_V1_LIST_VERBATIM,
            "fc190994b63c2497178a51e35ae0018611087b19e752db1c6a2cea0ced3f7864",
        ),
        (
            DCS_LIST_ZH.body,
            "7b2b6fd51a6d2d825d43229cabe8d93a865e3e1f5342fbfc2440a7c78e4b78c6",
        ),
        (
            DCS_LIST_EN.body,
            "72ebbf090be0aa22b21d77434b9426646d62b2bf65a12df89e02d55b4a0e5323",
        ),
        (
            KAFKA_LIST.body,
            "34c611671fbf4de600e1ac880532be6fd030ef4fd9e00e62bff0c4285eabd407",
        ),
        (
            KAFKA_SHOW.body,
            "168270000178e93252502168050db35544fac0e1860ead59bc517456dff4822b",
        ),
    ];
    for (body, sum) in sums {
        let found: String = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(found, sum, "{body}");
    }
    assert_eq!(
        DCS_V1_LIST.body,
        DCS_V1_LIST_VERBATIM.replace("}, ],", "} ],")
    );
}

#[tokio::test]
async fn dcs_list_zh() {
    let server = Server::serving(DCS_LIST_ZH.body).await;
    let list = server
        .client()
        .dcs()
        .list(INSTANCE)
        .await
        .expect("it succeeds");
    insta::assert_debug_snapshot!(list.clone().into_inner());
    assert_nothing_is_lost(DCS_LIST_ZH, &*list);
    assert_eq!(list.raw_body(), DCS_LIST_ZH.body);
}

#[tokio::test]
async fn dcs_list_en() {
    let server = Server::serving(DCS_LIST_EN.body).await;
    let list = server
        .client()
        .dcs()
        .list(INSTANCE)
        .await
        .expect("it succeeds");
    insta::assert_debug_snapshot!(list.clone().into_inner());
    assert_nothing_is_lost(DCS_LIST_EN, &*list);
    assert_eq!(list.raw_body(), DCS_LIST_EN.body);
}

#[tokio::test]
async fn dcs_list_newer() {
    let server = Server::serving(DCS_LIST_NEWER.body).await;
    let list = server
        .client()
        .dcs()
        .list(INSTANCE)
        .await
        .expect("it succeeds");
    insta::assert_debug_snapshot!(list.clone().into_inner());
    assert_nothing_is_lost(DCS_LIST_NEWER, &*list);
}

#[tokio::test]
async fn dcs_v1_list() {
    let server = Server::serving(DCS_V1_LIST.body).await;
    let list = server
        .client()
        .dcs()
        .list_v1(INSTANCE)
        .await
        .expect("it succeeds");
    insta::assert_debug_snapshot!(list.clone().into_inner());
    assert_nothing_is_lost(DCS_V1_LIST, &*list);
}

#[tokio::test]
async fn dcs_v1_list_verbatim_error_has_line_and_column() {
    let server = Server::serving(DCS_V1_LIST_VERBATIM).await;
    let error = server
        .client()
        .dcs()
        .list_v1(INSTANCE)
        .await
        .expect_err("the body is not JSON");
    assert!(error.is_decode());
    assert_eq!(error.body().expect("a body"), DCS_V1_LIST_VERBATIM);
    insta::assert_snapshot!(error, @"ListDcsTasksV1: cannot decode the response body at tasks: trailing comma at line 14 column 5");
}

#[tokio::test]
async fn kafka_list() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let list = server
        .client()
        .kafka()
        .list(INSTANCE)
        .await
        .expect("it succeeds");
    insta::assert_debug_snapshot!(list.clone().into_inner());
    assert_nothing_is_lost(KAFKA_LIST, &*list);
    let params: Value = list.tasks[0]
        .params_as()
        .expect("it is JSON")
        .expect("the task has parameters");
    assert_eq!(params["new_auto_status"], false);
}

#[tokio::test]
async fn kafka_show() {
    let server = Server::serving(KAFKA_SHOW.body).await;
    let task = server
        .client()
        .kafka()
        .show(INSTANCE, TASK)
        .await
        .expect("there is a task");
    insta::assert_debug_snapshot!(task.clone().into_inner());
    let list: hwtasks::KafkaTaskList =
        serde_json::from_slice(task.raw_body()).expect("it succeeds");
    assert_nothing_is_lost(KAFKA_SHOW, &list);
    assert_eq!(list.tasks, [task.into_inner()]);
}
