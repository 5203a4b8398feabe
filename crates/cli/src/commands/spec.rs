//! `hwtasks spec`: the embedded OpenAPI documents.

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::args::{Global, Service};
use crate::commands::no_raw;
use crate::failure::{Exit, Failure};
use crate::output::{Format, Output};

#[derive(Args)]
pub(crate) struct Spec {
    /// One service's document, for client generators; both services in one if left out, for reading
    service: Option<Service>,
    /// The version of OpenAPI
    #[arg(long, value_name = "VERSION", default_value = "3.1")]
    openapi: Version,
    /// Print YAML; the same as -o yaml
    #[arg(long)]
    yaml: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Version {
    #[value(name = "3.0")]
    V30,
    #[value(name = "3.1")]
    V31,
}

impl Spec {
    pub(crate) fn run(&self, global: &Global) -> Result<(), Failure> {
        no_raw(global)?;
        let mut output = Output::new(global)?;
        if self.yaml {
            if global.output.is_some_and(|format| format != Format::Yaml) {
                return Err(Failure::bad_input("--yaml and -o name two formats")
                    .advice("leave one of them out"));
            }
            output.format = Format::Yaml;
        }
        match (output.format, &output.query) {
            // Byte for byte as committed.
            (Format::Table | Format::Json, None) => output.text(self.document()),
            (Format::Csv, None) => Err(Failure::bad_input(
                "a document has no rows, so there is no CSV of it",
            )
            .advice("use -o json, -o yaml, or --query")),
            _ => {
                let document: Value = serde_json::from_str(self.document()).map_err(|error| {
                    Failure::new(Exit::BadInput, format!("the embedded document: {error}"))
                })?;
                output.value(document)
            }
        }
    }

    fn document(&self) -> &'static str {
        match (self.openapi, self.service) {
            (Version::V31, None) => include_str!("../../../../spec/openapi.json"),
            (Version::V31, Some(Service::Dcs)) => include_str!("../../../../spec/dcs.json"),
            (Version::V31, Some(Service::Kafka)) => include_str!("../../../../spec/kafka.json"),
            (Version::V30, None) => include_str!("../../../../spec/3.0/openapi.json"),
            (Version::V30, Some(Service::Dcs)) => include_str!("../../../../spec/3.0/dcs.json"),
            (Version::V30, Some(Service::Kafka)) => {
                include_str!("../../../../spec/3.0/kafka.json")
            }
        }
    }
}
