//! `hwtasks configure`, as somebody types the answers.

use crate::pty::{Ended, Terminal};
use crate::run::Program;

const SK: &str = "sk-nobody-may-see";
/// The program, and then what the terminal is left as.
const THEN_STTY: &str = r#"trap : INT; "$0" "$@"; echo "code $?"; stty -a"#;

/// `configure` at its prompt for the secret key.
fn at_the_secret(program: &Program) -> Terminal {
    let mut terminal = Terminal::shell(program, 80, THEN_STTY, &["configure"]);
    terminal.line(&["Access key (AK):"]);
    terminal.press("AKOFMINE\r");
    terminal.line(&["Secret key (SK), not echoed:"]);
    terminal
}

/// Ended with this code, nothing of the secret shown, and what is typed is shown again.
fn assert_left(ended: &Ended, code: i32) {
    let text = ended.text();
    let seen = String::from_utf8_lossy(&ended.seen);
    assert!(!seen.contains("nobody"), "{seen}");
    assert!(
        text.lines().any(|line| line == format!("code {code}")),
        "{text}"
    );
    let words: Vec<&str> = text.split([' ', ';', '\n']).collect();
    for word in ["echo", "icanon", "isig"] {
        assert!(words.contains(&word), "{word}: {text}");
    }
}

#[test]
fn the_secret_is_not_shown_and_the_file_is_written() {
    let program = Program::new();
    let mut terminal = at_the_secret(&program);
    terminal.press(&format!("{SK}\r"));
    terminal.line(&["Project ID (empty: the region's):"]);
    terminal.press("P\r");
    terminal.line(&["Write section [basic]", "[y/N]"]);
    terminal.press("y\r");
    let ended = terminal.end();
    assert_left(&ended, 0);
    let file = program.home().join(".huaweicloud").join("credentials");
    let text = std::fs::read_to_string(file).expect("a file");
    assert_eq!(
        text,
        format!("[basic]\nak = AKOFMINE\nsk = {SK}\nproject_id = P\n")
    );
}

#[test]
fn ctrl_c_at_the_secret_changes_nothing() {
    let program = Program::new();
    let mut terminal = at_the_secret(&program);
    terminal.press(SK);
    terminal.interrupt();
    let ended = terminal.end();
    assert_left(&ended, 130);
    let text = ended.text();
    assert!(
        text.contains("\ninterrupted: nothing was changed\n"),
        "{text}"
    );
    assert!(!program.home().join(".huaweicloud").exists());
}

/// As a machine that shuts down does.
#[test]
fn a_signal_at_the_secret_leaves_the_terminal_as_it_was() {
    let program = Program::new();
    let line = r#"sh -c 'echo $$ > pid; exec "$0" "$@"' "$0" "$@"; echo "code $?"; stty -a"#;
    let mut terminal = Terminal::shell(&program, 80, line, &["configure"]);
    terminal.line(&["Access key (AK):"]);
    terminal.press("AKOFMINE\r");
    terminal.line(&["Secret key (SK), not echoed:"]);
    let pid = std::fs::read_to_string(program.home().join("pid")).expect("a file");
    let killed = std::process::Command::new("kill").arg(pid.trim()).status();
    assert!(killed.expect("kill").success());
    assert_left(&terminal.end(), 130);
    assert!(!program.home().join(".huaweicloud").exists());
}

#[test]
fn the_end_of_the_answers_is_said_on_a_line_of_its_own() {
    let program = Program::new();
    let mut terminal = Terminal::shell(&program, 80, THEN_STTY, &["configure"]);
    terminal.line(&["Access key (AK):"]);
    terminal.press("\u{4}");
    let ended = terminal.end();
    assert_left(&ended, 2);
    let said = "\nerror: the input has ended: nothing was changed\n";
    assert!(ended.text().contains(said), "{}", ended.text());

    let mut terminal = at_the_secret(&program);
    terminal.press("\u{4}");
    let ended = terminal.end();
    assert_left(&ended, 2);
    assert!(ended.text().contains(said), "{}", ended.text());
}
