//! `hwtasks spec`: the embedded OpenAPI documents, and the schema of this program's output.

use clap::{Args, ValueEnum};

use crate::commands::no_raw;
use crate::error::CliError;
use crate::options::{Format, Global};
use crate::output::{Output, machine};

#[derive(Args)]
pub(crate) struct Spec {
    /// Document to print; default: one OpenAPI document of both services
    document: Option<Document>,
    /// OpenAPI version [default: 3.1]
    #[arg(long, value_name = "VERSION")]
    openapi: Option<Version>,
    /// Print YAML; the same as -o yaml
    #[arg(long)]
    yaml: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Document {
    /// The OpenAPI document of DCS
    Dcs,
    /// The OpenAPI document of DMS for Kafka
    Kafka,
    /// The JSON Schema of -o json, yaml and ndjson, and the columns of -o csv
    Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Version {
    #[value(name = "3.0")]
    V30,
    #[value(name = "3.1")]
    V31,
}

impl Spec {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        no_raw(global)?;
        let mut output = Output::new(global)?;
        if self.yaml {
            if global.output.is_some_and(|format| format != Format::Yaml) {
                return Err(CliError::bad_input("--yaml and -o name different formats")
                    .with_help("leave one of them out"));
            }
            output.format = Format::Yaml;
        }
        let both = matches!(
            (self.document, self.openapi),
            (None, None | Some(Version::V31))
        );
        if both && output.format == Format::Yaml && output.query.is_none() {
            // The committed file, byte for byte.
            return output.bytes(include_bytes!("../../documents/openapi.yaml"));
        }
        match (output.format, &output.query, self.embedded()?) {
            (Format::Csv | Format::Text, None, _) => Err(CliError::bad_input(
                "a document has no rows, so it cannot be CSV or text",
            )
            .with_help("use -o json, -o yaml, or --query")),
            // The committed file, byte for byte.
            (Format::Table | Format::Json, None, Some(text)) => output.bytes(text.as_bytes()),
            (format, _, embedded) => {
                let document = match embedded {
                    Some(text) => serde_json::from_str(text).map_err(|error| {
                        CliError::bad_input(format!("the embedded document is not JSON: {error}"))
                    })?,
                    None => machine::schema(),
                };
                if format == Format::Table && output.query.is_none() {
                    output.format = Format::Json;
                }
                output.value(document)
            }
        }
    }

    /// The text of the OpenAPI document; `None` for the schema of the output.
    fn embedded(&self) -> Result<Option<&'static str>, CliError> {
        let version = self.openapi.unwrap_or(Version::V31);
        Ok(Some(match (version, self.document) {
            (_, Some(Document::Output)) if self.openapi.is_some() => {
                return Err(CliError::bad_input(
                    "the schema of the output is not an OpenAPI document",
                )
                .with_help("leave --openapi out"));
            }
            (_, Some(Document::Output)) => return Ok(None),
            (Version::V31, None) => include_str!("../../documents/openapi.json"),
            (Version::V31, Some(Document::Dcs)) => include_str!("../../documents/dcs.json"),
            (Version::V31, Some(Document::Kafka)) => include_str!("../../documents/kafka.json"),
            (Version::V30, None) => include_str!("../../documents/3.0/openapi.json"),
            (Version::V30, Some(Document::Dcs)) => include_str!("../../documents/3.0/dcs.json"),
            (Version::V30, Some(Document::Kafka)) => {
                include_str!("../../documents/3.0/kafka.json")
            }
        }))
    }
}
