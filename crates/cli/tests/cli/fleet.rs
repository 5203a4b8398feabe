//! Instances by name, and commands that read many of them.

use serde_json::{Value, json};

use crate::formats::{assert_described, values};
use crate::run::{INSTANCE, Program, Run, snapshot, snapshot_each};

/// A program whose emulator has 200 instances of each service.
pub(crate) fn fleet() -> Program {
    Program::new().with("HWTASKS_EMULATOR_INSTANCES", "200")
}

/// Two instances with the same name, and one with another; each has a running and a failed task.
fn named() -> Program {
    let task = |id: &str, status: &str, minute: u8| {
        json!({
            "id": id, "name": "EXTEND", "status": status, "user_name": "ops",
            "created_at": format!("2020-01-01T00:{minute:02}:00Z"),
            "updated_at": format!("2020-01-01T00:{minute:02}:09Z"),
        })
    };
    let instance = |id: &str, name: &str, minute: u8| {
        json!({
            "instance_id": id, "attributes": { "name": name },
            "tasks": [task("f", "FAILED", minute), task("s", "SUCCESS", minute + 1)],
        })
    };
    let instances = json!([
        instance("i-1", "orders", 1),
        instance("i-2", "carts", 3),
        instance("i-3", "carts", 5),
    ]);
    let mut rabbit = instance("r-1", "queue", 7);
    rabbit["attributes"]["engine"] = json!("rabbitmq");
    let mut dms = instances.clone();
    if let Some(dms) = dms.as_array_mut() {
        dms.push(rabbit);
    }
    Program::new().with_data(&json!({ "dcs": instances, "kafka": dms }))
}

fn emulated(program: &Program, args: &[&str]) -> Run {
    program.run(&[&["--emulator"], args].concat())
}

fn ok(program: &Program, args: &[&str]) -> Run {
    let run = emulated(program, args);
    assert_eq!(run.code, Some(0), "{run}");
    run
}

#[test]
fn instances_are_printed_in_each_format() {
    let program = named();
    let mut runs = Vec::new();
    for format in ["table", "json", "ndjson", "yaml", "csv", "text"] {
        for service in ["dcs", "kafka"] {
            let run = ok(&program, &[service, "instances", "-o", format]);
            runs.push((format!("{service} instances -o {format}"), run));
        }
    }
    snapshot_each("instances", &runs);
    for service in ["dcs", "kafka"] {
        let json = values(&ok(&program, &[service, "instances", "-o", "json"]));
        assert_described("Instances", &json);
        let lines = values(&ok(&program, &[service, "instances", "-o", "ndjson"]));
        assert_described("Instance", &lines);
        assert_eq!(json[0]["instances"], Value::Array(lines));
    }
}

#[test]
fn instances_of_a_pattern_and_an_engine_are_selected() {
    let program = named();
    let ids = |args: &[&str]| {
        let query = ["--query", "instances[].instance_id", "-o", "text"];
        ok(&program, &[args, &query].concat()).stdout
    };
    assert_eq!(ids(&["dcs", "instances"]), "i-1\ni-2\ni-3\n");
    assert_eq!(ids(&["dcs", "instances", "--name=c?rt*"]), "i-2\ni-3\n");
    assert_eq!(ids(&["kafka", "instances", "--name", "art"]), "");
    assert_eq!(
        ids(&["kafka", "instances", "--engine", "rabbitmq"]),
        "r-1\n"
    );
    assert_eq!(ids(&["kafka", "instances", "--status", "FROZEN"]), "");
    let run = ok(&fleet(), &["kafka", "instances", "-o", "text"]);
    assert_eq!(run.stdout.lines().count(), 200, "{run}");
}

#[test]
fn instance_is_found_by_its_name() {
    let program = named();
    for args in [
        ["kafka", "list", "@orders"].as_slice(),
        &["kafka", "show", "@orders", "f"],
        &["dcs", "show", "@orders", "f"],
        &["kafka", "wait", "@orders", "s"],
        &["kafka", "list", "@queue"],
    ] {
        let run = ok(&program, &[args, &["-o", "json"]].concat());
        let name = &values(&run)[0]["instance_name"];
        let expected = args[2].trim_start_matches('@');
        assert_eq!(name, expected, "{run}");
    }
    let mut runs = Vec::new();
    for (name, args) in [
        ("ambiguous", ["kafka", "list", "@carts"]),
        ("misspelled", ["dcs", "list", "@ordes"]),
        ("empty", ["dcs", "list", "@"]),
    ] {
        let run = emulated(&program, &args);
        assert_ne!(run.code, Some(0), "{run}");
        assert_eq!(run.stdout, "", "{run}");
        runs.push((name.to_owned(), run));
    }
    snapshot_each("instance-names", &runs);
}

