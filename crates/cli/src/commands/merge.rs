//! `hwtasks merge`: the outputs of all shards of a sweep as one.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use hwtasks::KafkaTask;
use serde_json::Value;

use crate::commands::no_raw;
use crate::commands::sweep::{InstanceError, Report, Rows, Shown};
use crate::error::{CliError, Exit};
use crate::instances::Instance;
use crate::options::{Global, Service};
use crate::output::Output;
use crate::output::machine::SweepError;
use crate::task::TaskRow;

/// The largest output of a shard.
const MAX_FILE_BYTES: u64 = 1 << 30;

#[derive(Args)]
#[command(
    after_help = "The files must be those of all shards of one list: an error says which are missing, not \
    complete, or of another list, and nothing is printed then. The exit code is 4 when some instances \
    failed."
)]
pub(crate) struct Merge {
    /// Outputs of `sweep --shard`, with -o ndjson or json; one file for each shard
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// The output of a shard.
#[derive(Default)]
struct Part {
    service: Option<Service>,
    shard: Option<(u64, u64)>,
    total: Option<u64>,
    /// How many instances its sweep left out, because none of their tasks matches its filter.
    left_out: u64,
    results: Vec<Value>,
}

impl Merge {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        no_raw(global)?;
        let output = Output::new(global)?;
        let started = Instant::now();
        let parts = self.files.iter().map(|file| Ok((file, read(file)?)));
        let parts = parts.collect::<Result<Vec<_>, CliError>>()?;
        let (service, total) = check(&parts)?;
        let left_out = parts.iter().map(|(_, part)| part.left_out);
        let left_out = left_out.fold(0, u64::saturating_add);
        let results = parts.into_iter().flat_map(|(_, part)| part.results);
        let results = results.map(|result| row(service, &result));
        let results = results.collect::<Result<Vec<_>, _>>()?;
        check_instances(&results, left_out, total)?;
        let instances: Vec<_> = results.iter().map(|(of, _)| Arc::clone(of)).collect();
        let shown = Shown {
            rows: Rows::Instances,
            with_empty: true,
        };
        let mut report = Report::new(output, service, &instances, shown, None);
        report.leave_out(usize::try_from(left_out).unwrap_or(usize::MAX));
        CliError::ignore_broken_pipe(report.begin())?;
        for (instance, result) in results {
            CliError::ignore_broken_pipe(report.instance(&instance, result))?;
        }
        CliError::ignore_broken_pipe(report.finish(true))?;
        let summary = report.summary(started.elapsed());
        match report.has_failures() {
            true => Err(CliError::new(Exit::SomeFailed, summary)
                .with_help("the error of each failed instance is above")),
            false => {
                report.hint(&summary);
                Ok(())
            }
        }
    }
}

impl Part {
    /// How many instances were queried.
    fn queried(&self) -> Option<u64> {
        let printed = u64::try_from(self.results.len()).ok()?;
        printed.checked_add(self.left_out)
    }
}

/// Reads the output of a shard.
fn read(file: &Path) -> Result<Part, CliError> {
    let wrong = |why: String| {
        CliError::bad_input(why)
            .at(file.display().to_string())
            .with_help("give the output of `sweep --shard I/N -o ndjson` or `-o json`")
    };
    let mut bytes = Vec::new();
    let opened =
        File::open(file).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    let length =
        opened.map_err(|error: io::Error| wrong(format!("a shard cannot be read: {error}")))?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_FILE_BYTES) {
        return Err(wrong("a shard is larger than 1 GiB".to_owned()));
    }
    let mut part = Part::default();
    for value in serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>() {
        let value = value.map_err(|error| wrong(format!("a shard is not whole JSON: {error}")))?;
        let is_end = value.get("shard").is_some();
        if let (Some(_), false) = (value.get("instance_id"), is_end) {
            part.results.push(value);
            continue;
        }
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let shard = value
            .get("shard")
            .and_then(Value::as_str)
            .and_then(|shard| {
                let (index, count) = shard.split_once('/')?;
                Some((index.parse().ok()?, count.parse().ok()?))
            });
        let (Some(shard), Some(total)) = (shard, number("total")) else {
            return Err(wrong("a file is not the output of a shard".to_owned()));
        };
        if part.shard.replace(shard).is_some() {
            return Err(wrong("a file has the output of several shards".to_owned()));
        }
        part.total = Some(total);
        part.left_out = number("left_out").unwrap_or_default();
        let service = value.get("service").cloned().unwrap_or_default();
        part.service = serde_json::from_value(service).ok();
        if value.get("complete") != Some(&Value::Bool(true)) {
            return Err(
                wrong(format!("shard {}/{} is not complete", shard.0, shard.1))
                    .with_help("run this shard again"),
            );
        }
        if let Some(results) = value.get("instances").and_then(Value::as_array) {
            part.results.extend(results.iter().cloned());
        } else if number("done") != part.queried() {
            return Err(
                wrong(format!("shard {}/{} has lost lines", shard.0, shard.1))
                    .with_help("run this shard again"),
            );
        }
    }
    match part.shard {
        Some(_) => Ok(part),
        None => Err(
            wrong("a shard is not complete: its last line is missing".to_owned())
                .with_help("run this shard again"),
        ),
    }
}

