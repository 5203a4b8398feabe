//! The options of every command, and the values they take.

use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::complete;
use crate::suggested;
use crate::terminal::Verbosity;
use crate::time;

/// A service with background tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    /// Distributed Cache Service (Redis)
    Dcs,
    /// Distributed Message Service for Kafka
    Kafka,
}

impl Service {
    /// The name in command lines and output.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Dcs => "dcs",
            Self::Kafka => "kafka",
        }
    }

    /// The name in messages.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Dcs => "DCS",
            Self::Kafka => "Kafka",
        }
    }
}

/// What every command takes.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Use an emulator in this process instead of the cloud; HWTASKS_EMULATOR_DATA sets its tasks
    #[cfg(feature = "emulator")]
    #[arg(long, global = true)]
    pub(crate) emulator: bool,

    /// Region, such as cn-north-4; default: that of the profile [env: HWTASKS_REGION, HW_REGION_NAME]
    #[arg(long, global = true, value_name = "ID", value_parser = suggested::region())]
    #[arg(hide_possible_values = true)]
    pub(crate) region: Option<String>,

    /// Project ID of the instances; default: requested from IAM for the region [env:
    /// HUAWEICLOUD_SDK_PROJECT_ID]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) project_id: Option<String>,

    /// Endpoint of the service; default: the region's [env: HWTASKS_DCS_ENDPOINT, HWTASKS_KAFKA_ENDPOINT]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint: Option<String>,

    /// Credentials-file profile; overrides key and token environment variables [env:
    /// HWTASKS_PROFILE] [default: basic]
    #[arg(long, global = true, value_name = "NAME", add = complete::profiles())]
    pub(crate) profile: Option<String>,

    /// Output format [default: table]
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        hide_possible_values = false
    )]
    pub(crate) output: Option<Format>,

    /// JMESPath expression, applied to the -o json output; the result is JSON unless -o is set. Its
    /// keys are sorted: use [a, b] for an order
    #[arg(long, global = true, value_name = "EXPRESSION")]
    pub(crate) query: Option<String>,

    /// Print the raw response bodies (list and show); the pages of a long list overlap by one task
    #[arg(long, global = true)]
    pub(crate) raw: bool,

    /// Show times in UTC, and read times without a zone as UTC, instead of the local time zone
    #[arg(long, global = true)]
    pub(crate) utc: bool,

    /// Print the requests of the command as curl lines without secrets, and send nothing; comments say
    /// which requests depend on the responses
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,

    /// When to use colors: auto (in a terminal), always or never; overrides the variables [env: NO_COLOR,
    /// CLICOLOR_FORCE, CLICOLOR]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_possible_values = true)]
    pub(crate) color: Color,

    /// Timeout of a call, including its retries [default: 2m]; for `wait`, of the whole wait [default: 30m]
    #[arg(long, global = true, value_name = "DURATION", value_parser = time::duration)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) timeout: Option<Duration>,

    /// Retries of a call after transient failures; attempts = 1 + retries [default: 2]
    #[arg(long, global = true, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) max_retries: Option<u32>,

    /// Print only results and errors: no hints, no progress
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Print the causes and the request ID of an error; -vv: also log requests and responses, with
    /// method, path, query and time; -vvv: also connections
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Format of the log lines of -vv: text, or json with an object per line
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    #[arg(hide_possible_values = true)]
    pub(crate) log_format: LogFormat,
}

/// How log lines of -vv are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// A JSON object per line
    Json,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// In a terminal that supports them
    Auto,
    /// Also in a file or a pipe
    Always,
    /// Never
    Never,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns that fit the terminal
    Table,
    /// A table whose columns are never left out or cut
    Wide,
    /// One JSON document
    Json,
    /// One JSON document per line, printed as soon as it is known
    Ndjson,
    /// One YAML document
    Yaml,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values without a header, and strings without quotes: for scripts
    Text,
}

impl Global {
    pub(crate) fn verbosity(&self) -> Verbosity {
        Verbosity {
            quiet: self.quiet,
            verbose: self.verbose,
        }
    }

    #[cfg(not(feature = "emulator"))]
    pub(crate) fn emulator(&self) -> bool {
        false
    }

    #[cfg(feature = "emulator")]
    pub(crate) fn emulator(&self) -> bool {
        self.emulator
    }
}
