//! The Rust client of `cargo xtask soak`: calls the emulator from several tasks, checks every result, and prints its
//! tally as one line of JSON.
//!
//! Arguments: the number of tasks, and the duration in seconds. The environment configures the client.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use hwtasks::Client;
use serde::Serialize;

/// The instance of both services. Its tasks are `t24` to `t00`, newest first.
const INSTANCE: &str = "soak";
const TASKS: usize = 25;

#[derive(Default, Serialize)]
struct Tally {
    right: u64,
    /// By the kind of the error.
    errors: BTreeMap<String, u64>,
    /// Results that are neither right nor an error of the client.
    wrong: Vec<String>,
}

fn ids(count: usize) -> Vec<String> {
    let newest_first = (0..TASKS).rev();
    newest_first
        .take(count)
        .map(|i| format!("t{i:02}"))
        .collect()
}

/// Makes one call. Returns the value that differs from the expected one, if any.
async fn call(client: &Client, number: usize) -> Result<Option<String>, hwtasks::Error> {
    let (found, expected) = match number % 5 {
        0 => {
            let list = client.kafka().list(INSTANCE).limit(10).await?;
            let found = list.tasks.iter().map(|task| task.id.clone()).collect();
            (found, ids(10))
        }
        1 => {
            let task = format!("t{:02}", number % TASKS);
            let shown = client.kafka().show(INSTANCE, &task).await?;
            (vec![shown.id.clone()], vec![task])
        }
        2 => {
            let items = client.dcs().list(INSTANCE).limit(7).items();
            let found = items.map_ok(|task| task.id).try_collect().await?;
            (found, ids(TASKS))
        }
        3 => {
            let list = client.dcs().instances().await?;
            let found = list.instances.iter().map(|found| found.instance_id.clone());
            (found.collect(), vec![INSTANCE.to_owned()])
        }
        _ => match client.dcs().list("no-such-instance").await {
            Err(error) if error.is_not_found() => (Vec::new(), Vec::new()),
            Err(error) => return Err(error),
            Ok(list) => (vec![format!("{list:?}")], vec!["an error".to_owned()]),
        },
    };
    Ok((found != expected).then(|| format!("call {}: {found:?}", number % 5)))
}

async fn worker(client: Client, first: usize, end: Instant) -> Tally {
    let mut tally = Tally::default();
    for number in (first..).step_by(7) {
        if Instant::now() >= end {
            break;
        }
        match call(&client, number).await {
            Ok(None) => tally.right += 1,
            Ok(Some(wrong)) => tally.wrong.push(wrong),
            Err(error) => {
                let kind = format!("{:?}", error.kind());
                *tally.errors.entry(kind).or_default() += 1;
            }
        }
    }
    tally
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().unwrap_or_default().parse::<u32>();
    let (workers, seconds) = (number()?, number()?);
    let end = Instant::now() + Duration::from_secs(seconds.into());
    let client = Client::from_env().await?;
    let running: Vec<_> = (0..workers)
        .map(|first| tokio::spawn(worker(client.clone(), first as usize, end)))
        .collect();
    let mut sum = Tally::default();
    for worker in running {
        let tally = worker.await?;
        sum.right += tally.right;
        sum.wrong.extend(tally.wrong);
        for (kind, count) in tally.errors {
            *sum.errors.entry(kind).or_default() += count;
        }
    }
    println!("{}", serde_json::to_string(&sum)?);
    Ok(())
}
