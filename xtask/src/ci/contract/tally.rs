//! Counts the bodies that a generated client decoded: those it wrote back as they came.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::cases::Case;

/// How many bodies a client decoded, and what is wrong with the others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) tried: usize,
    /// What is wrong with a case, by its name.
    pub(super) faults: BTreeMap<String, String>,
}

/// A line of a driver's report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    /// The status of the response, as the client knows it; absent where no request was sent.
    status: Option<u16>,
    /// The body, written again from the generated type.
    decoded: Option<Value>,
    /// Why the body was not decoded.
    error: Option<String>,
}

impl Tally {
    /// Compares a driver's report, one JSON object a line, with the documented bodies.
    ///
    /// # Errors
    ///
    /// When the report is malformed, or names a case that does not exist or that it has named before.
    pub(super) fn of(cases: &[Case], report: &str) -> Result<Self> {
        let mut lines = BTreeMap::new();
        for line in report.lines() {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("the driver reports what is no result: {line}"))?;
            let name = line.name.clone();
            ensure!(
                cases.iter().any(|case| case.name == name),
                "the driver reports {name}, which is no case"
            );
            ensure!(
                lines.insert(name.clone(), line).is_none(),
                "the driver reports {name} twice"
            );
        }
        let faults = cases
            .iter()
            .filter_map(|case| {
                let why = fault(case, lines.get(&case.name))?;
                Some((case.name.clone(), why))
            })
            .collect();
        Ok(Self {
            tried: cases.len(),
            faults,
        })
    }

    /// How many bodies were decoded.
    pub(super) fn decoded(&self) -> usize {
        self.tried - self.faults.len()
    }
}

fn fault(case: &Case, line: Option<&Line>) -> Option<String> {
    let Some(line) = line else {
        return Some("not reported".to_owned());
    };
    if let Some(error) = &line.error {
        return Some(error.clone());
    }
    if let Some(status) = line.status.filter(|status| *status != case.status) {
        return Some(format!(
            "decoded as of status {status}, not {}",
            case.status
        ));
    }
    match &line.decoded {
        Some(decoded) => difference("", decoded, &case.body),
        None => Some("neither decoded nor an error".to_owned()),
    }
}

/// Where the decoded body differs from the documented one; an absent field is null.
fn difference(at: &str, decoded: &Value, body: &Value) -> Option<String> {
    match (decoded, body) {
        (Value::Object(decoded), Value::Object(body)) => {
            let names = body.keys().chain(decoded.keys());
            names.into_iter().find_map(|name| {
                let of = |fields: &serde_json::Map<_, _>| {
                    fields.get(name).cloned().unwrap_or(Value::Null)
                };
                difference(&format!("{at}/{name}"), &of(decoded), &of(body))
            })
        }
        (Value::Array(decoded), Value::Array(body)) if decoded.len() == body.len() => {
            let mut items = decoded.iter().zip(body).enumerate();
            items.find_map(|(i, (decoded, body))| difference(&format!("{at}/{i}"), decoded, body))
        }
        // 1 and 1.0 are the same number.
        (Value::Number(decoded), Value::Number(body)) if decoded.as_f64() == body.as_f64() => None,
        _ if decoded == body => None,
        _ => Some(format!("{at}: {body} became {decoded}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case(name: &str) -> Case {
        Case {
            name: name.to_owned(),
            document: "dcs".to_owned(),
            operation: "List".to_owned(),
            status: 200,
            schema: "Page".to_owned(),
            parameters: BTreeMap::new(),
            path: "/".to_owned(),
            body: json!({ "tasks": [{ "id": "a", "size": 0.5 }], "count": 1, "end": null }),
        }
    }

    /// What is wrong with the one case.
    fn fault_in(report: &str) -> Option<String> {
        let mut tally = Tally::of(&[case("one")], report).expect("a report");
        tally.faults.remove("one")
    }

    #[test]
    fn body_written_back_counts_as_decoded() {
        for report in [
            r#"{"name":"one","decoded":{"tasks":[{"id":"a","size":0.5}],"count":1,"end":null}}"#,
            r#"{"name":"one","status":200,"decoded":{"count":1.0,"tasks":[{"size":0.5,"id":"a"}]}}"#,
            r#"{"name":"one","decoded":{"count":1,"tasks":[{"size":0.5,"id":"a","more":null}]}}"#,
        ] {
            assert_eq!(fault_in(report), None, "{report}");
        }
    }

    #[test]
    fn body_that_lost_or_changed_something_does_not_count() {
        for (report, fault) in [
            ("", "not reported"),
            (r#"{"name":"one"}"#, "neither decoded nor an error"),
            (r#"{"name":"one","error":"bad id"}"#, "bad id"),
            (
                r#"{"name":"one","status":404,"decoded":{}}"#,
                "decoded as of status 404, not 200",
            ),
            (
                r#"{"name":"one","decoded":{"count":1,"tasks":[]}}"#,
                r#"/tasks: [{"id":"a","size":0.5}] became []"#,
            ),
            (
                r#"{"name":"one","decoded":{"count":1,"tasks":[{"id":"a"}]}}"#,
                "/tasks/0/size: 0.5 became null",
            ),
            (
                r#"{"name":"one","decoded":{"count":"1","tasks":[{"id":"a","size":0.5}]}}"#,
                r#"/count: 1 became "1""#,
            ),
            (
                r#"{"name":"one","decoded":{"count":1,"more":2,"tasks":[{"id":"a","size":0.5}]}}"#,
                "/more: null became 2",
            ),
        ] {
            assert_eq!(fault_in(report).as_deref(), Some(fault), "{report}");
        }
    }

    #[test]
    fn decoded_are_those_without_a_fault() {
        let cases = [case("one"), case("two")];
        let report = r#"{"name":"two","decoded":{"tasks":[{"id":"a","size":0.5}],"count":1}}"#;
        let tally = Tally::of(&cases, report).expect("a report");
        assert_eq!((tally.decoded(), tally.tried), (1, 2));
        assert_eq!(tally.faults["one"], "not reported");
    }

    #[test]
    fn malformed_report_is_an_error() {
        let once = r#"{"name":"one","error":"e"}"#;
        for report in [
            "not JSON".to_owned(),
            r#"{"name":"other","error":"e"}"#.to_owned(),
            r#"{"name":"one","decode":{}}"#.to_owned(),
            format!("{once}\n{once}"),
        ] {
            assert!(Tally::of(&[case("one")], &report).is_err(), "{report}");
        }
    }
}
