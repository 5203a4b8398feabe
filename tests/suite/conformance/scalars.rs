//! `scalars.json`: the value that each JSON text has in a member of a body.

use hwtasks_tests::normal;
use hwtasks_tests::scalar::Kind;
use serde::Deserialize;
use serde_json::Value;

use super::file::{Ran, run_all};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    kind: Kind,
    json: String,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    value: Value,
}

async fn run(case: &Case) -> Ran {
    let expected = &case.expect.value;
    let found = case.kind.decode(&case.json).map_err(|e| e.to_string())?;
    if !normal::equal(&found.value, expected) {
        return Err(format!("the value is {}, not {expected}", found.value));
    }
    let came: Value = serde_json::from_str(&case.json).map_err(|e| e.to_string())?;
    let is_kept = match (&found.written, case.kind) {
        (None, _) => came.is_null(),
        (Some(written), Kind::Integer) if !expected.is_null() => {
            *expected == written.to_string().as_str()
        }
        (Some(written), kind)
            if !expected.is_null() && (kind.is_converted() || came.is_boolean()) =>
        {
            written == expected
        }
        (Some(written), _) => normal::equal(written, &came),
    };
    match is_kept {
        true => Ok(None),
        false => Err(format!("written as {:?}", found.written)),
    }
}

#[tokio::test]
async fn every_scalar_has_the_value_that_the_corpus_says() {
    assert_eq!(run_all("scalars.json", run).await, "");
}
