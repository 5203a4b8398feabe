//! The output in each format.

use serde_json::{Value, json};

use crate::run::{INSTANCE, Program, Run, snapshot};

const FORMATS: [&str; 5] = ["table", "json", "ndjson", "yaml", "csv"];
const TASK: &str = "8abfa7b272adc5b40172b73130065ae7";

pub(crate) fn emulated(args: &[&str]) -> Run {
    let run = Program::new().run(&[&["--emulator"], args].concat());
    assert_eq!(run.code, Some(0), "{run}");
    run
}

fn in_each_format(name: &str, args: &[&str]) {
    for format in FORMATS {
        let run = emulated(&[args, &["-o", format]].concat());
        snapshot(&format!("{name}.{format}"), &run);
    }
}

/// The JSON values on the standard output of a run.
pub(crate) fn values(run: &Run) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(&run.stdout).into_iter();
    values
        .collect::<Result<_, _>>()
        .expect("the output should be JSON")
}

/// Validates values against a definition of the schema that the program prints.
pub(crate) fn assert_described(definition: &str, values: &[Value]) {
    let run = Program::new().run(&["spec", "output"]);
    let mut schema: Value = serde_json::from_str(&run.stdout).expect("the schema should be valid");
    let root = schema
        .as_object_mut()
        .expect("the schema should be an object");
    root.remove("anyOf");
    root.insert("$ref".to_owned(), format!("#/$defs/{definition}").into());
    let validator = jsonschema::validator_for(&schema).expect("the schema should be valid");
    assert!(!values.is_empty());
    for value in values {
        let errors: Vec<_> = validator
            .iter_errors(value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}: {value}");
    }
}

#[test]
fn kafka_list_prints_each_format() {
    in_each_format("kafka-list", &["kafka", "list", INSTANCE]);
}

#[test]
fn dcs_list_prints_each_format() {
    in_each_format("dcs-list", &["dcs", "list", INSTANCE]);
    in_each_format("dcs-list-v1", &["dcs", "list", INSTANCE, "--api", "v1"]);
}

#[test]
fn kafka_show_prints_each_format() {
    in_each_format("kafka-show", &["kafka", "show", INSTANCE, TASK]);
}

#[test]
fn dcs_show_prints_each_format() {
    let task = first_dcs_task();
    in_each_format("dcs-show", &["dcs", "show", INSTANCE, &task]);
}

