//! Shards that are merged, metrics, the log, and commands on the emulator.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::fleet::fleet;
use crate::formats::{assert_described, values};
use crate::run::{INSTANCE, Program, Run, snapshot, snapshot_each};

/// Writes the outputs of the shards of a list of 40 instances, one of which is unknown.
fn sharded(program: &Program, format: &str, count: u64) -> Vec<String> {
    sharded_with(program, format, count, &[])
}

fn sharded_with(program: &Program, format: &str, count: u64, flags: &[&str]) -> Vec<String> {
    let list: String = (0..40).map(|number| format!("i-{number}\n")).collect();
    std::fs::write(program.home().join("list.txt"), list).expect("the file should be writable");
    let shards = (0..count).map(|index| {
        let shard = format!("{index}/{count}");
        let sweep = ["--emulator", "kafka", "sweep", "list.txt", "--shard"];
        let run = program.run(&[&sweep[..], &[&shard, "-q", "-o", format], flags].concat());
        assert!([Some(0), Some(4)].contains(&run.code), "{run}");
        let file = format!("part-{index}.{format}");
        std::fs::write(program.home().join(&file), run.stdout)
            .expect("the file should be writable");
        file
    });
    shards.collect()
}

fn forty() -> Program {
    let instances = (0..39).map(|number| {
        let task = json!({ "id": "t", "name": "EXTEND", "status": "SUCCESS",
            "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:01Z" });
        json!({ "instance_id": format!("i-{number}"), "tasks": [task] })
    });
    Program::new().with_data(&json!({ "kafka": instances.collect::<Vec<_>>() }))
}

fn merge(program: &Program, files: &[String], args: &[&str]) -> Run {
    let files = files.iter().map(String::as_str);
    let args: Vec<&str> = ["merge"]
        .into_iter()
        .chain(files)
        .chain(args.iter().copied())
        .collect();
    program.run(&args)
}

#[test]
fn merged_shards_are_the_whole_sweep() {
    let program = forty();
    for format in ["ndjson", "json"] {
        let files = sharded(&program, format, 3);
        let run = merge(&program, &files, &["-o", "json", "-q"]);
        assert_eq!(run.code, Some(4), "{run}");
        let merged = values(&run);
        let instances = merged[0]["instances"]
            .as_array()
            .expect("there should be instances");
        let mut ids: Vec<_> = instances
            .iter()
            .map(|one| one["instance_id"].to_string())
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!((instances.len(), ids.len()), (40, 40), "{run}");
        assert_eq!(merged[0]["failed"], 1, "{run}");
        let run = merge(&program, &files, &["-q"]);
        assert_eq!(run.stdout.lines().count(), 41, "{run}");
        assert!(
            run.stdout
                .contains("error: ListKafkaTasks: the service returned 404"),
            "{run}"
        );
    }
}