#[test]
fn sweep_of_all_instances_prints_a_row_for_each_task() {
    let program = named();
    let run = ok(
        &program,
        &["dcs", "sweep", "--all-instances", "--failed", "--utc"],
    );
    snapshot("sweep-failed-tasks", &run);
    let run = ok(&program, &["kafka", "sweep", "--all-instances", "-c1"]);
    snapshot("sweep-all-instances", &run);
    let run = ok(
        &program,
        &["kafka", "sweep", "--all-instances", "--running"],
    );
    assert_eq!(run.stdout, "", "{run}");
    assert!(run.stderr.starts_with("no task matches\n"), "{run}");
    let run = ok(
        &program,
        &[
            "dcs",
            "sweep",
            "--all-instances",
            "--instance-name=car*",
            "-o",
            "ndjson",
        ],
    );
    let lines = values(&run);
    assert_described("SweepResult", &lines);
    let mut ids: Vec<_> = lines.iter().map(|line| &line["instance_id"]).collect();
    ids.sort_by_key(|id| id.to_string());
    assert_eq!(ids, ["i-2", "i-3"]);
    assert_eq!(lines[0]["instance_name"], "carts");
    assert_eq!(lines[0]["tasks"][0]["service"], "dcs");
}

#[test]
fn sweep_reads_each_form_of_a_list() {
    let program = named();
    let listed = ok(&program, &["dcs", "instances", "-o", "json"]).stdout;
    let ndjson = ok(&program, &["dcs", "instances", "-o", "ndjson"]).stdout;
    // As the official `hcloud DCS ListInstances` prints it.
    let hcloud = json!({ "instance_num": 3, "instances": [
        { "instance_id": "i-1", "name": "orders", "charging_mode": 0 },
        { "instance_id": "i-2" }, { "instance_id": "i-3" }, { "instance_id": "i-3" },
    ]});
    let hcloud = format!("{hcloud:#}");
    for input in [
        "i-1\n# mine\ni-2\ni-3\n",
        "[\"i-1\", \"i-2\", \"i-3\"]",
        &listed,
        &ndjson,
        &hcloud,
    ] {
        let query = ["--query", "sort(instances[].instance_id)", "-o", "text"];
        let args = [&["--emulator", "dcs", "sweep", "-q"], &query[..]].concat();
        let run = program.fed(&args, input);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
        assert_eq!(run.stdout, "i-1\ni-2\ni-3\n", "{run}");
    }
    let mut runs = Vec::new();
    for input in ["[1]", "{\"error_msg\": \"no\"}", "[", "[\"a/b\"]"] {
        let run = program.fed(&["--emulator", "dcs", "sweep"], input);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        runs.push((input.to_owned(), run));
    }
    snapshot_each("sweep-invalid-json", &runs);
}

#[test]
fn text_is_separated_by_tabs_without_a_header() {
    let program = named();
    let columns = ["--columns", "instance_name,id,status,duration"];
    let list = ["dcs", "list", "@orders", "-o", "text"];
    let run = ok(&program, &[&list[..], &columns].concat());
    assert_eq!(
        run.stdout,
        "orders\ts\tSUCCESS\t9.0s\norders\tf\tFAILED\t9.0s\n"
    );
    let run = ok(&program, &[&list[..], &["--query", "tasks[].id"]].concat());
    assert_eq!(run.stdout, "s\nf\n");
    let run = ok(
        &program,
        &[&list[..], &["--query", "tasks[].[id, status]"]].concat(),
    );
    assert_eq!(run.stdout, "s\tSUCCESS\nf\tFAILED\n");
    let run = ok(&Program::new(), &["kafka", "list", INSTANCE, "-o", "text"]);
    let fields = run.stdout.lines().map(|line| line.split('\t').count());
    assert_eq!(fields.collect::<Vec<_>>(), [16; 4], "{run}");
}