#[test]
fn dcs_show_of_unknown_task_is_not_found() {
    for raw in [&[][..], &["--raw"]] {
        let args = [&["--emulator", "dcs", "show", INSTANCE, "nope"], raw].concat();
        let run = Program::new().run(&args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
        snapshot("dcs-show-unknown-task", &run);
    }
    let args = ["--emulator", "dcs", "show", "nope", "task"];
    let run = Program::new().run(&args);
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    assert!(run.stderr.contains("404 Not Found"), "{run}");
}

#[test]
fn dcs_show_finds_task_on_later_page() {
    // A page of DCS holds 1000 tasks at most.
    let tasks = (0..2_500).map(|number| json!({ "id": format!("t{number}"), "name": "X" }));
    let instance = json!([{ "instance_id": "i", "tasks": tasks.collect::<Vec<_>>() }]);
    let program = Program::new().with_data(&json!({ "dcs": instance }));
    for task in ["t0", "t2499"] {
        let show = ["--emulator", "dcs", "show", "i", task];
        let run = program.run(&[&show[..], &["-o", "json"]].concat());
        assert_eq!(values(&run)[0]["id"], task, "{run}");
        let run = program.run(&[&show[..], &["--raw"]].concat());
        let tasks = values(&run)[0]["tasks"].clone();
        let tasks = tasks
            .as_array()
            .expect("the tasks should be an array")
            .iter();
        assert_eq!(tasks.filter(|found| found["id"] == task).count(), 1);
    }
}

fn first_dcs_task() -> String {
    let list = values(&emulated(&["dcs", "list", INSTANCE, "-o", "json"]));
    let id = list[0]["tasks"][0]["id"].as_str();
    id.expect("the task should have an ID").to_owned()
}

#[test]
fn lists_and_tasks_match_the_schema() {
    for list in [
        ["kafka", "list", INSTANCE].as_slice(),
        &["dcs", "list", INSTANCE],
        &["dcs", "list", INSTANCE, "--api=v1"],
    ] {
        let json = values(&emulated(&[list, &["-o", "json"]].concat()));
        assert_described("List", &json);
        let lines = values(&emulated(&[list, &["-o", "ndjson"]].concat()));
        assert_described("Task", &lines);
        assert_eq!(json[0]["tasks"], Value::Array(lines));
    }
    let show = emulated(&["kafka", "show", INSTANCE, TASK, "-o", "json"]);
    assert_described("Task", &values(&show));
    let show = emulated(&["dcs", "show", INSTANCE, &first_dcs_task(), "-o", "json"]);
    assert_described("Task", &values(&show));
}

#[test]
fn schema_rejects_output_that_is_never_printed() {
    let described = |value: &str| {
        let value = serde_json::from_str(value).expect("the output should be JSON");
        std::panic::catch_unwind(|| assert_described("List", &[value])).is_ok()
    };
    assert!(described(
        r#"{"service": "dcs", "instance_id": "i", "tasks": [], "more": false}"#
    ));
    assert!(!described(
        r#"{"service": "dcs", "instance_id": "i", "tasks": []}"#
    ));
    assert!(!described(
        r#"{"service": "dcs", "instance_id": "i", "tasks": [{}], "more": false}"#
    ));
}

#[test]
fn schema_is_as_recorded() {
    snapshot("spec-output", &emulated(&["spec", "output"]));
}

#[test]
fn printed_documents_equal_those_of_the_repository() {
    for (args, file) in [
        (
            ["spec", "--openapi=3.1"].as_slice(),
            include_str!("../../../../spec/openapi.json"),
        ),
        (&["spec", "dcs"], include_str!("../../../../spec/dcs.json")),
        (
            &["spec", "kafka", "--openapi", "3.0"],
            include_str!("../../../../spec/3.0/kafka.json"),
        ),
    ] {
        let run = emulated(args);
        assert!(run.stdout == file, "{args:?}: {}", &run.stdout[..400]);
        let yaml = emulated(&[args, &["--yaml"]].concat());
        assert_eq!(
            yaml.stdout,
            emulated(&[args, &["-o", "yaml"]].concat()).stdout
        );
        if args == ["spec", "--openapi=3.1"] {
            let committed = include_str!("../../../../spec/openapi.yaml");
            assert!(yaml.stdout == committed, "{}", &yaml.stdout[..400]);
        }
        let yaml: Value = yaml_serde::from_str(&yaml.stdout).expect("the output should be YAML");
        assert_eq!(
            yaml,
            serde_json::from_str::<Value>(file).expect("the output should be JSON")
        );
    }
}

#[test]
fn query_is_applied_in_each_format() {
    let query = "tasks[?status=='SUCCESS'].{id: id, name: name}";
    in_each_format(
        "list-query",
        &["kafka", "list", INSTANCE, "--limit", "2", "--query", query],
    );
    let run = emulated(&["kafka", "list", INSTANCE, "--query", "tasks[].id"]);
    snapshot("list-query.default", &run);
    let run = emulated(&["spec", "kafka", "--query", "keys(paths)", "-o", "csv"]);
    snapshot("spec-query", &run);
    for (format, nothing) in [
        ("csv", ""),
        ("table", ""),
        ("json", "null\n"),
        ("yaml", "null\n"),
    ] {
        let run = emulated(&["spec", "kafka", "--query", "nope", "-o", format]);
        let said = (run.stdout.as_str(), run.stderr.as_str());
        assert_eq!(said, (nothing, "the query found nothing\n"), "{format}");
    }
}

#[test]
fn raw_output_is_the_response_body() {
    let run = emulated(&["kafka", "list", INSTANCE, "--raw", "--limit", "2"]);
    let said = "2 tasks shown, in whole pages, and there may be more: see --limit and --all\n";
    assert_eq!(run.stderr, said);
    let body: Value = serde_json::from_str(&run.stdout).expect("the output should be JSON");
    assert_eq!(body["task_count"], "4");
    assert_eq!(body["tasks"].as_array().map(Vec::len), Some(2));
    let run = emulated(&["kafka", "show", INSTANCE, TASK, "--raw"]);
    let body: Value = serde_json::from_str(&run.stdout).expect("the output should be JSON");
    assert_eq!(body["tasks"][0]["id"], TASK);
}

#[test]
fn filter_prints_only_matching_tasks() {
    let ids = |filter: &[&str]| -> Vec<String> {
        let list = [
            "kafka",
            "list",
            INSTANCE,
            "-o",
            "csv",
            "--query",
            "tasks[].name",
        ];
        let run = emulated(&[&list, filter].concat());
        run.stdout.lines().skip(1).map(str::to_owned).collect()
    };
    let all = [
        "bindInstancePublicIp",
        "modifyAutoTopic",
        "changeRetentionPolicy",
        "kafkaConfigModify",
    ];
    assert_eq!(ids(&[]), all);
    assert_eq!(ids(&["--status", "executing"]), all[1..2]);
    assert_eq!(
        ids(&["--status=EXECUTING", "--name=KafkaConfigModify"]),
        [""; 0]
    );
    assert_eq!(
        ids(&["--name=bindInstancePublicIp", "--name=modifyAutoTopic"]),
        all[..2]
    );
    assert_eq!(ids(&["--status=executing,FAILED"]), all[1..2]);
    assert_eq!(ids(&["--status=EXECUTING, SUCCESS"]), all);
    assert_eq!(ids(&["--name=BINDinstancePublicIp"]), all[..1]);
    let zoned = "2020-05-15T08:00:00[Asia/Shanghai]";
    assert_eq!(ids(&["--since", zoned]), all[..3]);
    assert_eq!(ids(&["--since", "2020-05-15T00:00:00Z"]), all[..3]);
    assert_eq!(ids(&["--until", "2020-05-15T11:18+08:00"]), all[2..]);
    assert_eq!(ids(&["--since", "3d"]), [""; 0]);
}

#[test]
fn unknown_status_prints_a_hint() {
    let run = emulated(&[
        "kafka",
        "list",
        INSTANCE,
        "--status",
        "FAIL,SUCCESS",
        "--any-status",
    ]);
    snapshot("list-unknown-status", &run);
    let run = emulated(&["kafka", "list", INSTANCE, "--status=success", "--limit=9"]);
    assert_eq!(run.stderr, "", "{run}");
}

#[test]
fn time_without_zone_is_local_unless_utc_is_set() {
    let list = [
        "--emulator",
        "kafka",
        "list",
        INSTANCE,
        "-o",
        "csv",
        "--query",
        "tasks[].name",
    ];
    let program = Program::new().with("TZ", "CST-8");
    let run = program.run(&[&list[..], &["--since=2020-05-15T11:18"]].concat());
    snapshot("list-local-since", &run);
    let run = program.run(&[&list[..], &["--since=2020-05-15T03:18", "--utc"]].concat());
    snapshot("list-utc-since", &run);
    let run = program.run(&["--emulator", "kafka", "list", INSTANCE]);
    snapshot("list-local-times", &run);
    let run = program.run(&["--emulator", "kafka", "list", INSTANCE, "--utc"]);
    snapshot("list-utc-times", &run);
}

#[test]
fn colors_outside_a_terminal_need_a_flag_or_variable() {
    let list = ["kafka", "list", INSTANCE];
    assert!(!emulated(&list).stdout.contains('\u{1b}'));
    let run = emulated(&["kafka", "list", INSTANCE, "--color", "always"]);
    snapshot("list-colors", &run);
    let list = [&["--emulator"], &list[..]].concat();
    let forced = Program::new().with("CLICOLOR_FORCE", "1").run(&list);
    assert_eq!(forced.stdout, run.stdout);
    let never = [&list[..], &["--color=never"]].concat();
    let forced = Program::new().with("CLICOLOR_FORCE", "1").run(&never);
    assert!(!forced.stdout.contains('\u{1b}'), "{forced}");
}

#[test]
fn limit_over_several_pages_is_exact() {
    // A page of Kafka holds 100 tasks at most.
    let tasks = (0..250).map(|number| json!({ "id": format!("t{number}"), "name": "X" }));
    let instance = json!([{ "instance_id": "i", "tasks": tasks.collect::<Vec<_>>() }]);
    let program = Program::new().with_data(&json!({ "kafka": instance }));
    for (limit, shown) in [("230", 230), ("250", 250), ("1000", 250)] {
        let list = [
            "--emulator",
            "kafka",
            "list",
            "i",
            "-o",
            "ndjson",
            "--limit",
        ];
        let run = program.run(&[&list[..], &[limit]].concat());
        assert_eq!(run.code, Some(0), "{run}");
        let ids = values(&run);
        let ids: std::collections::BTreeSet<_> =
            ids.iter().map(|task| task["id"].as_str()).collect();
        assert_eq!((run.stdout.lines().count(), ids.len()), (shown, shown));
        let said = match shown {
            230 => "230 tasks shown, and there are more: see --limit and --all\n",
            _ => "",
        };
        assert_eq!(run.stderr, said);
    }
}

#[test]
fn list_with_more_tasks_than_the_limit_prints_a_hint() {
    let run = emulated(&["kafka", "list", INSTANCE, "--limit", "1"]);
    snapshot("list-more", &run);
    let run = emulated(&["kafka", "list", INSTANCE, "--limit", "1", "--quiet"]);
    assert_eq!(run.stderr, "");
    let run = emulated(&["kafka", "list", INSTANCE, "--limit", "4"]);
    assert_eq!(run.stderr, "");
}
