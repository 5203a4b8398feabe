//! The output in a terminal.

use hwtasks_emulator::{Emulator, KafkaTaskData, Service};
use serde_json::json;
use vt100::Color;

use crate::interrupted::{A_MINUTE, received, slow};
use crate::pty::{Ended, ROWS, Terminal};
use crate::run::{INSTANCE, Program};

/// Runs the program with its standard output in a file.
const INTO_A_FILE: &str = r#"exec "$0" "$@" > out"#;
const THROUGH_A_PIPE: &str = r#""$0" "$@" | cat"#;
const GREEN: Color = Color::Idx(2);

fn listed() -> Program {
    let task = |id: &str, name: &str, status: &str, user: &str| {
        json!({
            "id": id, "name": name, "status": status, "user_name": user,
            "created_at": "2020-06-15T08:55:53Z", "updated_at": "2020-06-15T08:56:53Z",
        })
    };
    let tasks = [
        task(
            "8abfa7b272adc5b40172b73130065ae1",
            "修改配置",
            "SUCCESS",
            "运维",
        ),
        task(
            "8abfa7b272adc5b40172b73130065ae2",
            "bindInstancePublicIp",
            "FAILED",
            "ops",
        ),
        task(
            "8abfa7b272adc5b40172b73130065ae3",
            "扩容实例的存储空间并且重新启动所有节点，然后再次检查集群的状态",
            "CANCELLED",
            "数据库运维团队",
        ),
    ];
    let instances = json!([{ "instance_id": "i", "tasks": tasks }]);
    Program::new().with_data(&json!({ "kafka": instances }))
}

const LIST: [&str; 4] = ["--emulator", "kafka", "list", "i"];

#[test]
fn table_in_terminal_fits_and_aligns_chinese_text() {
    let program = listed();
    for (width, columns) in [
        (60, &["NAME", "STATUS"][..]),
        (80, &["NAME", "STATUS", "STARTED"]),
        (120, &["NAME", "STATUS", "STARTED", "DURATION", "USER"]),
    ] {
        let list = [&LIST[..], &["-q"]].concat();
        let ended = Terminal::start(&program, width, &list).end();
        let text = ended.text();
        assert_eq!(ended.code, 0, "{text}");
        // Each row is one line: neither the program nor the terminal wraps it.
        assert_eq!(text.trim_end().lines().count(), 4, "{text}");
        assert!(
            (0..ROWS).all(|row| !ended.screen.row_wrapped(row)),
            "{text}"
        );
        for (row, (id, status)) in [("3", "CANCELLED"), ("2", "FAILED"), ("1", "SUCCESS")]
            .into_iter()
            .enumerate()
        {
            let row = u16::try_from(row).expect("the row should fit in 16 bits") + 1;
            let id = format!("8abfa7b272adc5b40172b73130065ae{id}");
            assert_eq!(ended.find(&id), Some((0, row)), "{width}\n{text}");
            let (column, _) = ended
                .find("STATUS")
                .expect("the table should have the column");
            assert_eq!(ended.find(status), Some((column, row)), "{width}\n{text}");
        }
        for name in ["NAME", "STATUS", "STARTED", "DURATION", "USER"] {
            let shown = ended.find(name).is_some();
            assert_eq!(shown, columns.contains(&name), "{name} at {width}\n{text}");
        }
        if width == 120 {
            let (column, _) = ended
                .find("USER")
                .expect("the table should have the column");
            assert_eq!(ended.find("运维"), Some((column, 3)), "{text}");
            assert_eq!(ended.find("ops"), Some((column, 2)), "{text}");
            assert_eq!(ended.find("数据库运维团队"), Some((column, 1)), "{text}");
        }
    }
}

#[test]
fn colors_follow_terminal_flag_and_variable() {
    let program = listed();
    let no_colour = listed().with("NO_COLOR", "1");
    let coloured = |ended: &Ended| {
        let (column, row) = ended
            .find("SUCCESS")
            .expect("the screen should show the state");
        let cell = ended
            .screen
            .cell(row, column)
            .expect("the screen should have the cell");
        cell.fgcolor() == GREEN
    };
    let ended = Terminal::start(&program, 80, &LIST).end();
    assert!(coloured(&ended), "{}", ended.text());
    let always = [&LIST[..], &["--color", "always"]].concat();
    let ended = Terminal::shell(&program, 80, THROUGH_A_PIPE, &always).end();
    assert!(coloured(&ended), "{}", ended.text());

    let never = [&LIST[..], &["--color", "never"]].concat();
    let plain = [
        Terminal::start(&no_colour, 80, &LIST),
        Terminal::start(&program, 80, &never),
        Terminal::shell(&program, 80, THROUGH_A_PIPE, &LIST),
    ];
    for terminal in plain {
        let ended = terminal.end();
        assert!(ended.find("SUCCESS").is_some(), "{}", ended.text());
        assert!(!ended.has_colours(), "{}", ended.text());
    }
}

