//! What other programs read, whatever stands in it.

use serde_json::{Value, json};

use crate::formats::{emulated, values};
use crate::run::{INSTANCE, Program};

#[test]
fn csv_has_a_column_for_each_key_of_a_task() {
    let run = emulated(&["spec", "output"]);
    let schema: Value = serde_json::from_str(&run.stdout).expect("a schema");
    let columns = schema["x-csv"]["list, show, wait, watch and sweep"].as_array();
    let columns = columns.expect("columns");
    for task in ["KafkaTask", "DcsTask", "DcsTaskV1"] {
        let keys = schema["$defs"][task]["properties"].as_object();
        for key in keys.expect("keys").keys() {
            assert!(
                columns.contains(&Value::String(key.clone())),
                "{task}: {key}"
            );
        }
    }
    // The README has them as well.
    let listed: Vec<String> = columns
        .iter()
        .map(|column| format!("`{}`", column.as_str().expect("a name")))
        .collect();
    let readme = include_str!("../../README.md");
    assert!(
        readme.contains(&format!("| {} |", listed.join(", "))),
        "{listed:?}"
    );
    let header = columns.iter().filter_map(Value::as_str).collect::<Vec<_>>();
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
fn yaml_is_the_same_to_readers_of_yaml_1_1() {
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

/// Such as what begins a terminal's escape sequence and never ends it.
#[test]
fn a_name_of_control_characters_takes_nothing_else_along() {
    let names = ["a\u{1b}]", "b\u{9d}c", "\u{1b}Pd", "e\u{1b}[31m", "last"];
    let tasks = names.iter().enumerate().map(
        |(number, name)| json!({ "id": format!("t{number}"), "name": name, "status": "SUCCESS" }),
    );
    let instance = json!([{ "instance_id": "i", "tasks": tasks.collect::<Vec<_>>() }]);
    let program = Program::new().with_data(&json!({ "kafka": instance }));
    std::fs::write(program.home().join("list"), "i\n").expect("a file");
    let list = ["--emulator", "kafka", "list", "i"].as_slice();
    let sweep = ["--emulator", "kafka", "sweep", "list"].as_slice();
    let in_format = |args: &[&str], format: &str| {
        let run = program.run(&[args, &["-o", format]].concat());
        assert_eq!(run.code, Some(0), "{run}");
        run
    };
    let named = |value: &Value| {
        let of = |task: &Value| task["name"].as_str().expect("a name").to_owned();
        let all = value.as_array().expect("tasks").iter().map(of);
        let mut all: Vec<String> = all.collect();
        all.sort();
        all
    };
    let mut sorted = names.map(str::to_owned).to_vec();
    sorted.sort();
    for args in [list, sweep] {
        let csv = in_format(args, "csv").stdout;
        for name in names {
            assert!(csv.contains(&format!(",{name},SUCCESS,")), "{csv:?}");
        }
        assert_eq!(csv.lines().count(), names.len() + 1, "{csv:?}");
    }
    assert_eq!(named(&values(&in_format(list, "json"))[0]["tasks"]), sorted);
    assert_eq!(
        named(&Value::Array(values(&in_format(list, "ndjson")))),
        sorted
    );
    let yaml: Value = yaml_serde::from_str(&in_format(list, "yaml").stdout).expect("YAML");
    assert_eq!(named(&yaml["tasks"]), sorted);
    let query = ["--query", "tasks[].[id, name]"];
    for args in [list.to_vec(), [list, &query].concat()] {
        let table = in_format(&args, "table").stdout;
        assert!(
            !table.chars().any(|c| c.is_control() && c != '\n'),
            "{table:?}"
        );
        assert_eq!(table.lines().count(), names.len() + 1, "{table:?}");
        assert!(table.contains("last"), "{table:?}");
    }
    // What is said of such an instance does not steer a terminal either.
    let run = program.run(&["--emulator", "kafka", "list", "n\u{1b}]ope"]);
    assert!(!run.stderr.contains('\u{1b}'), "{run}");
}
