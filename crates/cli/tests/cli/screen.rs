//! `hwtasks watch` in a terminal, which redraws its table.

use hwtasks_emulator::Emulator;

use crate::interrupted::received;
use crate::pty::{ROWS, Terminal};
use crate::run::Program;
use crate::terminal::{stopped, under_way};

const WATCH: [&str; 4] = ["kafka", "watch", "i", "--interval=50ms"];
const HEAD: &str = "Kafka instance i, ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_watch_leaves_its_last_table() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let watch = ["kafka", "watch", "i", "--interval=100ms"];
    let mut terminal = Terminal::start(&program, 120, &watch);
    terminal.line(&["bindInstancePublicIp", "EXECUTING"]);
    let lines = stopped(terminal, &["interrupted: after ", " polls"]);
    let shown = lines.iter().filter(|line| line.contains("EXECUTING"));
    assert_eq!((lines.len(), shown.count()), (4, 1), "{lines:?}");
}

/// Waits for this number of further polls; the table of the last but one is then on the screen.
async fn polls(emulator: &Emulator, more: usize) {
    let so_far = emulator.control().requests().len();
    received(emulator, so_far + more).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watch_in_narrow_terminal_redraws_wrapped_lines() {
    let emulator = under_way().await;
    let program = Program::of(&emulator);
    let mut terminal = Terminal::start(&program, 40, &WATCH);
    terminal.line(&["EXECUTING"]);
    polls(&emulator, 5).await;
    let lines = stopped(terminal, &["interrupted: after ", " polls"]);
    let heads = lines.iter().filter(|line| line.contains(HEAD));
    assert_eq!(heads.count(), 1, "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watch_in_narrowed_window_clears_the_wider_table() {
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
    polls(&emulator, 5).await;
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
async fn watch_with_more_tasks_than_rows_counts_the_rest() {
    let emulator = under_way().await;
    for _ in 0..60 {
        let task = hwtasks_emulator::KafkaTaskData::default();
        let control = emulator.control();
        control
            .add_kafka_task("i", task)
            .expect("the emulator should accept the task");
    }
    let program = Program::of(&emulator);
    let watch = [&WATCH[..], &["--limit=50"]].concat();
    for (width, shown) in [(120, 19), (40, 9)] {
        let mut terminal = Terminal::start(&program, width, &watch);
        terminal.line(&[&format!("and {} more", 50 - shown)]);
        polls(&emulator, 5).await;
        let lines = stopped(terminal, &["interrupted: after ", " polls"]);
        assert!(lines.len() < usize::from(ROWS), "{lines:#?}");
        assert!(lines[0].starts_with(HEAD), "{lines:#?}");
        let heads = lines.iter().filter(|line| line.contains(HEAD));
        assert_eq!(heads.count(), 1, "{lines:#?}");
    }
}
