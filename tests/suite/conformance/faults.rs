//! `faults.json`: every fault of the emulator, and what a signed call makes of it. The docs of
//! `hwtasks::Error` hold the same table.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use hwtasks::{Error, TimeSource as _};
use hwtasks_emulator::{Fault, FaultKind, INSTANCE_ID};
use serde::Deserialize;
use serde_json::json;

use super::call::{Call, Operation, Settings, Success};
use super::file::{cases, run_all, same};
use crate::support::emulated::{Emulated, keys};
use crate::support::server::TASK;
use hwtasks_tests::normal;

const FILE: &str = "faults.json";
/// The default timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// What went wrong, as the docs of the error say it.
    what: String,
    #[serde(default)]
    client: Settings,
    fault: Fault,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    attempts: u32,
    /// Absent: the same response as without the fault.
    error: Option<Wrong>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    kind: String,
    status: Option<u16>,
    is: Vec<String>,
}

impl Expect {
    fn check(&self, outcome: &Result<Success, Error>, right: &[u8]) -> Result<(), String> {
        match (&self.error, outcome) {
            (None, Ok(success)) => same("the response", &*success.raw, right),
            (Some(wrong), Err(error)) => {
                same("kind", &normal::kind(error.kind()), &wrong.kind)?;
                same("status", &error.status().map(|s| s.as_u16()), &wrong.status)?;
                let is: Vec<_> = wrong.is.iter().map(String::as_str).collect();
                same("is", &normal::predicates(error), &is)?;
                same("attempts", &error.attempts(), &self.attempts)
            }
            (None, Err(error)) => Err(format!("it is an error: {error:#}")),
            (Some(_), Ok(_)) => Err("it is a success".to_owned()),
        }
    }
}

async fn meet(row: &Row, operation: Operation, http: &reqwest::Client) -> Result<(), String> {
    let site = Emulated::start().await;
    let call: Call = serde_json::from_value(json!({
        "operation": format!("{operation:?}"),
        "instance_id": INSTANCE_ID,
        "task_id": TASK,
    }))
    .expect("the case has a call");
    // Setting up TLS takes long, so all share it; but who follows no redirect is hwtasks' own.
    let builder = match row.fault.kind {
        FaultKind::Redirect { .. } => site.builder(keys()),
        _ => site.builder(keys()).http_client(http.clone()),
    };
    let client = builder.clone().build().expect("it builds");
    let right = call.send(&client).await.expect("no fault").raw;
    site.control.clear_requests();
    let fault = Fault {
        operation: Some(operation.emulated()),
        ..row.fault.clone()
    };
    site.control.add_fault(fault).expect("it is valid");

    let client = row.client.apply(builder).build().expect("it builds");
    let outcome = call.send(&client).await;
    row.expect.check(&outcome, &right)?;
    // An attempt that timed out may not have reached the emulator.
    let timed_out = matches!(&outcome, Err(error) if error.is_timeout());
    if !timed_out {
        let asked = site.control.requests();
        same("requests", &asked.len(), &(row.expect.attempts as usize))?;
        same("faults", &site.control.faults(), &Vec::new())?;
    }
    same("in time", &(site.time.elapsed() <= TIMEOUT), &true)
}

#[tokio::test]
async fn every_fault_ends_in_the_expected_response_or_error() {
    let http = super::http();
    run_all(FILE, async |row: &Row| {
        let meetings = Operation::ALL.map(|operation| meet(row, operation, &http));
        for (operation, met) in Operation::ALL.iter().zip(join_all(meetings).await) {
            met.map_err(|why| format!("{operation:?}: {why}"))?;
        }
        Ok(None)
    })
    .await;
}

#[test]
fn faults_file_covers_every_kind_of_fault() {
    let unknown = serde_json::from_str::<FaultKind>(r#"{"kind":"no such fault"}"#);
    let error = unknown.expect_err("the operation is unknown").to_string();
    let kinds: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
    let rows: Vec<_> = cases::<Row>(FILE);
    let met: Vec<_> = rows
        .iter()
        .map(|row| serde_json::to_value(&row.of.fault).expect("it is JSON")["kind"].clone())
        .collect();
    let met: BTreeSet<&str> = met.iter().filter_map(|kind| kind.as_str()).collect();
    assert_eq!(met, kinds);
    assert!(kinds.len() > 12, "{kinds:?}");
}

/// Rows of the docs that no fault of the emulator makes.
const NO_FAULT: [&str; 5] = [
    "an argument or the configuration is invalid",
    "no provider has usable credentials",
    "no connection",
    "401: the signature is expired",
    "401: the provider now has other credentials",
];

/// The table in the docs of the error: kind, predicate, whether it is retried.
fn documented() -> BTreeMap<String, [String; 3]> {
    let source = include_str!("../../../crates/client/src/error.rs");
    let table = source
        .lines()
        .filter_map(|line| line.strip_prefix("/// | "));
    let rows = table.map(|row| row.trim_end_matches('|').split('|').map(str::trim));
    let rows = rows.map(|row| <[_; 4]>::try_from(row.collect::<Vec<_>>()).expect("four columns"));
    rows.skip(2)
        .map(|[what, kind, is, again]| {
            let plain = |text: &str| text.replace('`', "");
            (what.to_owned(), [plain(kind), plain(is), again.to_owned()])
        })
        .collect()
}

#[test]
fn error_docs_table_equals_the_faults_file() {
    let documented = documented();
    let rows = cases::<Row>(FILE);
    for row in &rows {
        let (name, row) = (&row.name, &row.of);
        let [kind, is, again] = documented
            .get(&row.what)
            .unwrap_or_else(|| panic!("{name}: the docs have no row {:?}", row.what));
        let attempts = row.expect.attempts;
        let retried = again != "no";
        match &row.expect.error {
            Some(wrong) => {
                let predicates: Vec<_> = wrong.is.iter().map(|is| format!("is_{is}")).collect();
                assert_eq!(kind.to_lowercase(), wrong.kind.replace('_', ""), "{name}");
                assert_eq!(*is, predicates.join(", "), "{name}");
                let met = row.fault.count;
                assert!(retried || attempts == 1, "{name}");
                assert!(!retried || attempts == met, "{name}");
            }
            None => assert!(retried || attempts == 1, "{name}"),
        }
    }
    let met: BTreeSet<_> = rows.iter().map(|row| row.of.what.as_str()).collect();
    for what in documented.keys() {
        let no_fault = NO_FAULT.contains(&what.as_str());
        assert_eq!(met.contains(what.as_str()), !no_fault, "{what}");
    }
}