#[test]
fn colors_of_an_error_follow_its_terminal() {
    let program = listed();
    let no_colour = listed().with("NO_COLOR", "1");
    let nothing = ["kafka", "list", "i", "--region", "cn-north-4"];
    let ended = Terminal::shell(&program, 80, INTO_A_FILE, &nothing).end();
    assert!(ended.has_colours() && ended.code == 3, "{}", ended.text());
    let ended = Terminal::start(&no_colour, 80, &nothing).end();
    assert!(!ended.has_colours() && ended.code == 3, "{}", ended.text());
}

/// Starts an emulator with a task that does not end.
pub(crate) async fn under_way() -> Emulator {
    let emulator = Emulator::start().await.expect("the emulator should start");
    add_under_way(&emulator);
    emulator
}

/// Adds a task that does not end.
pub(crate) fn add_under_way(emulator: &Emulator) {
    let task = json!({
        "id": TASK, "name": "bindInstancePublicIp", "created_at": "2020-01-01T00:00:00Z",
        "progress": { "when": "after_polls", "polls": 1_000_000 },
    });
    let task: KafkaTaskData =
        serde_json::from_value(task).expect("the emulator should accept the task");
    emulator
        .control()
        .add_kafka_task("i", task)
        .expect("the emulator should accept the task");
}

const TASK: &str = "8abfa7b272adc5b40172b73130065ae7";
const WAIT: [&str; 5] = ["kafka", "wait", "i", TASK, "--interval=500ms"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wait_in_terminal_draws_a_spinner_and_removes_it() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    // Standard error alone is the terminal.
    let mut terminal = Terminal::shell(&program, 80, INTO_A_FILE, &WAIT);
    let state = "(bindInstancePublicIp) is EXECUTING, ";
    terminal.line(&[state, "0s so far, "]);
    terminal.line(&[state, "so far, next poll in 1s"]);
    terminal.line(&[state, "1s so far, "]);
    let end = json!({ "status": "SUCCESS" });
    let control = emulator.control();
    control
        .change_task(Service::Kafka, "i", TASK, &end)
        .expect("the emulator should accept the task");
    let ended = terminal.end();
    assert_eq!((ended.code, ended.text().as_str()), (0, ""));
    assert_eq!(ended.screen.cursor_position(), (0, 0));
    let out =
        std::fs::read_to_string(program.home().join("out")).expect("the file should be accessible");
    assert!(out.contains("SUCCESS") && !out.contains("so far"), "{out}");
}

