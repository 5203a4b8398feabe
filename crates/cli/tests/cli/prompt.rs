//! `hwtasks configure` in a terminal.

use crate::pty::{Ended, Terminal};
use crate::run::Program;

const SK: &str = "sk-nobody-may-see";
/// Runs the program, then prints the exit code and the modes of the terminal.
const THEN_STTY: &str = r#"trap : INT; "$0" "$@"; echo "code $?"; stty -a"#;

/// Starts `configure` and goes on to its prompt for the secret key.
fn at_the_secret(program: &Program) -> Terminal {
    let mut terminal = Terminal::shell(program, 80, THEN_STTY, &["configure"]);
    terminal.line(&["Access key (AK):"]);
    terminal.press("AKOFMINE\r");
    terminal.line(&["Secret key (SK), not echoed:"]);
    terminal
}

/// Checks the exit code, that the secret was not shown, and that the terminal echoes again.
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
fn secret_at_the_prompt_is_hidden_and_written() {
    let program = Program::new();
    let mut terminal = at_the_secret(&program);
    terminal.press(&format!("{SK}\r"));
    terminal.line(&["Project ID (empty: the region's):"]);
    terminal.press("P\r");
    terminal.line(&["Region, such as cn-north-4 (empty: none):"]);
    terminal.press("\r");
    terminal.line(&["Write section [basic]", "[y/N]"]);
    terminal.press("y\r");
    let ended = terminal.end();
    assert_left(&ended, 0);
    let file = program.home().join(".huaweicloud").join("credentials");
    let text = std::fs::read_to_string(file).expect("the file should be accessible");
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

/// Sends SIGTERM, as a shutdown does.
#[test]
fn signal_at_the_secret_restores_the_terminal() {
    let program = Program::new();
    let line = r#"sh -c 'echo $$ > pid; exec "$0" "$@"' "$0" "$@"; echo "code $?"; stty -a"#;
    let mut terminal = Terminal::shell(&program, 80, line, &["configure"]);
    terminal.line(&["Access key (AK):"]);
    terminal.press("AKOFMINE\r");
    terminal.line(&["Secret key (SK), not echoed:"]);
    let pid =
        std::fs::read_to_string(program.home().join("pid")).expect("the file should be accessible");
    let killed = std::process::Command::new("kill").arg(pid.trim()).status();
    assert!(killed.expect("kill should run").success());
    assert_left(&terminal.end(), 130);
    assert!(!program.home().join(".huaweicloud").exists());
}

const END_OF_INPUT: &str = "\nerror: the input has ended: nothing was changed\n";

#[test]
fn end_of_input_at_a_prompt_is_an_error_on_its_own_line() {
    let program = Program::new();
    let mut terminal = Terminal::shell(&program, 80, THEN_STTY, &["configure"]);
    terminal.line(&["Access key (AK):"]);
    terminal.press("\u{4}");
    let ended = terminal.end();
    assert_left(&ended, 2);
    assert!(ended.text().contains(END_OF_INPUT), "{}", ended.text());
}

#[test]
fn end_of_input_at_the_secret_is_an_error_on_its_own_line() {
    let program = Program::new();
    let mut terminal = at_the_secret(&program);
    terminal.press("\u{4}");
    let ended = terminal.end();
    assert_left(&ended, 2);
    assert!(ended.text().contains(END_OF_INPUT), "{}", ended.text());
}
