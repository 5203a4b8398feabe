//! `--query` follows jmespath.py, and so the `aws` command.

use serde_json::{Value, json};

use crate::run::Program;

/// Past 2^53, a double holds only each second integer.
const LARGE: u64 = 9_007_199_254_740_992;

/// A program whose emulator has three tasks, which started at these times.
fn program() -> Program {
    let task = |id: &str, name: &str, day: &str| {
        json!({
            "id": id, "name": name, "status": "SUCCESS",
            "created_at": format!("2020-{day}T08:00:00Z"), "updated_at": format!("2020-{day}T09:00:00Z"),
        })
    };
    let tasks = [
        task("a", "EXTEND", "05-14"),
        task("b", "修改配置", "06-01"),
        task("c", "extend", "06-15"),
    ];
    Program::new().with_data(&json!({ "kafka": [{ "instance_id": "i", "tasks": tasks }] }))
}

/// The result of an expression over the list of the three tasks, the newest first.
fn result(query: &str) -> Value {
    let run = program().run(&["--emulator", "kafka", "list", "i", "--query", query]);
    assert_eq!(run.code, Some(0), "{query}: {run}");
    serde_json::from_str(&run.stdout).expect("the output should be JSON")
}

#[test]
fn query_orders_text_by_code_points() {
    for (query, expected) in [
        ("tasks[?created_at>'2020-06-01'].id", json!(["c", "b"])),
        ("tasks[?created_at>='2020-06-15'].id", json!(["c"])),
        ("tasks[?created_at<'2020-06-01'].id", json!(["a"])),
        (
            "tasks[?created_at<='2020-05-14T08:00:00Z'].id",
            json!(["a"]),
        ),
        (
            "tasks[?'2020-06-01'<created_at && name!='extend'].id",
            json!(["b"]),
        ),
        // Capitals come first, and Chinese characters last.
        ("tasks[?name>'Z'].id", json!(["c", "b"])),
        ("tasks[?name<'a'].id", json!(["a"])),
        ("tasks[?!(id>'a')].id", json!(["a"])),
        ("map(&(id>'a'), tasks)", json!([true, true, false])),
        ("sort_by(tasks, &to_string(id>'a'))[0].id", json!("a")),
        ("sort_by(tasks, &name)[].id", json!(["a", "c", "b"])),
        ("max_by(tasks, &created_at).id", json!("c")),
        ("min_by(tasks, &created_at).id", json!("a")),
        // Between types, there is no order.
        ("tasks[0].id > `1`", Value::Null),
        ("`true` < `false`", Value::Null),
        ("tasks[?nope>'a'].id", json!([])),
    ] {
        assert_eq!(result(query), expected, "{query}");
    }
}

#[test]
fn query_keeps_large_integers_exact() {
    let [a, b, c] = [LARGE, LARGE + 1, LARGE + 2];
    let max = u64::MAX;
    for (query, expected) in [
        (format!("`{a}` == `{b}`"), json!(false)),
        (format!("`{a}` != `{b}`"), json!(true)),
        (format!("`{a}` < `{b}`"), json!(true)),
        (format!("`{b}` <= `{a}`"), json!(false)),
        (format!("`-{b}` < `-{a}`"), json!(true)),
        (format!("`{max}` > `{}`", max - 1), json!(true)),
        (format!("`[{a}]` == `[{b}]`"), json!(false)),
        (
            format!("`{{\"n\": {a}}}` == `{{\"n\": {b}}}`"),
            json!(false),
        ),
        (format!("contains(`[{a}]`, `{b}`)"), json!(false)),
        (format!("sort(`[{c}, {b}, {a}]`)"), json!([a, b, c])),
        (format!("max(`[{a}, {b}]`)"), json!(b)),
        (format!("min(`[{b}, {a}]`)"), json!(a)),
        (
            format!("sort_by(`[{{\"n\": {b}}}, {{\"n\": {a}}}]`, &n)[0].n"),
            json!(a),
        ),
        (
            format!("max_by(`[{{\"n\": {a}}}, {{\"n\": {b}}}]`, &n).n"),
            json!(b),
        ),
        (
            format!("min_by(`[{{\"n\": {b}}}, {{\"n\": {a}}}]`, &n).n"),
            json!(a),
        ),
        (format!("sum(`[{a}, 1]`)"), json!(b)),
        (format!("abs(`-{b}`)"), json!(b)),
        (format!("ceil(`{b}`)"), json!(b)),
        (format!("floor(`{b}`)"), json!(b)),
        (format!("to_number('{b}')"), json!(b)),
        (format!("to_string(`{b}`)"), json!(b.to_string())),
        // An integer and a double are compared exactly too.
        (format!("`{b}` > `{a}.0`"), json!(true)),
        ("`1` == `1.0`".to_owned(), json!(true)),
        ("`0` == `-0.0`".to_owned(), json!(true)),
        ("`2` < `2.5`".to_owned(), json!(true)),
        ("`-2` > `-2.5`".to_owned(), json!(true)),
        ("`1` < `1e300`".to_owned(), json!(true)),
        ("floor(`2.5`)".to_owned(), json!(2)),
        ("sum(`[0.5, 1]`)".to_owned(), json!(1.5)),
        ("avg(`[1, 2]`)".to_owned(), json!(1.5)),
        ("to_number('true')".to_owned(), Value::Null),
        ("length(tasks) == `3`".to_owned(), json!(true)),
    ] {
        assert_eq!(result(&query), expected, "{query}");
    }
}

#[test]
fn query_with_wrong_arguments_is_refused() {
    let program = program();
    for query in [
        "sort(tasks)",
        "max_by(tasks, &nope)",
        "sum('a')",
        "abs(tasks)",
    ] {
        let run = program.run(&["--emulator", "kafka", "list", "i", "--query", query]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{query}: {run}"
        );
        assert!(
            run.stderr.contains("--query does not fit the output"),
            "{run}"
        );
    }
}