/// The two tasks of the emulator's own data that end after a few seconds.
#[test]
fn wait_on_emulator_shows_progress_and_result() {
    let program = Program::new();
    let wait = |task: &str| {
        let args = [
            "--emulator",
            "kafka",
            "wait",
            "moving",
            task,
            "--interval=500ms",
        ];
        let mut terminal = Terminal::start(&program, 100, &args);
        terminal.line(&[
            &format!("task {task} (bindInstancePublicIp) is EXECUTING, "),
            "so far, ",
        ]);
        terminal
    };
    let terminals = ["ends-well", "ends-badly"].map(wait);
    let [well, badly] = terminals.map(Terminal::end);
    let text = well.text();
    assert_eq!(well.code, 0, "{text}");
    assert!(
        text.contains("SUCCESS") && !text.contains("so far"),
        "{text}"
    );
    let text = badly.text();
    assert_eq!(badly.code, 1, "{text}");
    assert!(
        text.contains("FAILED") && !text.contains("so far"),
        "{text}"
    );
    assert!(
        text.contains("error: ShowKafkaTask: task ends-badly "),
        "{text}"
    );
    assert!(text.contains("has ended as FAILED"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quiet_wait_draws_nothing() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    for flag in ["--quiet", "-vv"] {
        let wait = [&WAIT[..], &["--timeout=1s", flag]].concat();
        let ended = Terminal::shell(&program, 80, INTO_A_FILE, &wait).end();
        assert_eq!(ended.code, 124, "{}", ended.text());
        let seen = String::from_utf8_lossy(&ended.seen);
        assert!(!seen.contains("next poll"), "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweep_in_terminal_draws_its_bar_below_the_results() {
    let emulator = slow(1_000).await;
    let program = Program::of(&emulator);
    let list = format!("{INSTANCE}\nnope\nnor-this\n");
    std::fs::write(program.home().join("list"), list).expect("the file should be accessible");
    let sweep = ["kafka", "sweep", "list", "--concurrency=1"];
    let mut terminal = Terminal::start(&program, 100, &sweep);
    terminal.line(&["0/3 instances, ", "/s, 0 failed, ", " left"]);
    terminal.line(&["█", "1/3 instances, ", "/s, 0 failed, ", " left"]);
    terminal.line(&["2/3 instances, ", "/s, 1 failed, ", " left"]);
    let ended = terminal.end();
    assert_eq!(ended.code, 4, "{}", ended.text());
    let text = ended.text();
    let starts = [
        "INSTANCE ",
        INSTANCE,
        "nope ",
        "nor-this ",
        "error: 2 of 3 instances failed",
    ];
    for (line, start) in text.lines().zip(starts) {
        assert!(line.starts_with(start), "{start}\n{text}");
    }
    assert!(text.lines().count() >= starts.len(), "{text}");
    assert!(!text.contains("/3 instances"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_at_a_wait_leaves_the_last_state() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let mut terminal = Terminal::start(&program, 80, &WAIT);
    terminal.line(&[
        "(bindInstancePublicIp) is EXECUTING, ",
        "so far, next poll in ",
    ]);
    terminal.interrupt();
    let state = "EXECUTING; it continues to run";
    stopped(terminal, &["interrupted: task ", state]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_at_a_sweep_leaves_one_line() {
    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    std::fs::write(program.home().join("list"), "a\nb\n").expect("the file should be accessible");
    let mut terminal = Terminal::start(&program, 80, &["kafka", "sweep", "list"]);
    terminal.line(&["0/2 instances"]);
    let said = "interrupted: after 0 of 2 instances, 0 of them failed, in ";
    assert_eq!(stopped(terminal, &[said]).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_at_a_list_leaves_one_line() {
    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    let terminal = Terminal::start(&program, 80, &["kafka", "list", INSTANCE]);
    received(&emulator, 1).await;
    let said = "interrupted: after 0 tasks";
    assert_eq!(stopped(terminal, &[said]), [said]);
}

#[test]
fn sweep_table_fits_the_terminal() {
    let program = listed();
    std::fs::write(program.home().join("list"), "i\nnope\n")
        .expect("the file should be accessible");
    let sweep = ["--emulator", "kafka", "sweep", "list", "-q"];
    let ended = Terminal::start(&program, 60, &sweep).end();
    let text = ended.text();
    assert!((0..3).all(|row| !ended.screen.row_wrapped(row)), "{text}");
    assert!(
        text.lines().next().is_some_and(|head| head.ends_with('…')),
        "{text}"
    );
}

/// The terminal of an editor may show escape sequences as text.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dumb_terminal_gets_no_escape_sequences() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let dumb = r#"TERM=dumb; export TERM; stty noflsh; exec "$0" "$@""#;
    for args in [&["kafka", "watch", "i", "--interval=50ms"][..], &WAIT] {
        let mut terminal = Terminal::shell(&program, 120, dumb, args);
        received(&emulator, 3).await;
        emulator.control().clear_requests();
        terminal.interrupt();
        let ended = terminal.end();
        assert!(
            !ended.has_colours(),
            "{:?}",
            String::from_utf8_lossy(&ended.seen)
        );
        assert!(ended.text().contains("interrupted: "), "{}", ended.text());
    }
}

#[test]
fn ctrl_c_ends_a_sweep_that_reads_the_terminal() {
    let program = Program::new();
    let mut terminal = Terminal::start(&program, 80, &["--emulator", "kafka", "sweep"]);
    terminal.line(&["one per line, and end with Ctrl-D"]);
    let lines = stopped(terminal, &["interrupted: before the first request"]);
    assert_eq!(lines.len(), 2, "{lines:?}");
}

/// Presses Ctrl-C; returns the lines that are left, and checks that the last has these parts.
pub(crate) fn stopped(mut terminal: Terminal, said: &[&str]) -> Vec<String> {
    terminal.interrupt();
    let ended = terminal.end();
    let text = ended.text();
    assert_eq!(ended.code, 130, "{text}");
    // The terminal has written it where the cursor was.
    assert!(!text.contains("^C"), "{text}");
    let lines: Vec<String> = text.trim_end().lines().map(str::to_owned).collect();
    let last = lines.last().expect("a line should follow");
    assert!(said.iter().all(|said| last.contains(said)), "{text}");
    assert!(last.starts_with("interrupted: "), "{text}");
    assert!(!text.contains("so far, next poll"), "{text}");
    assert!(!text.contains("/2 instances"), "{text}");
    lines
}

#[test]
fn list_with_closed_pipe_succeeds() {
    // More than a pipe holds.
    let tasks: Vec<_> = (0..3_000)
        .map(|number| json!({ "id": format!("task-{number}"), "name": "x".repeat(100) }))
        .collect();
    let instances = json!([{ "instance_id": "i", "tasks": tasks }]);
    let program = Program::new().with_data(&json!({ "kafka": instances }));
    let head = r#"{ "$0" "$@"; echo $? > code; } | head -n 1; cat code"#;
    let list = [&LIST[..], &["--all"]].concat();
    for format in ["table", "csv", "ndjson", "json"] {
        let args = [&list[..], &["-o", format]].concat();
        let ended = Terminal::shell(&program, 250, head, &args).end();
        let text = ended.text();
        let lines: Vec<&str> = text.trim_end().lines().collect();
        assert_eq!((lines.len(), lines.last()), (2, Some(&"0")), "{text}");
    }
}
