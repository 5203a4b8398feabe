//! The command line: its commands, and the flags that all of them have.

use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use schemars::JsonSchema;
use serde::Serialize;

use crate::commands;
use crate::failure::Failure;
use crate::output::Format;
use crate::time;

/// Background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka
#[derive(Parser)]
#[command(name = "hwtasks", version, max_term_width = 100)]
#[command(long_about = ABOUT, after_long_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const ABOUT: &str = "\
Background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka

Long operations on an instance (resize, bind a public IP, change configuration) run as background \
tasks. hwtasks lists those tasks, shows one, and waits for one to finish. Try it on the emulator, \
without a cloud account:

  hwtasks --emulator kafka list 5560df16-cebf-4473-95c4-d1b573c16e79";

const EXIT_CODES: &str = "\
Exit codes:
  0    success
  1    the task waited for has failed
  2    invalid command line or input
  3    an error of the API, the network or the credentials
  4    some instances of a sweep failed
  124  the wait timed out
  130  interrupted";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Background tasks of DCS (Redis) instances
    #[command(subcommand)]
    Dcs(DcsCommand),
    /// Background tasks of DMS for Kafka instances
    #[command(subcommand)]
    Kafka(KafkaCommand),
    /// Check the configuration: show each setting, its source, and whether it works
    Doctor(commands::doctor::Doctor),
    /// Write the credentials file of the official SDKs
    Configure(commands::configure::Configure),
    /// Run the emulator of both services until interrupted
    #[cfg(feature = "emulator")]
    Emulator(Box<hwtasks_emulator::program::Options>),
    /// Print the OpenAPI documents, or the JSON Schema of this program's output
    Spec(commands::spec::Spec),
    /// Generate a shell completion script
    Completion(commands::completion::Completion),
    /// Print the manual page of the program or of one command
    Man(commands::man::Man),
}

#[derive(Subcommand)]
pub(crate) enum DcsCommand {
    /// List the tasks of an instance, in the service's order
    List(commands::list::ListDcs),
    /// Show one task, found in the instance's list
    Show(commands::show::Show),
    /// Wait until a task ends
    #[command(override_usage = "hwtasks dcs wait [OPTIONS] <INSTANCE> <TASK|--name <NAME>>")]
    Wait(commands::wait::Wait),
    /// Show the tasks of an instance as they change, until interrupted
    Watch(commands::watch::Watch),
    /// List the tasks of many instances concurrently
    Sweep(commands::sweep::Sweep),
}

#[derive(Subcommand)]
pub(crate) enum KafkaCommand {
    /// List the tasks of an instance, in the service's order
    List(commands::list::List),
    /// Show one task
    Show(commands::show::Show),
    /// Wait until a task ends
    #[command(override_usage = "hwtasks kafka wait [OPTIONS] <INSTANCE> <TASK|--name <NAME>>")]
    Wait(commands::wait::Wait),
    /// Show the tasks of an instance as they change, until interrupted
    Watch(commands::watch::Watch),
    /// List the tasks of many instances concurrently
    Sweep(commands::sweep::Sweep),
}

/// A service with background tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    /// Distributed Cache Service (Redis)
    Dcs,
    /// Distributed Message Service for Kafka
    Kafka,
}

/// What every command takes.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Start the emulator in this process and use it; its tasks come from HWTASKS_EMULATOR_DATA, if set
    #[cfg(feature = "emulator")]
    #[arg(long, global = true)]
    pub(crate) emulator: bool,

    /// Region, such as cn-north-4 [env: HWTASKS_REGION, HW_REGION_NAME]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) region: Option<String>,

    /// Project of the instances; default: looked up by the region [env: HUAWEICLOUD_SDK_PROJECT_ID]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) project_id: Option<String>,

    /// Endpoint of the service; default: the region's [env: HWTASKS_DCS_ENDPOINT, HWTASKS_KAFKA_ENDPOINT]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint: Option<String>,

    /// Credentials-file profile; overrides key and token environment variables [env:
    /// HWTASKS_PROFILE] [default: basic]
    #[arg(long, global = true, value_name = "NAME")]
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

    /// When to use colors [env: NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Timeout of a call with all its attempts [default: 2m]; for `wait`, of the whole wait [default: 30m]
    #[arg(long, global = true, value_name = "DURATION", value_parser = time::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Retries of a call after transient failures; attempts = 1 + retries [default: 2]
    #[arg(long, global = true, value_name = "NUMBER")]
    pub(crate) max_retries: Option<u32>,

    /// Print only results and errors: no hints, no progress
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Print the causes and the request ID of an error; -vv: also log attempts and responses; -vvv:
    /// also connections
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
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

impl Color {
    pub(crate) fn as_choice(self) -> anstream::ColorChoice {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
    }
}

/// How much is said beside the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verbosity {
    pub(crate) quiet: bool,
    pub(crate) verbose: u8,
}

impl Global {
    /// A failure in the words of these flags, where they stand for a variable.
    pub(crate) fn in_its_words(&self, failure: Failure) -> Failure {
        match &self.profile {
            Some(_) => failure
                .reworded("unset HWTASKS_PROFILE", "leave --profile out")
                .reworded(
                    "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set",
                    "passed over for --profile",
                ),
            None => failure,
        }
    }

    /// Refuses flags that contradict each other: clap does not, when they stand at two commands.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let contradictions = [
            (
                self.emulator() && self.endpoint.is_some(),
                "--emulator",
                "--endpoint",
            ),
            (
                self.emulator() && self.profile.is_some(),
                "--emulator",
                "--profile",
            ),
            (self.raw && self.query.is_some(), "--raw", "--query"),
            (self.raw && self.output.is_some(), "--raw", "--output"),
            (self.quiet && self.verbose > 0, "--quiet", "--verbose"),
        ];
        if self.profile.as_ref().is_some_and(String::is_empty) {
            return Err(Failure::bad_input("--profile is empty")
                .advice("name a section of the credentials file, or leave --profile out"));
        }
        match contradictions.iter().find(|(contradict, ..)| *contradict) {
            Some((_, one, other)) => {
                let what = format!("{one} and {other} cannot be used together");
                Err(Failure::bad_input(what).advice("leave one of them out"))
            }
            None => Ok(()),
        }
    }

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