/// Of the 39 instances that can be read, three have a failed task.
#[test]
fn merged_shards_of_a_filtered_sweep_are_all_matches() {
    let instances = (0..39).map(|number| {
        let status = if number % 13 == 0 {
            "FAILED"
        } else {
            "SUCCESS"
        };
        let task = json!({ "id": "t", "name": "EXTEND", "status": status,
            "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:01Z" });
        json!({ "instance_id": format!("i-{number}"), "tasks": [task] })
    });
    let instances: Vec<_> = instances.collect();
    let program = Program::new().with_data(&json!({ "kafka": instances }));
    for format in ["ndjson", "json"] {
        let files = sharded_with(&program, format, 3, &["--failed"]);
        let run = merge(&program, &files, &["-o", "json"]);
        assert_eq!(run.code, Some(4), "{run}");
        assert!(run.stderr.contains("1 of 40 instances failed"), "{run}");
        let merged = values(&run);
        assert_described("Sweep", &merged);
        assert_eq!(merged[0]["left_out"], 36, "{run}");
        let instances = merged[0]["instances"].as_array();
        let mut ids: Vec<_> = instances
            .expect("there should be instances")
            .iter()
            .map(|one| one["instance_id"].as_str().unwrap_or_default())
            .collect();
        ids.sort_unstable();
        assert_eq!(ids, ["i-0", "i-13", "i-26", "i-39"], "{run}");
        let run = merge(&program, &files[1..], &[]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    }
    // A lost line is still found.
    let files = sharded_with(&program, "ndjson", 1, &["--failed"]);
    let part = program.home().join(&files[0]);
    let whole = std::fs::read_to_string(&part).expect("the file should be readable");
    let (_, rest) = whole.split_once('\n').expect("there should be lines");
    std::fs::write(&part, rest).expect("the file should be writable");
    let run = merge(&program, &files, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    assert!(run.stderr.contains("shard 0/1 has lost lines"), "{run}");
}

#[test]
fn merge_without_all_shards_prints_nothing() {
    let program = forty();
    let files = sharded(&program, "ndjson", 3);
    let others = sharded(&Program::new().with_data(&json!({})), "ndjson", 2);
    assert_eq!(others.len(), 2);
    let read = |file: &str| {
        std::fs::read_to_string(program.home().join(file)).expect("the file should be readable")
    };
    let write = |file: &str, text: &str| {
        std::fs::write(program.home().join(file), text).expect("the file should be writable");
    };
    let whole = read(&files[0]);
    let lines: Vec<&str> = whole.lines().collect();
    write("cut.ndjson", &lines[..lines.len() - 1].join("\n"));
    write("lost.ndjson", &lines[1..].join("\n"));
    write(
        "other.ndjson",
        &whole.replace("\"shard\":\"0/3\"", "\"shard\":\"0/4\""),
    );
    write(
        "stopped.ndjson",
        &whole.replace("\"complete\":true", "\"complete\":false"),
    );
    write("text.ndjson", "i-1\n");
    let mut runs = Vec::new();
    for (title, first) in [
        ("missing", None),
        ("twice", Some(files[1].as_str())),
        ("cut", Some("cut.ndjson")),
        ("lost line", Some("lost.ndjson")),
        ("another list", Some("other.ndjson")),
        ("not complete", Some("stopped.ndjson")),
        ("no JSON", Some("text.ndjson")),
        ("no file", Some("nowhere.ndjson")),
    ] {
        let first = first.map(str::to_owned);
        let files: Vec<String> = first
            .into_iter()
            .chain(files[1..].iter().cloned())
            .collect();
        let run = merge(&program, &files, &[]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{title}: {run}"
        );
        runs.push((title.to_owned(), run));
    }
    snapshot_each("merge-refused", &runs);
}

#[test]
fn log_has_method_path_query_and_time_of_each_request() {
    let list = ["--emulator", "kafka", "list", INSTANCE, "-vv"];
    let run = Program::new().run(&list);
    assert_eq!(run.code, Some(0), "{run}");
    for part in [
        "http.request.method=\"GET\"",
        "url.path=\"/v2/",
        "url.query=\"limit=51&start=1\"",
        "http.client.request.duration=",
    ] {
        assert!(run.stderr.contains(part), "{part}: {run}");
    }
    let run = Program::new().run(&[&list[..], &["--log-format", "json"]].concat());
    let lines = run.stderr.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines
        .collect::<Result<_, _>>()
        .expect("each line should be JSON");
    assert!(!lines.is_empty(), "{run}");
    assert_eq!(lines[0]["span"]["url.query"], "limit=51&start=1", "{run}");
    assert_eq!(
        lines[0]["fields"]["http.response.status_code"], 200,
        "{run}"
    );
}

#[test]
fn command_on_the_emulator_has_its_variables_and_its_exit_code() {
    let program = Program::new();
    let hwtasks = env!("CARGO_BIN_EXE_hwtasks");
    let script = format!("'{hwtasks}' dcs instances --query 'length(instances)' && exit 7");
    let args = ["emulator", "--instances", "30", "--", "sh", "-c", &script];
    let run = program.run(&args);
    assert_eq!((run.code, run.stdout.as_str()), (Some(7), "30\n"), "{run}");
    let run = program.run(&["emulator", "--", "/nowhere"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    snapshot("emulator-unknown-command", &run);
}

#[test]
#[cfg(unix)]
fn terminated_emulator_ends_its_command() {
    let program = Program::new();
    let script = "trap 'echo stopped; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut running = program.start(&["emulator", "--", "sh", "-c", script]);
    assert_eq!(running.line(), "ready\n");
    running.signal("TERM");
    let run = running.end();
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.stdout, "ready\nstopped\n");
}

/// The response to a request for a path.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the server should listen");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the server should read");
    let mut response = String::new();
    stream
        .read_to_string(&mut response)
        .expect("the response should be text");
    response
}

#[test]
fn metrics_are_those_of_all_instances() {
    let mut program = fleet();
    program.set("HWTASKS_EMULATOR_INSTANCES", "40");
    let args = [
        "--emulator",
        "serve-metrics",
        "--listen=127.0.0.1:0",
        "--interval=100ms",
    ];
    let mut server = program.start_said(&args);
    let said = server.said();
    let address = said
        .trim()
        .strip_prefix("serving http://")
        .and_then(|rest| rest.split_once("/metrics"))
        .expect("the address should be said")
        .0
        .to_owned();
    let mut text = String::new();
    // Until both services were polled, and all tasks have ended.
    for _ in 0..600 {
        text = get(&address, "/metrics");
        let ended = text.matches("hwtasks_tasks_ended_total{").count();
        if text.matches("hwtasks_poll_success{").count() == 2 && ended >= 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(
        text.contains("content-type: text/plain; version=0.0.4"),
        "{text}"
    );
    for service in ["dcs", "kafka"] {
        let line = format!("\nhwtasks_instances{{service=\"{service}\"}} 40\n");
        assert!(text.contains(&line), "{text}");
        let line = format!("\nhwtasks_poll_success{{service=\"{service}\"}} 1\n");
        assert!(text.contains(&line), "{text}");
    }
    assert!(text.contains("status=\"FAILED\"} "), "{text}");
    assert!(get(&address, "/").contains("/metrics"));
    assert!(get(&address, "/nope").starts_with("HTTP/1.1 404 "));
    server.interrupt();
    let run = server.end();
    assert_eq!(run.code, Some(0), "{run}");
    let args = ["serve-metrics", "--listen", "0.0.0.0:0"];
    let run = program.run(&args);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    snapshot("serve-metrics-exposed", &run);
}

/// Runs each line of the README's recipes on 200 instances.
#[test]
fn recipes_of_the_readme_do_what_they_say() {
    let readme = include_str!("../../../../README.md");
    let (_, recipes) = readme
        .split_once("## Recipes")
        .expect("the README should have recipes");
    let (_, recipes) = recipes
        .split_once("```sh\n")
        .expect("the recipes should have lines");
    let (recipes, _) = recipes.split_once("```").expect("the lines should end");
    let lines: Vec<&str> = recipes
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_hwtasks")).parent();
    let path = std::env::var("PATH").unwrap_or_default();
    let folder = folder.expect("the program should be in a folder").display();
    let program = fleet().with("PATH", &format!("{folder}:{path}"));
    let outputs = lines.iter().map(|line| {
        let words = ["emulator", "--instances", "200", "--", "sh", "-c", line];
        program.run(&words)
    });
    let [resized, running, done, failed, ids] =
        <[Run; 5]>::try_from(outputs.collect::<Vec<_>>()).expect("there are five");
    assert_eq!(resized.code, Some(0), "{resized}");
    assert!(
        resized.stdout.contains("EXTEND") && resized.stdout.contains(" GB"),
        "{resized}"
    );
    assert!(
        ["alice", "bob", "ops-bot"]
            .iter()
            .any(|user| resized.stdout.contains(user))
    );
    assert_eq!(running.code, Some(0), "{running}");
    assert!(running.stdout.contains("kafkaConfigModify"), "{running}");
    assert!(!running.stdout.contains("SUCCESS"), "{running}");
    // The last instance that runs a task fails.
    assert_eq!(done.code, Some(0), "{done}");
    assert!(done.stderr.contains("success: "), "{done}");
    assert_eq!(failed.code, Some(1), "{failed}");
    assert!(failed.stderr.contains("failed: "), "{failed}");
    assert_eq!(
        (ids.code, ids.stdout.lines().count()),
        (Some(0), 200),
        "{ids}"
    );
}
