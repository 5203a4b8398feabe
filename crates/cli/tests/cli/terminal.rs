//! What people see in a terminal: a real one as the program knows it, read as its screen.

use std::collections::VecDeque;
use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, KafkaTaskData, Service};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use serde_json::json;
use vt100::{Color, Screen};

use crate::interrupted::{A_MINUTE, asked, slow};
use crate::run::{INSTANCE, Program};

/// How long anything may take, on a machine that has much else to do.
const LIMIT: Duration = Duration::from_secs(120);
const ROWS: u16 = 24;
/// Linux drops what nobody has read yet at Ctrl-C, even what the program writes then, unless told not to.
const ALONE: &str = r#"stty noflsh && exec "$0" "$@""#;
/// What runs the program with its standard output in a file.
const INTO_A_FILE: &str = r#"exec "$0" "$@" > out"#;
const THROUGH_A_PIPE: &str = r#""$0" "$@" | cat"#;
const GREEN: Color = Color::Idx(2);
const ESCAPE: u8 = 0x1b;

/// A run in a terminal.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    /// Its end is a key too, so it is kept.
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// What has been read and not yet drawn, one drawing after the other.
    pending: VecDeque<Vec<u8>>,
    parser: vt100::Parser,
    seen: Vec<u8>,
}

impl Terminal {
    fn start(program: &Program, width: u16, args: &[&str]) -> Self {
        Self::shell(program, width, ALONE, args)
    }

    /// A line of a shell, with the program as `$0` and its arguments.
    fn shell(program: &Program, width: u16, line: &str, args: &[&str]) -> Self {
        let command = program.command(args);
        let mut builder = CommandBuilder::new("/bin/sh");
        builder.args(["-c", line]);
        builder.arg(command.get_program());
        builder.args(command.get_args());
        Self::spawn(program, width, builder)
    }

    fn spawn(program: &Program, width: u16, mut builder: CommandBuilder) -> Self {
        builder.env_clear();
        for (name, value) in program.command(&[]).get_envs() {
            builder.env(name, value.expect("a value"));
        }
        builder.env("TERM", "xterm-256color");
        // The shell's own commands.
        builder.env("PATH", "/usr/bin:/bin");
        builder.cwd(program.home());
        let size = PtySize {
            rows: ROWS,
            cols: width,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let child = pair.slave.spawn_command(builder).expect("the program");
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let (send, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The terminal's last program has ended when it gives an error.
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let size = |size| NonZeroU16::new(size).expect("a size");
        Self {
            child,
            keyboard: pair.master.take_writer().expect("a keyboard"),
            output,
            pending: VecDeque::new(),
            parser: vt100::Parser::new(size(ROWS), size(width), 0),
            seen: Vec::new(),
        }
    }

    fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// Draws the next piece; false when there is none any more.
    fn draw(&mut self, deadline: Instant) -> bool {
        if self.pending.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                // Each drawing begins at the line's start, and none is to be missed.
                Ok(bytes) => self.pending.extend(
                    bytes
                        .split_inclusive(|byte| *byte == b'\r')
                        .map(<[u8]>::to_vec),
                ),
                Err(mpsc::RecvTimeoutError::Disconnected) => return false,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    let screen = self.screen().contents();
                    assert!(screen.is_empty(), "nothing more came after\n{screen}");
                    assert!(!self.seen.is_empty(), "nothing came");
                    return false;
                }
            }
        }
        if let Some(piece) = self.pending.pop_front() {
            self.parser.process(&piece);
            self.seen.extend(piece);
        }
        true
    }

    /// Reads until the screen shows what is expected.
    fn until(&mut self, expected: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !expected(self.screen()) {
            assert!(
                Instant::now() < deadline && self.draw(deadline),
                "not what was expected:\n{}",
                self.screen().contents()
            );
        }
    }

    /// Reads until a line holds all of these.
    fn line(&mut self, parts: &[&str]) {
        self.until(|screen| {
            let contents = screen.contents();
            contents
                .lines()
                .any(|line| parts.iter().all(|part| line.contains(part)))
        });
    }

    /// Presses Ctrl-C.
    fn interrupt(&mut self) {
        self.keyboard.write_all(b"\x03").expect("a key");
        self.keyboard.flush().expect("a key");
    }

    /// Reads to the end.
    fn end(mut self) -> Ended {
        let deadline = Instant::now() + LIMIT;
        while self.draw(deadline) {}
        let status = self.child.wait().expect("its end");
        assert_eq!(status.signal(), None);
        // Linux may write it after the program it interrupts has ended.
        if self.seen.ends_with(b"^C") {
            self.parser.process(b"\r\x1b[K");
        }
        let ended = Ended {
            code: status.exit_code(),
            screen: self.parser.screen().clone(),
            seen: self.seen,
        };
        assert!(!ended.screen.hide_cursor(), "{}", ended.text());
        assert!(!ended.screen.alternate_screen(), "{}", ended.text());
        // The shell's prompt comes where the cursor is.
        let (row, column) = ended.screen.cursor_position();
        assert_eq!(column, 0, "{}", ended.text());
        let below = ended.lines().skip(row.into()).collect::<String>();
        assert_eq!(below, "", "{}", ended.text());
        ended
    }
}

