//! A watch in a terminal, which draws its table anew.

use hwtasks_emulator::Emulator;

use crate::interrupted::asked;
use crate::pty::{ROWS, Terminal};
use crate::run::Program;
use crate::terminal::{stopped, under_way};

const WATCH: [&str; 4] = ["kafka", "watch", "i", "--interval=50ms"];
const HEAD: &str = "Kafka instance i, ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_a_watch_as_it_was_last_seen() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let watch = ["kafka", "watch", "i", "--interval=100ms"];
    let mut terminal = Terminal::start(&program, 120, &watch);
    terminal.line(&["bindInstancePublicIp", "EXECUTING"]);
    let lines = stopped(terminal, &["interrupted: after ", " polls"]);
    let shown = lines.iter().filter(|line| line.contains("EXECUTING"));
    assert_eq!((lines.len(), shown.count()), (4, 1), "{lines:?}");
}

/// Until a watch has looked so often again, and its last table but one is on the screen.
async fn looks(emulator: &Emulator, more: usize) {
    let so_far = emulator.control().requests().len();
    asked(emulator, so_far + more).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_the_terminal_breaks_are_drawn_over_too() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let mut terminal = Terminal::start(&program, 40, &WATCH);
    terminal.line(&["EXECUTING"]);
    looks(&emulator, 5).await;
    let lines = stopped(terminal, &["interrupted: after ", " polls"]);
    let heads = lines.iter().filter(|line| line.contains(HEAD));
    assert_eq!(heads.count(), 1, "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_narrower_window_is_cleared_of_the_wider_table() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let mut terminal = Terminal::start(&program, 120, &WATCH);
    terminal.line(&["EXECUTING", "so far"]);
    let drawn = terminal.screen().contents();
    let drawn = drawn.trim_end().lines().map(|line| line.chars().count());
    // A terminal that is made narrower breaks what stands in it.
    let broken: usize = drawn.map(|line| line.div_ceil(45)).sum();
    assert!(broken > 5, "{broken}\n{}", terminal.screen().contents());
    terminal.resize(45);
    let before = terminal.seen.len();
    looks(&emulator, 5).await;
    terminal.interrupt();
    let ended = terminal.end();
    let seen = String::from_utf8_lossy(&ended.seen[before..]).into_owned();
    assert!(
        seen.contains(&format!("\u{1b}[{broken}A\u{1b}[J")),
        "{broken} {seen:?}"
    );
    let text = ended.text();
    assert_eq!(text.matches(HEAD).count(), 1, "{text}");
    assert_eq!(ended.code, 130, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_do_not_fit_are_counted() {
    let emulator = under_way().await;
    for _ in 0..60 {
        let task = hwtasks_emulator::KafkaTaskData::default();
        let control = emulator.control();
        control.add_kafka_task("i", task).expect("a task");
    }
    let program = Program::of(&emulator);
    let watch = [&WATCH[..], &["--limit=50"]].concat();
    for (width, shown) in [(120, 19), (40, 9)] {
        let mut terminal = Terminal::start(&program, width, &watch);
        terminal.line(&[&format!("and {} more", 50 - shown)]);
        looks(&emulator, 5).await;
        let lines = stopped(terminal, &["interrupted: after ", " polls"]);
        assert!(lines.len() < usize::from(ROWS), "{lines:#?}");
        assert!(lines[0].starts_with(HEAD), "{lines:#?}");
        let heads = lines.iter().filter(|line| line.contains(HEAD));
        assert_eq!(heads.count(), 1, "{lines:#?}");
    }
}
