//! `proxies.json`: the proxy of a URL, by environment variables.

use std::collections::BTreeMap;

use hwtasks::{Environment, ErrorKind};
use serde::Deserialize;

use super::file::{Ran, run_all, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    environment: BTreeMap<String, String>,
    url: String,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Expect {
    Error { error: Refused },
    Proxy { proxy: Option<String> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    variable: String,
    message: String,
}

async fn run(case: &Case) -> Ran {
    let environment = Environment::from_vars(case.environment.clone());
    let url = case.url.parse().map_err(|e| format!("{e}"))?;
    match (hwtasks::fuzzing::proxy(&environment, &url), &case.expect) {
        (Ok(found), Expect::Proxy { proxy }) => {
            let found = found.map(|url| url.as_str().trim_end_matches('/').to_owned());
            same("proxy", &found, proxy)?;
            Ok(None)
        }
        (Err(error), Expect::Error { error: expected }) => {
            let text = error.to_string();
            same("kind", &error.kind(), &ErrorKind::InvalidInput)?;
            for part in [&expected.variable, &expected.message] {
                if !text.contains(part.as_str()) {
                    return Err(format!("{text:?} does not contain {part:?}"));
                }
            }
            match format!("{error:?}").contains("SECRET") {
                true => Err(format!("{text:?} shows the password")),
                false => Ok(Some(text)),
            }
        }
        (found, _) => Err(format!(
            "found {:?}",
            found.map(|url| url.map(String::from))
        )),
    }
}

#[tokio::test]
async fn every_url_has_the_proxy_of_the_corpus() {
    insta::assert_snapshot!(run_all("proxies.json", run).await);
}