/// Checks that these are all shards of one list; returns its service and its number of instances.
fn check(parts: &[(&PathBuf, Part)]) -> Result<(Service, u64), CliError> {
    let mut seen: BTreeMap<u64, &PathBuf> = BTreeMap::new();
    let mut list = None;
    for (file, part) in parts {
        let (Some(service), Some((index, count)), Some(total)) =
            (part.service, part.shard, part.total)
        else {
            return Err(CliError::bad_input("a file is not the output of a shard")
                .at(file.display().to_string()));
        };
        let this = (service, count, total);
        if *list.get_or_insert(this) != this {
            return Err(CliError::bad_input(format!(
                "shard {index}/{count} is of another list than the shards before"
            ))
            .at(file.display().to_string())
            .with_help(
                "merge the shards of one sweep: the same service, number of shards and list",
            ));
        }
        if let Some(first) = seen.insert(index, file) {
            return Err(
                CliError::bad_input(format!("shard {index}/{count} is there twice"))
                    .at(format!("{} and {}", first.display(), file.display()))
                    .with_help("leave one of them out"),
            );
        }
    }
    let Some((service, count, total)) = list else {
        return Err(CliError::bad_input("there are no shards"));
    };
    let missing = (0..count).filter(|index| !seen.contains_key(index));
    let missing: Vec<String> = missing
        .take(10)
        .map(|index| format!("{index}/{count}"))
        .collect();
    match missing.is_empty() {
        true => Ok((service, total)),
        false => Err(CliError::bad_input(format!(
            "{} of {count} shards are missing: {}",
            count - u64::try_from(seen.len()).unwrap_or(count),
            missing.join(", ")
        ))
        .with_help("run these shards, and merge all of them")),
    }
}

type InstanceRow = (Arc<Instance>, Result<Vec<TaskRow>, InstanceError>);

/// The result of an instance.
fn row(service: Service, result: &Value) -> Result<InstanceRow, CliError> {
    let text = |name: &str| result.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = text("instance_id").unwrap_or_default();
    let instance = Instance::with_name(service, id, text("instance_name"));
    let wrong = |error: serde_json::Error| {
        CliError::bad_input(format!("the result of an instance cannot be read: {error}"))
            .at(instance.id.clone())
    };
    if let Some(error) = result.get("error") {
        let machine: SweepError = serde_json::from_value(error.clone()).map_err(wrong)?;
        return Ok((
            Arc::clone(&instance),
            Err(InstanceError::from_machine(machine)),
        ));
    }
    let tasks = result.get("tasks").and_then(Value::as_array);
    let tasks = tasks.into_iter().flatten().map(|json| {
        // Its fields that a table shows are those of every task.
        let task: KafkaTask = serde_json::from_value(json.clone())?;
        let mut row = TaskRow::new(&instance, &task);
        row.json = json.clone();
        Ok(row)
    });
    let tasks = tasks.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    Ok((Arc::clone(&instance), Ok(tasks)))
}

/// Checks that each instance is there once, or was left out.
fn check_instances(results: &[InstanceRow], left_out: u64, total: u64) -> Result<(), CliError> {
    let mut seen = HashSet::new();
    for (instance, _) in results {
        if !seen.insert(instance.id.as_str()) {
            return Err(CliError::bad_input("an instance is in two shards")
                .at(instance.id.clone())
                .with_help("merge the shards of one sweep"));
        }
    }
    let found = u64::try_from(seen.len()).unwrap_or(u64::MAX);
    let found = found.saturating_add(left_out);
    match found == total {
        true => Ok(()),
        false => Err(CliError::bad_input(format!(
            "the shards have {found} instances, and their list has {total}"
        ))
        .with_help("merge the shards of one sweep")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_shards_are_named() {
        let file = PathBuf::from("f");
        let part = |index| Part {
            service: Some(Service::Dcs),
            shard: Some((index, 4)),
            total: Some(9),
            left_out: 0,
            results: Vec::new(),
        };
        let all = [0, 1, 2, 3].map(|index| (&file, part(index)));
        assert_eq!(check(&all).unwrap(), (Service::Dcs, 9));
        let some = [0, 3].map(|index| (&file, part(index)));
        let error = check(&some).unwrap_err().to_string();
        assert_eq!(error, "2 of 4 shards are missing: 1/4, 2/4");
        let twice = [0, 0].map(|index| (&file, part(index)));
        assert!(check(&twice).unwrap_err().to_string().contains("twice"));
    }
}
