//! Tables in terminals of each width: what is left out, cut and wrapped.

use hwtasks_emulator::{Emulator, Fault, FaultKind};

use crate::pty::Terminal;
use crate::run::{INSTANCE, Program, snapshot_each};

const LIST: [&str; 4] = ["--emulator", "kafka", "list", INSTANCE];

/// The lines on the screen after a run in a terminal.
fn lines(program: &Program, width: u16, args: &[&str]) -> Vec<String> {
    let ended = Terminal::start(program, width, args).end();
    let text = ended.text();
    text.trim_end().lines().map(str::to_owned).collect()
}

#[test]
fn list_names_the_columns_that_do_not_fit() {
    let program = Program::new();
    for (width, said) in [
        (120, None),
        (
            80,
            Some("columns left out: DURATION, USER; cut: NAME; -o wide shows them whole"),
        ),
    ] {
        let lines = lines(&program, width, &LIST);
        let last = lines.last().map(String::as_str);
        match said {
            Some(said) => assert_eq!(last, Some(said), "{width} {lines:#?}"),
            None => assert_eq!(lines.len(), 5, "{width} {lines:#?}"),
        }
        assert!(lines[0].starts_with("ID "), "{lines:#?}");
    }
    let quiet = lines(&program, 80, &[&LIST[..], &["-q"]].concat());
    assert_eq!(quiet.len(), 5, "{quiet:#?}");
    let query = [
        "--query",
        "tasks[].{id: id, name: name, params: params}",
        "-o",
        "table",
    ];
    let found = lines(&program, 80, &[&LIST[..], &query].concat());
    let last = found.last().expect("a line should follow");
    assert!(
        last.starts_with("cut: ") && last.ends_with("; -o wide shows them whole"),
        "{found:#?}"
    );
}

#[test]
fn wide_table_is_never_cut() {
    let program = Program::new();
    let file = program.run(&LIST).stdout;
    let wide = program.run(&[&LIST[..], &["-o", "wide"]].concat()).stdout;
    assert_eq!(wide, file);
    let ended = Terminal::start(&program, 80, &[&LIST[..], &["-o", "wide"]].concat()).end();
    let joined: String = ended
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    for cell in ["changeRetentionPolicy", "DURATION", "USER", "paas_dms"] {
        assert!(joined.contains(cell), "{joined}");
    }
    assert!(!joined.contains("left out"), "{joined}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watch_in_narrow_terminal_names_the_columns_that_do_not_fit() {
    let emulator = crate::terminal::under_way().await;
    let program = Program::of(&emulator);
    let mut terminal = Terminal::start(&program, 80, &["kafka", "watch", "i", "--interval=50ms"]);
    terminal.line(&["columns left out: DURATION, USER; cut: NAME; -o wide shows them"]);
    crate::terminal::stopped(terminal, &["interrupted: after "]);
}

#[test]
fn columns_are_printed_in_the_given_order() {
    let program = Program::new();
    let mut runs = Vec::new();
    for (args, code) in [
        (&["--columns", "status,id,name"][..], 0),
        (
            &["--columns", "Started,updated_at,USER,duration,instance_id"],
            0,
        ),
        (&["--columns=id", "--columns", "params", "-o", "wide"], 0),
        (&["--columns", "id,created_at", "-o", "csv"], 0),
        (&["--columns", "id,stauts"], 2),
        (&["--columns", "id,"], 2),
        (&["--columns", "duration", "-o", "csv"], 2),
        (&["--columns", "id", "-o", "json"], 2),
        (&["--columns", "id", "--query", "tasks"], 2),
        (&["--columns", "id", "--raw"], 2),
    ] {
        let run = program.run(&[&LIST[..], &["--limit=2", "-q"], args].concat());
        assert_eq!(run.code, Some(code), "{run}");
        runs.push((args.join(" "), run));
    }
    snapshot_each("list-columns", &runs);
}

#[test]
fn chosen_columns_are_shown_whole_in_a_narrow_terminal() {
    let chosen = [&LIST[..], &["--columns", "name,user_name"]].concat();
    let found = lines(&Program::new(), 20, &chosen);
    let joined = found.concat();
    assert!(joined.contains("bindInstancePublicIp"), "{found:#?}");
    assert!(
        joined.contains("paas_dms") && !joined.contains("left out"),
        "{found:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_of_a_sweep_begin_with_status_and_code_and_are_wrapped() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let program = Program::of(&emulator);
    std::fs::write(
        program.home().join("list"),
        "one\nnope\nnor-this-instance-of-no-project\n",
    )
    .expect("the file should be accessible");
    let sweep = ["kafka", "sweep", "list", "--max-retries=0", "-c1", "-q"];
    for width in [50, 60, 80, 200] {
        emulator.control().clear_faults();
        let kind = FaultKind::Status {
            status: 503,
            retry_after: None,
            error_code: Some("DMS.10250002".to_owned()),
        };
        let control = emulator.control();
        control
            .add_fault(Fault::new(kind))
            .expect("the emulator should accept the fault");
        let ended = Terminal::start(&program, width, &sweep).end();
        assert_eq!(ended.code, 4, "{}", ended.text());
        let table = ended.text();
        let table = table.split("error: 3 of 3").next().unwrap_or_default();
        let words: Vec<&str> = table.split_whitespace().collect();
        let text = words.join(" ");
        assert!(
            text.contains("one error: 503 DMS.10250002: "),
            "{width} {text}"
        );
        let said = "nope error: 404 DMS.00404022: This instance does not exist.";
        assert!(text.contains(said), "{width} {text}");
        assert!(
            !table.lines().skip(1).any(|line| line.contains('…')),
            "{table}"
        );
        for line in table.lines().skip(1) {
            assert!(line.chars().count() <= usize::from(width), "{table}");
        }
    }
}

#[test]
fn sweep_says_that_its_rows_are_cut() {
    let program = Program::new();
    std::fs::write(program.home().join("list"), INSTANCE).expect("the file should be accessible");
    let sweep = ["--emulator", "kafka", "sweep", "list"];
    let said = "cut: lines that end with …; -o wide shows them whole";
    let narrow = lines(&program, 70, &sweep);
    assert!(narrow.iter().any(|line| line == said), "{narrow:#?}");
    for (width, args) in [(120, &[][..]), (70, &["-o", "wide"]), (70, &["-q"])] {
        let found = lines(&program, width, &[&sweep[..], args].concat());
        assert!(!found.iter().any(|line| line == said), "{found:#?}");
    }
    let wide = lines(&program, 70, &[&sweep[..], &["-o", "wide"]].concat());
    assert!(
        wide.concat().contains("SUCCESS bindInstancePublicIp"),
        "{wide:#?}"
    );
}
