//! The commands of the command line.

use clap::{Parser, Subcommand};

use crate::commands;
use crate::fleet::WithEngine;
use crate::help;
use crate::options::Global;

/// Background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka
#[derive(Parser)]
#[command(name = "hwtasks", version, max_term_width = 100)]
#[command(long_about = ABOUT, after_long_help = help::of_program())]
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

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Background tasks of DCS (Redis) instances
    #[command(subcommand)]
    Dcs(DcsCommand),
    /// Background tasks of DMS for Kafka instances
    #[command(subcommand)]
    Kafka(KafkaCommand),
    /// Join the outputs of all shards of a sweep
    Merge(commands::merge::Merge),
    /// Serve the tasks of all instances as metrics for Prometheus, until interrupted
    ServeMetrics(commands::serve_metrics::ServeMetrics),
    /// Check the configuration: show each setting, its source, and whether it works
    Doctor(commands::doctor::Doctor),
    /// Write the credentials file of the official SDKs
    Configure(commands::configure::Configure),
    /// Run the emulator of both services, until interrupted or around a command
    #[cfg(feature = "emulator")]
    Emulator(Box<hwtasks_emulator::program::Options>),
    /// Print the OpenAPI documents, or the JSON Schema of this program's output
    Spec(commands::spec::Spec),
    /// Generate a shell completion script
    Completion(commands::completion::Completion),
    /// Print the manual page of the program or of one command
    Man(commands::man::Man),
}

const WATCH_DCS: &str = "hwtasks dcs watch [OPTIONS] <INSTANCE...|-f FILE|--all-instances> [--exec-on EVENT -- COMMAND...]";
const SWEEP_DCS: &str = "hwtasks dcs sweep [OPTIONS] <FILE|-|--all-instances>";
const WAIT_DCS: &str = "\
hwtasks dcs wait [OPTIONS] <INSTANCE> <TASK|--name <NAME>> [-- COMMAND...]
       hwtasks dcs wait [OPTIONS] --until-idle <INSTANCE...|-f FILE|--all-instances> [-- COMMAND...]";
const WATCH_KAFKA: &str = "hwtasks kafka watch [OPTIONS] <INSTANCE...|-f FILE|--all-instances> [--exec-on EVENT -- COMMAND...]";
const SWEEP_KAFKA: &str = "hwtasks kafka sweep [OPTIONS] <FILE|-|--all-instances>";
const WAIT_KAFKA: &str = "\
hwtasks kafka wait [OPTIONS] <INSTANCE> <TASK|--name <NAME>> [-- COMMAND...]
       hwtasks kafka wait [OPTIONS] --until-idle <INSTANCE...|-f FILE|--all-instances> [-- COMMAND...]";

#[derive(Subcommand)]
pub(crate) enum DcsCommand {
    /// List the tasks of an instance, in the service's order
    List(commands::list::ListDcs),
    /// Show one task, found in the instance's list
    Show(commands::show::Show),
    /// Wait until a task ends, or until no task runs on many instances
    #[command(override_usage = WAIT_DCS)]
    Wait(commands::wait::Wait),
    /// Show the tasks of one or many instances as they change, until interrupted
    #[command(override_usage = WATCH_DCS)]
    Watch(commands::watch::Watch),
    /// List the tasks of many instances concurrently
    #[command(override_usage = SWEEP_DCS)]
    Sweep(commands::sweep::Sweep),
    /// List the instances of the project
    Instances(commands::instances::Instances),
}

#[derive(Subcommand)]
pub(crate) enum KafkaCommand {
    /// List the tasks of an instance, in the service's order
    List(commands::list::List),
    /// Show one task
    Show(commands::show::Show),
    /// Wait until a task ends, or until no task runs on many instances
    #[command(override_usage = WAIT_KAFKA)]
    Wait(WithEngine<commands::wait::Wait>),
    /// Show the tasks of one or many instances as they change, until interrupted
    #[command(override_usage = WATCH_KAFKA)]
    Watch(WithEngine<commands::watch::Watch>),
    /// List the tasks of many instances concurrently
    #[command(override_usage = SWEEP_KAFKA)]
    Sweep(WithEngine<commands::sweep::Sweep>),
    /// List the instances of the project; also those of RabbitMQ and RocketMQ
    Instances(commands::instances::DmsInstances),
}
