//! The cost of a large instance: loading it from a file, its memory, and the duration of a page.
//!
//! The optional argument is the number of tasks, by default a million. Each service is measured in its own process, so
//! that memory freed by one is not counted for the other.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot be set up should stop"
)]

use std::io::{BufWriter, Write as _};
use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, PROJECT_ID, TOKEN, load};
use memory_stats::memory_stats;

/// The time of the first task, in 2023. The tasks are a second apart.
const BEGIN: i64 = 1_700_000_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let service = args.iter().find_map(|arg| arg.strip_prefix("service="));
    if let Some(service) = service {
        let tasks = args.iter().find_map(|arg| arg.parse().ok());
        return measure(service, tasks.expect("how many tasks"));
    }
    // `cargo test` runs benches too, only to check that they run.
    let test = args.iter().any(|arg| arg == "--test");
    let given = args.iter().find(|arg| arg.parse::<i64>().is_ok()).cloned();
    let tasks = given.unwrap_or_else(|| if test { "1000" } else { "1000000" }.to_owned());
    for service in ["kafka", "dcs"] {
        let program = std::env::current_exe().expect("this program");
        let mut command = std::process::Command::new(program);
        let status = command
            .arg(format!("service={service}"))
            .arg(&tasks)
            .status();
        assert!(status.expect("a run").success(), "{service}");
    }
}

fn measure(service: &str, tasks: i64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let file = write(service, tasks);
    let size = file.as_file().metadata().expect("a size").len();
    let before = resident();
    let begun = Instant::now();
    let data = load(file.path()).expect("data");
    let parsed = begun.elapsed();
    let emulator = runtime
        .block_on(Emulator::builder().data(data).start())
        .expect("an emulator");
    let loaded = begun.elapsed();
    let grown = resident().saturating_sub(before);
    println!(
        "{service}: {tasks} tasks, a file of {} MB, loaded in {:.2} s ({:.2} s of it reading), {} bytes of memory a task",
        size / 1_000_000,
        loaded.as_secs_f64(),
        parsed.as_secs_f64(),
        grown / u64::try_from(tasks).unwrap_or(1)
    );
    let url = match service {
        "dcs" => emulator.dcs_url(),
        _ => emulator.kafka_url(),
    };
    let (first, limit) = match service {
        "dcs" => ("offset", 1_000),
        _ => ("start", 100),
    };
    for (instance, start) in [
        ("small", 1),
        ("large", 1),
        ("large", tasks / 2),
        ("large", tasks - 1_000),
    ] {
        let page = format!(
            "{url}/v2/{PROJECT_ID}/instances/{instance}/tasks?{first}={}&limit={limit}",
            start.max(1)
        );
        let took = runtime.block_on(quickest(&page));
        println!("  a page of {limit} of {instance} from {start}: {took:?}");
    }
    runtime.block_on(emulator.shutdown());
}

fn resident() -> u64 {
    memory_stats().map_or(0, |memory| memory.physical_mem as u64)
}

/// Writes a data file with an instance of `tasks` tasks and one of a thousand.
fn write(service: &str, tasks: i64) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut out = BufWriter::new(file.as_file());
    let result: std::io::Result<()> = (|| {
        write!(out, "{{\"{service}\":[")?;
        for (at, (name, count)) in [("small", 1_000), ("large", tasks)].into_iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(out, "{comma}{{\"instance_id\":\"{name}\",\"tasks\":[")?;
            for i in 0..count {
                let comma = if i > 0 { ",\n" } else { "\n" };
                let time =
                    jiff::Timestamp::from_second(BEGIN + i).map_err(std::io::Error::other)?;
                let what = match service {
                    "dcs" => {
                        r#""name":"ChangeInstanceSpec","details":{"old_cache_mode":"single","new_cache_mode":"single","old_capacity":"0.125","new_capacity":"0.25"}"#
                    }
                    _ => {
                        r#""name":"modifyAutoTopic","params":"{\"old_auto_status\":true,\"new_auto_status\":false}""#
                    }
                };
                write!(
                    out,
                    r#"{comma}{{"id":"8abfa7b3{i:024x}",{what},"user_name":"paas_dms","user_id":"3df5acbc24a54fadb62a043c9000a307","status":"SUCCESS","created_at":"{time:.3}","updated_at":"{time:.3}"}}"#
                )?;
            }
            write!(out, "]}}")?;
        }
        write!(out, "]}}")?;
        out.flush()
    })();
    result.expect("a file written");
    drop(out);
    file
}

/// The shortest of several durations.
async fn quickest(url: &str) -> Duration {
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let mut best = Duration::MAX;
    for _ in 0..50 {
        let begun = Instant::now();
        let response = http
            .get(url)
            .header("X-Auth-Token", TOKEN)
            .send()
            .await
            .expect("a response");
        assert_eq!(response.status(), 200);
        response.bytes().await.expect("a body");
        best = best.min(begun.elapsed());
    }
    best
}
