//! `hwtasks sweep`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::formats::{assert_described, values};
use crate::run::{INSTANCE, Program, snapshot};

const SWEEP: [&str; 5] = ["--emulator", "kafka", "sweep", "--concurrency", "1"];

fn many(count: usize) -> Program {
    many_at(count, "2020-01-01T00:00:00Z")
}

/// Each instance has a task that started and ended at this time.
fn many_at(count: usize, time: &str) -> Program {
    let instances = (0..count).map(|number| {
        let task = json!({
            "id": "t", "status": "SUCCESS", "created_at": time, "updated_at": time,
        });
        json!({ "instance_id": format!("i-{number}"), "tasks": [task] })
    });
    Program::new().with_data(&json!({ "kafka": instances.collect::<Vec<_>>() }))
}

fn list(count: usize) -> String {
    let mut list = String::new();
    for number in 0..count {
        writeln!(list, "i-{number}").expect("writing to a String should succeed");
    }
    list
}

#[test]
fn sweep_with_unknown_instance_prints_its_error_in_each_format() {
    let input = format!("# mine\n{INSTANCE}\nnope\n");
    for format in ["table", "json", "ndjson", "yaml", "csv"] {
        let run = Program::new().fed(&[&SWEEP[..], &["-o", format]].concat(), &input);
        assert_eq!(run.code, Some(4), "{run}");
        snapshot(&format!("sweep.{format}"), &run);
    }
    let json = Program::new().fed(&[&SWEEP[..], &["-o", "json"]].concat(), &input);
    let json = values(&json);
    assert_described("Sweep", &json);
    let lines = Program::new().fed(&[&SWEEP[..], &["-o", "ndjson"]].concat(), &input);
    let lines = values(&lines);
    assert_described("SweepResult", &lines);
    assert_eq!(json[0]["instances"], Value::Array(lines));
}

#[test]
fn sweep_with_a_filter_as_json_has_only_matches_and_failures() {
    let input = format!("i-0\n{INSTANCE}\nnope\n");
    let task = json!({ "id": "t", "name": "EXTEND", "status": "FAILED",
        "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:01Z" });
    let running = json!({ "id": "r", "name": "EXTEND", "created_at": "2020-01-01T00:00:00Z",
        "progress": { "when": "after_polls", "polls": 9 } });
    let program = Program::new().with_data(&json!({ "kafka": [
        { "instance_id": "i-0", "tasks": [task] },
        { "instance_id": INSTANCE, "tasks": [running] },
    ] }));
    let ids = |results: &[Value]| -> Vec<String> {
        let ids = results.iter().map(|one| &one["instance_id"]);
        ids.map(|id| id.as_str().unwrap_or_default().to_owned())
            .collect()
    };
    for (filter, matching) in [
        (["--failed"].as_slice(), "i-0"),
        (&["--running"], INSTANCE),
        (&["--status", "FAILED"], "i-0"),
        (&["--name", "extend", "--failed"], "i-0"),
    ] {
        let args = [&SWEEP[..], filter, &["-o", "json"]].concat();
        let run = program.fed(&args, &input);
        assert_eq!(run.code, Some(4), "{run}");
        assert!(run.stderr.contains("1 of 3 instances failed"), "{run}");
        let json = values(&run);
        assert_described("Sweep", &json);
        let found = json[0]["instances"].as_array().expect("a list is there");
        assert_eq!(ids(found), [matching, "nope"], "{run}");
        assert_eq!(json[0]["left_out"], 1, "{run}");
        let args = [&SWEEP[..], filter, &["-o", "ndjson"]].concat();
        let lines = values(&program.fed(&args, &input));
        assert_eq!(ids(&lines), [matching, "nope"]);
    }
    // A time window is a filter too; without one, each instance is there.
    for (flags, count) in [(["--since", "now"].as_slice(), 1), (&[], 3)] {
        let args = [&SWEEP[..], flags, &["-o", "ndjson"]].concat();
        let run = program.fed(&args, &input);
        assert_eq!(values(&run).len(), count, "{run}");
    }
}