#[test]
fn wait_until_idle_ends_when_no_task_runs() {
    let program = fleet();
    let wait = [
        "dcs",
        "wait",
        "--until-idle",
        "--all-instances",
        "--interval=200ms",
        // Tasks that ended before the first poll count too; all others are older.
        "--since=10m",
    ];
    let hook = [
        "--",
        "sh",
        "-c",
        "echo \"$HWTASKS_RESULT $HWTASKS_EXIT_CODE $HWTASKS_FAILED_TASKS\"",
    ];
    let run = emulated(&program, &[&wait[..], &["-o", "json"], &hook].concat());
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.stderr.starts_with("failed 1 1\n") || run.stderr.contains("\nfailed 1 1\n"),
        "{run}"
    );
    let result = values(&run);
    assert_described("WaitedInstances", &result);
    let counts = ["running", "succeeded", "failed"].map(|count| &result[0][count]);
    assert_eq!(counts, [0, 12, 1], "{run}");
    assert_eq!(result[0]["complete"], true);
}

#[test]
fn wait_until_idle_ends_early_on_request() {
    let program = moving();
    let wait = [
        "kafka",
        "wait",
        "--until-idle",
        "--interval=5ms",
        "-o",
        "ndjson",
    ];
    let run = emulated(&program, &[&wait[..], &["--any", "slow", "fails"]].concat());
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.stderr
            .contains("1 of 2 instances idle, 1 running, 1 failed"),
        "{run}"
    );
    let run = emulated(
        &program,
        &[&wait[..], &["--fail-fast", "--all-instances"]].concat(),
    );
    assert_eq!(run.code, Some(1), "{run}");
    let lines = values(&run);
    assert_described("Task", &lines);
    assert_eq!(
        lines.last().map(|task| &task["status"]),
        Some(&json!("FAILED")),
        "{run}"
    );
    let run = emulated(
        &program,
        &[&wait[..], &["--timeout=50ms", "@slow"]].concat(),
    );
    assert_eq!(run.code, Some(124), "{run}");
    let run = emulated(&program, &[&wait[..], &["quick", "nope"]].concat());
    assert_eq!(run.code, Some(4), "{run}");
    snapshot("wait-until-idle-unreadable", &run);
    let run = emulated(&program, &[&wait[..], &["quick"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
}

/// Instances with a running task, named after it.
pub(crate) fn moving() -> Program {
    let instance = |id: &str, outcome: &str, polls: u64| {
        let progress = json!({ "when": "after_polls", "polls": polls });
        let task = json!({ "id": "t", "name": "EXTEND", "progress": progress, "outcome": outcome });
        json!({ "instance_id": id, "attributes": { "name": id }, "tasks": [task] })
    };
    let instances = [
        instance("slow", "SUCCESS", 1_000_000),
        instance("quick", "SUCCESS", 3),
        instance("fails", "FAILED", 4),
    ];
    Program::new().with_data(&json!({ "kafka": instances, "dcs": instances }))
}

#[test]
fn command_after_a_wait_gets_its_result() {
    let program = moving();
    let script =
        "cat; echo $HWTASKS_RESULT $HWTASKS_EXIT_CODE $HWTASKS_TASK_STATUS $HWTASKS_INSTANCE_NAME";
    let wait = ["kafka", "wait", "@fails", "t", "--interval=5ms", "-q"];
    let run = emulated(&program, &[&wait[..], &["--", "sh", "-c", script]].concat());
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("\nfailed 1 FAILED fails\n"), "{run}");
    assert!(run.stderr.starts_with("{\"service\":\"kafka\""), "{run}");
    let wait = ["kafka", "wait", "quick", "t", "--interval=5ms"];
    for (command, code) in [
        (["sh", "-c", "exit 7"].as_slice(), 2),
        (&["/nowhere"], 2),
        (&["true"], 0),
    ] {
        let run = emulated(&program, &[&wait[..], &["--"], command].concat());
        assert_eq!(run.code, Some(code), "{run}");
    }
}

#[test]
fn wait_for_nothing_is_rejected() {
    let program = Program::new();
    let mut runs = Vec::new();
    for args in [
        ["kafka", "wait"].as_slice(),
        &["kafka", "wait", "i"],
        &["kafka", "wait", "i", "t", "x"],
        &["kafka", "wait", "i", "t", "--name", "n"],
        &["kafka", "wait", "--all-instances"],
        &["kafka", "wait", "--until-idle"],
        &["kafka", "wait", "--until-idle", "i", "--all-instances"],
        &["kafka", "wait", "i", "t", "--any"],
    ] {
        let run = program.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        runs.push((args.join(" "), run));
    }
    snapshot_each("wait-arguments", &runs);
}
