//! Output that other programs read.

use serde_json::{Value, json};

use crate::formats::{emulated, values};
use crate::run::{INSTANCE, Program, Run};

/// The JSON Schema that the program prints.
fn schema() -> Value {
    let run = emulated(&["spec", "output"]);
    serde_json::from_str(&run.stdout).expect("the schema should be JSON")
}

/// The columns of CSV that the schema lists.
fn csv_columns() -> Vec<String> {
    let columns = schema()["x-csv"]["list, show, wait, watch and sweep"].clone();
    serde_json::from_value(columns).expect("the schema should list the columns")
}

#[test]
fn csv_has_a_column_for_each_key_of_a_task() {
    let schema = schema();
    let columns = csv_columns();
    for task in ["KafkaTask", "DcsTask", "DcsTaskV1"] {
        let keys = schema["$defs"][task]["properties"].as_object();
        for key in keys.expect("the definition should have properties").keys() {
            assert!(columns.contains(key), "{task}: {key}");
        }
    }
}

#[test]
fn readme_lists_the_columns_of_csv() {
    let columns = csv_columns();
    let listed: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    let readme = include_str!("../../README.md");
    assert!(
        readme.contains(&format!("| {} |", listed.join(", "))),
        "{listed:?}"
    );
}

#[test]
fn csv_header_and_cells_match_the_schema_and_json() {
    let header = csv_columns();
    let list = ["dcs", "list", INSTANCE, "--api=v1", "-o"];
    let csv = emulated(&[&list[..], &["csv"]].concat()).stdout;
    assert_eq!(csv.lines().next(), Some(header.join(",").as_str()));
    let json = values(&emulated(&[&list[..], &["json"]].concat()));
    for key in ["old_capacity", "new_capacity"] {
        let capacity = json[0]["tasks"][0][key].to_string();
        let cell = format!(",{}", capacity.trim_matches('"'));
        assert!(csv.contains(&cell), "{csv}");
    }
}

#[test]
fn yaml_string_is_quoted_for_readers_of_yaml_1_1() {
    let names = ["no", "On", "12:30:45", "1_000", "0x1F", "plain"];
    let days = (1..=9).map(|day| format!("2020-06-0{day}"));
    let tasks = names.iter().zip(days);
    let tasks = tasks.map(|(name, day)| json!({ "id": day, "name": name }));
    let tasks: Vec<Value> = tasks.collect();
    let instance = json!([{ "instance_id": "i", "tasks": tasks }]);
    let program = Program::new().with_data(&json!({ "kafka": instance }));
    let list = ["--emulator", "kafka", "list", "i", "-o", "yaml"];
    let run = program.run(&[&list[..], &["--query", "tasks[].[id, name, created_at]"]].concat());
    for name in &names[..5] {
        assert!(
            run.stdout
                .contains(&format!("\"\n  - \"{name}\"\n  - \"20")),
            "{run}"
        );
    }
    assert!(
        run.stdout.contains("- - \"2020-06-06\"\n  - \"plain\"\n"),
        "{run}"
    );
}

/// Names with control characters, such as the start of an escape sequence without its end.
const NAMES: [&str; 5] = ["a\u{1b}]", "b\u{9d}c", "\u{1b}Pd", "e\u{1b}[31m", "last"];
const LIST: [&str; 4] = ["--emulator", "kafka", "list", "i"];
const SWEEP: [&str; 4] = ["--emulator", "kafka", "sweep", "list"];

/// Runs the program in a format, with an emulator whose tasks have the [`NAMES`].
fn control_characters(args: &[&str], format: &str) -> Run {
    let tasks = NAMES.iter().enumerate().map(
        |(number, name)| json!({ "id": format!("t{number}"), "name": name, "status": "SUCCESS" }),
    );
    let instance = json!([{ "instance_id": "i", "tasks": tasks.collect::<Vec<_>>() }]);
    let program = Program::new().with_data(&json!({ "kafka": instance }));
    std::fs::write(program.home().join("list"), "i\n").expect("the file should be writable");
    let run = program.run(&[args, &["-o", format]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    run
}

/// Checks that tasks have the [`NAMES`], unchanged.
fn assert_named(tasks: &Value) {
    let of = |task: &Value| task["name"].as_str().map(str::to_owned);
    let tasks = tasks.as_array().expect("the tasks should be an array");
    let mut names: Vec<Option<String>> = tasks.iter().map(of).collect();
    names.sort();
    let mut expected = NAMES.map(|name| Some(name.to_owned()));
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn csv_keeps_control_characters() {
    for args in [LIST, SWEEP] {
        let csv = control_characters(&args, "csv").stdout;
        for name in NAMES {
            assert!(csv.contains(&format!(",{name},SUCCESS,")), "{csv:?}");
        }
        assert_eq!(csv.lines().count(), NAMES.len() + 1, "{csv:?}");
    }
}

#[test]
fn json_keeps_control_characters() {
    let list = values(&control_characters(&LIST, "json"));
    assert_named(&list[0]["tasks"]);
    let lines = values(&control_characters(&LIST, "ndjson"));
    assert_named(&Value::Array(lines));
}

#[test]
fn yaml_keeps_control_characters() {
    let run = control_characters(&LIST, "yaml");
    let yaml: Value = yaml_serde::from_str(&run.stdout).expect("the output should be YAML");
    assert_named(&yaml["tasks"]);
}

#[test]
fn table_leaves_out_control_characters_and_keeps_each_row() {
    let query = ["--query", "tasks[].[id, name]"];
    for args in [LIST.to_vec(), [&LIST[..], &query].concat()] {
        let table = control_characters(&args, "table").stdout;
        assert!(
            !table.chars().any(|c| c.is_control() && c != '\n'),
            "{table:?}"
        );
        assert_eq!(table.lines().count(), NAMES.len() + 1, "{table:?}");
        assert!(table.contains("last"), "{table:?}");
    }
}

#[test]
fn error_about_a_name_with_control_characters_leaves_them_out() {
    let run = Program::new().run(&["--emulator", "kafka", "list", "n\u{1b}]ope"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(!run.stderr.contains('\u{1b}'), "{run}");
}