#[test]
fn sweep_without_failures_exits_with_zero() {
    let program = Program::new();
    let file = program.home().join("instances.txt");
    std::fs::write(&file, format!("{INSTANCE}\n")).expect("the file should be accessible");
    let file = file.display().to_string();
    let run = program.run(&["--emulator", "dcs", "sweep", &file, "--status=SUCCESS"]);
    assert_eq!(run.code, Some(0), "{run}");
    snapshot("sweep-dcs", &run);
    let query = "instances[].tasks[].id";
    let run = program.run(&["--emulator", "dcs", "sweep", &file, "--query", query, "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    assert_eq!(values(&run)[0].as_array().map(Vec::len), Some(2));
}

#[test]
fn sweep_of_invalid_input_sends_no_request() {
    let program = Program::new();
    let mut garbage = list(100_000)
        .replace("i-5\n", "i-5\n\u{1b}[31m\n")
        .replace("i-99999\n", "a b\n");
    garbage.push_str(&"x".repeat(1000));
    for (name, input) in [
        ("sweep-empty", ""),
        ("sweep-comments", "# none\n\n"),
        ("sweep-garbage", garbage.as_str()),
        ("sweep-one-wrong-line", "a\nb/../c\n"),
    ] {
        let run = program.fed(&["--emulator", "kafka", "sweep"], input);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        snapshot(name, &run);
    }
    for (name, args) in [
        (
            "sweep-no-file",
            ["kafka", "sweep", "nowhere.txt"].as_slice(),
        ),
        ("sweep-wrong-shard", &["kafka", "sweep", "--shard", "3/3"]),
        ("old-order-sweep-unknown-service", &["sweep", "redis"]),
    ] {
        let run = program.fed(args, "a\n");
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        snapshot(name, &run);
    }
    let run = program.fed(
        &["kafka", "sweep", "--region=cn-north-4", "--project-id=p"],
        "a\n",
    );
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    snapshot("sweep-no-credentials", &run);
}

/// Runs the arguments of the Job once per Pod, with 200 instances.
#[test]
fn pods_of_the_job_query_each_instance_once() {
    let manifest = include_str!("../../contrib/kubernetes-job.yaml");
    let job: Value = yaml_serde::from_str(manifest).expect("the output should be YAML");
    assert_eq!(job["spec"]["completionMode"], "Indexed");
    let completions = job["spec"]["completions"]
        .as_u64()
        .expect("the value should be a number");
    let args = job["spec"]["template"]["spec"]["containers"][0]["args"].as_array();
    let args: Vec<&str> = args
        .expect("the job should have arguments")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(args.contains(&format!("$(JOB_COMPLETION_INDEX)/{completions}").as_str()));

    // Within the time window of the Job, so that each instance has a line.
    let program = many_at(200, &jiff::Timestamp::now().to_string());
    std::fs::write(program.home().join("list.txt"), list(200))
        .expect("the file should be accessible");
    let mut queried = BTreeMap::new();
    for index in 0..completions {
        let index = index.to_string();
        let args = args.iter().map(|arg| {
            arg.replace("$(JOB_COMPLETION_INDEX)", &index)
                .replace("/instances/list.txt", "list.txt")
        });
        let args: Vec<String> = std::iter::once("--emulator".to_owned())
            .chain(args)
            .collect();
        let run = program.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(run.code, Some(0), "{run}");
        let mut lines = values(&run);
        let end = lines.pop().expect("the output should have a last line");
        assert_described("SweepEnd", std::slice::from_ref(&end));
        let shard = format!("{index}/{completions}");
        assert_eq!((&end["shard"], &end["total"]), (&shard.into(), &200.into()));
        assert_eq!(
            (&end["complete"], &end["left_out"]),
            (&true.into(), &0.into())
        );
        for line in lines {
            *queried.entry(line["instance_id"].to_string()).or_insert(0) += 1;
        }
    }
    assert_eq!(queried.len(), 200);
    assert!(queried.values().all(|times| *times == 1), "{queried:?}");
}

#[test]
fn instance_listed_twice_is_queried_once() {
    let run = many(2).fed(
        &[&SWEEP[..], &["-o", "ndjson"]].concat(),
        "i-1\ni-0\n i-1\ni-1\n",
    );
    assert_eq!(run.code, Some(0), "{run}");
    let queried: Vec<Value> = values(&run)
        .iter()
        .map(|line| line["instance_id"].clone())
        .collect();
    assert_eq!(queried, ["i-1", "i-0"]);
    assert!(
        run.stderr
            .starts_with("2 lines repeat an instance, which is queried once\n"),
        "{run}"
    );
}

#[test]
fn shard_without_instances_succeeds() {
    let program = many(1);
    let runs: Vec<_> = (0..2)
        .map(|index| {
            let shard = format!("--shard={index}/2");
            program.fed(
                &["--emulator", "kafka", "sweep", &shard, "-o", "json"],
                "i-0\n",
            )
        })
        .collect();
    assert!(runs.iter().all(|run| run.code == Some(0)), "{runs:?}");
    let counts: Vec<_> = runs
        .iter()
        .map(|run| values(run)[0]["instances"].as_array().map(Vec::len))
        .collect();
    assert!(
        counts == [Some(0), Some(1)] || counts == [Some(1), Some(0)],
        "{counts:?}"
    );
}

#[test]
fn sweep_with_closed_pipe_succeeds() {
    let program = many(500);
    std::fs::write(program.home().join("list.txt"), list(500))
        .expect("the file should be accessible");
    for format in ["ndjson", "csv", "table"] {
        let sweep = ["--emulator", "kafka", "sweep", "list.txt", "-o", format];
        let mut running = program.start(&sweep);
        running.line();
        let run = running.close();
        assert_eq!(run.code, Some(0), "{run}");
        assert!(run.stderr.starts_with("500 instances, in "), "{run}");
    }
}

/// The exit code reports failed instances even if nobody reads the output.
#[test]
fn sweep_with_closed_pipe_still_reports_failed_instances() {
    let program = many(300);
    let instances = list(300) + "nope\n";
    std::fs::write(program.home().join("list.txt"), instances)
        .expect("the file should be accessible");
    for format in ["ndjson", "csv", "table", "json"] {
        let sweep = ["--emulator", "kafka", "sweep", "list.txt", "-o", format];
        let run = program.start(&sweep).close();
        assert_eq!(run.code, Some(4), "{run}");
        assert!(run.stderr.contains("1 of 301 instances failed"), "{run}");
    }
}

#[test]
fn sweep_with_failing_query_still_reports_failed_instances() {
    let sweep =
        |query: &str, input: &str| many(1).fed(&[&SWEEP[..], &["--query", query]].concat(), input);
    let run = sweep("nope(@)", "i-0\n");
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    assert!(!run.stderr.contains("instance"), "{run}");
    let run = sweep("length(missing)", "i-0\nnope\n");
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run}");
    snapshot("sweep-failing-query", &run);
    let run = sweep("length(missing)", "i-0\n");
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
}

#[test]
fn interrupted_sweep_prints_its_results_and_its_progress() {
    let program = many(3000);
    std::fs::write(program.home().join("list.txt"), list(3000))
        .expect("the file should be accessible");
    let sweep = [
        "--emulator",
        "kafka",
        "sweep",
        "list.txt",
        "-c",
        "1",
        "-o",
        "ndjson",
    ];
    let mut running = program.start(&sweep);
    running.line();
    running.interrupt();
    let run = running.end();
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    let done = values(&run).len();
    assert!(done < 3000);
    let said = format!("interrupted: after {done} of 3000 instances, 0 of them failed, in ");
    assert!(run.stderr.starts_with(&said), "{done}: {}", run.stderr);
}
