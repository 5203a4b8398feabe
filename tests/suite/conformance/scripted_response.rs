//! Responses as the corpus writes them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::file::repository;
use super::wire::Reply;

/// A response, or what the connection does instead of sending a whole one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptedResponse {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, HeaderValues>,
    /// How many more headers there are.
    #[serde(default)]
    header_count: u32,
    /// In place of the status and the headers.
    head: Option<String>,
    body: Option<String>,
    body_json: Option<Value>,
    body_base64: Option<String>,
    body_file: Option<String>,
    connection: Option<Connection>,
}

/// The value of a header, or the values of one that is sent several times.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum HeaderValues {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Connection {
    /// The connection closes without a response.
    Reset,
    /// The connection closes in the middle of the body.
    Cut,
    /// The connection stays open and sends nothing.
    Silent,
}

fn ok() -> u16 {
    200
}

impl ScriptedResponse {
    /// The bytes of the body on the wire.
    pub(super) fn body(&self) -> Vec<u8> {
        let bodies = (
            &self.body,
            &self.body_json,
            &self.body_base64,
            &self.body_file,
        );
        match bodies {
            (None, None, None, None) => Vec::new(),
            (Some(text), None, None, None) => text.clone().into_bytes(),
            (None, Some(value), None, None) => value.to_string().into_bytes(),
            (None, None, Some(text), None) => STANDARD.decode(text).expect("the text is base64"),
            (None, None, None, Some(file)) => {
                std::fs::read(repository(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
            }
            _ => panic!("a response has two bodies: {self:?}"),
        }
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.headers.contains_key("content-encoding")
    }

    /// Whether the body breaks off before its end.
    pub(super) fn is_cut(&self) -> bool {
        self.connection == Some(Connection::Cut)
    }

    pub(super) fn reply(&self) -> Reply {
        let more = (1..=self.header_count).map(|n| (format!("x-{n}"), n.to_string()));
        let headers = self.headers.iter().flat_map(|(name, values)| {
            let values = match values {
                HeaderValues::One(value) => std::slice::from_ref(value),
                HeaderValues::Many(values) => values,
            };
            values.iter().map(|value| (name.clone(), value.clone()))
        });
        Reply {
            status: self.status,
            headers: more.chain(headers).collect(),
            head: self.head.clone(),
            body: self.body(),
            connection: self.connection,
        }
    }
}