/// A run in a terminal that has ended, and has left the terminal as a shell expects it.
struct Ended {
    code: u32,
    screen: Screen,
    seen: Vec<u8>,
}

impl Ended {
    fn text(&self) -> String {
        self.screen.contents()
    }

    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.screen.rows(0, self.screen.size().1.get())
    }

    fn has_colours(&self) -> bool {
        self.seen.contains(&ESCAPE)
    }

    /// The column where a text begins, as the terminal counts, and its row.
    fn find(&self, text: &str) -> Option<(u16, u16)> {
        let (rows, columns) = self.screen.size();
        let starts = |row, column| {
            let rest = self.screen.rows(column, columns.get()).nth(row);
            rest.is_some_and(|rest| rest.starts_with(text))
        };
        (0..rows.get())
            .flat_map(|row| (0..columns.get()).map(move |column| (column, row)))
            .find(|(column, row)| {
                let blank = |at: u16| {
                    let cell = self.screen.cell(*row, at);
                    cell.is_some_and(|cell| {
                        matches!(cell.contents(), "" | " ") && !cell.is_wide_continuation()
                    })
                };
                (*column == 0 || blank(column - 1)) && starts(usize::from(*row), *column)
            })
    }
}

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
fn a_table_fits_the_terminal_and_chinese_text_is_aligned() {
    let program = listed();
    for (width, columns) in [
        (60, &["NAME", "STATUS"][..]),
        (80, &["NAME", "STATUS", "STARTED"]),
        (120, &["NAME", "STATUS", "STARTED", "TOOK", "USER"]),
    ] {
        let ended = Terminal::start(&program, width, &LIST).end();
        let text = ended.text();
        assert_eq!(ended.code, 0, "{text}");
        // One line each: nothing has been broken by the program, or by the terminal.
        assert_eq!(text.trim_end().lines().count(), 4, "{text}");
        assert!(
            (0..ROWS).all(|row| !ended.screen.row_wrapped(row)),
            "{text}"
        );
        for (row, (id, status)) in [("3", "CANCELLED"), ("2", "FAILED"), ("1", "SUCCESS")]
            .into_iter()
            .enumerate()
        {
            let row = u16::try_from(row).expect("a row") + 1;
            let id = format!("8abfa7b272adc5b40172b73130065ae{id}");
            assert_eq!(ended.find(&id), Some((0, row)), "{width}\n{text}");
            let (column, _) = ended.find("STATUS").expect("a column");
            assert_eq!(ended.find(status), Some((column, row)), "{width}\n{text}");
        }
        for name in ["NAME", "STATUS", "STARTED", "TOOK", "USER"] {
            let shown = ended.find(name).is_some();
            assert_eq!(shown, columns.contains(&name), "{name} at {width}\n{text}");
        }
        if width == 120 {
            let (column, _) = ended.find("USER").expect("a column");
            assert_eq!(ended.find("运维"), Some((column, 3)), "{text}");
            assert_eq!(ended.find("ops"), Some((column, 2)), "{text}");
            assert_eq!(ended.find("数据库运维团队"), Some((column, 1)), "{text}");
        }
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let program = listed();
    let no_colour = listed().with("NO_COLOR", "1");
    let coloured = |ended: &Ended| {
        let (column, row) = ended.find("SUCCESS").expect("a state");
        let cell = ended.screen.cell(row, column).expect("a cell");
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
    // A message beside the results has them as well.
    let nothing = ["kafka", "list", "i", "--region", "cn-north-4"];
    let ended = Terminal::shell(&program, 80, INTO_A_FILE, &nothing).end();
    assert!(ended.has_colours() && ended.code == 3, "{}", ended.text());
    let ended = Terminal::start(&no_colour, 80, &nothing).end();
    assert!(!ended.has_colours() && ended.code == 3, "{}", ended.text());
}

/// An emulator with a task that is under way.
async fn under_way() -> Emulator {
    let emulator = Emulator::start().await.expect("an emulator");
    let task = json!({
        "id": TASK, "name": "bindInstancePublicIp", "created_at": "2020-01-01T00:00:00Z",
        "progress": { "when": "after_reads", "reads": 1_000_000 },
    });
    let task: KafkaTaskData = serde_json::from_value(task).expect("a task");
    emulator
        .control()
        .add_kafka_task("i", task)
        .expect("a task");
    emulator
}

const TASK: &str = "8abfa7b272adc5b40172b73130065ae7";
const WAIT: [&str; 5] = ["wait", "kafka", "i", TASK, "--interval=500ms"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_draws_a_spinner_and_leaves_nothing_of_it() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    // Standard error alone is the terminal.
    let mut terminal = Terminal::shell(&program, 80, INTO_A_FILE, &WAIT);
    let state = "(bindInstancePublicIp) is EXECUTING, ";
    terminal.line(&[state, "0s so far, "]);
    terminal.line(&[state, "so far, next look in 1s"]);
    terminal.line(&[state, "1s so far, "]);
    let end = json!({ "status": "SUCCESS" });
    let control = emulator.control();
    control
        .change_task(Service::Kafka, "i", TASK, &end)
        .expect("a task");
    let ended = terminal.end();
    assert_eq!((ended.code, ended.text().as_str()), (0, ""));
    assert_eq!(ended.screen.cursor_position(), (0, 0));
    let out = std::fs::read_to_string(program.home().join("out")).expect("a file");
    assert!(out.contains("SUCCESS") && !out.contains("so far"), "{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_shall_be_quiet_draws_nothing() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    for flag in ["--quiet", "-vv"] {
        let wait = [&WAIT[..], &["--timeout=1s", flag]].concat();
        let ended = Terminal::shell(&program, 80, INTO_A_FILE, &wait).end();
        assert_eq!(ended.code, 124, "{}", ended.text());
        let seen = String::from_utf8_lossy(&ended.seen);
        assert!(!seen.contains("next look"), "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_draws_its_bar_below_the_results() {
    let emulator = slow(1_000).await;
    let program = Program::of(&emulator);
    let list = format!("{INSTANCE}\nnope\nnor-this\n");
    std::fs::write(program.home().join("list"), list).expect("a file");
    let sweep = ["sweep", "kafka", "list", "--concurrency=1"];
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
async fn ctrl_c_leaves_the_terminal_clean_and_says_where_it_stopped() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let mut terminal = Terminal::start(&program, 80, &WAIT);
    terminal.line(&[
        "(bindInstancePublicIp) is EXECUTING, ",
        "so far, next look in ",
    ]);
    terminal.interrupt();
    let state = "EXECUTING, and goes on";
    stopped(terminal, &["interrupted: task ", state]);

    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    std::fs::write(program.home().join("list"), "a\nb\n").expect("a file");
    let mut terminal = Terminal::start(&program, 80, &["sweep", "kafka", "list"]);
    terminal.line(&["0/2 instances"]);
    let said = "interrupted: after 0 of 2 instances, 0 of them failed, in ";
    assert_eq!(stopped(terminal, &[said]).len(), 2);

    emulator.control().clear_requests();
    let terminal = Terminal::start(&program, 80, &["kafka", "list", INSTANCE]);
    asked(&emulator, 1).await;
    let said = "interrupted: after 0 tasks";
    assert_eq!(stopped(terminal, &[said]), [said]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_a_watch_as_it_was_last_seen() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let watch = ["watch", "kafka", "i", "--interval=100ms"];
    let mut terminal = Terminal::start(&program, 120, &watch);
    terminal.line(&["bindInstancePublicIp", "EXECUTING"]);
    let lines = stopped(terminal, &["interrupted: after ", " looks"]);
    let shown = lines.iter().filter(|line| line.contains("EXECUTING"));
    assert_eq!((lines.len(), shown.count()), (4, 1), "{lines:?}");
}

/// The lines that are left after Ctrl-C, the last of which says these.
fn stopped(mut terminal: Terminal, said: &[&str]) -> Vec<String> {
    terminal.interrupt();
    let ended = terminal.end();
    let text = ended.text();
    assert_eq!(ended.code, 130, "{text}");
    // The terminal has written it where the cursor was.
    assert!(!text.contains("^C"), "{text}");
    let lines: Vec<String> = text.trim_end().lines().map(str::to_owned).collect();
    let last = lines.last().expect("a line");
    assert!(said.iter().all(|said| last.contains(said)), "{text}");
    assert!(last.starts_with("interrupted: "), "{text}");
    assert!(!text.contains("so far, next look"), "{text}");
    assert!(!text.contains("/2 instances"), "{text}");
    lines
}

#[test]
fn a_closed_pipe_is_no_error() {
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
