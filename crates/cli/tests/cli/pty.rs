//! Runs of the program in a pseudo-terminal, with its screen.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{
    ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system,
};
use vt100::Screen;

use crate::run::Program;

/// The limit of each step, on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
pub(crate) const ROWS: u16 = 24;
/// With `noflsh`, Linux keeps unread output at Ctrl-C.
const ALONE: &str = r#"stty noflsh && exec "$0" "$@""#;
const ESCAPE: u8 = 0x1b;
/// Written after the program has ended. When a terminal closes, Linux may drop its last output.
const END: u8 = 0x1c;

/// A run in a terminal.
pub(crate) struct Terminal {
    killer: Box<dyn ChildKiller + Send + Sync>,
    ended: JoinHandle<ExitStatus>,
    master: Box<dyn MasterPty + Send>,
    /// Kept open: closing it sends a key too.
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// Output that was read and is not yet drawn.
    pending: VecDeque<Vec<u8>>,
    parser: vt100::Parser,
    pub(crate) seen: Vec<u8>,
}

impl Terminal {
    pub(crate) fn start(program: &Program, width: u16, args: &[&str]) -> Self {
        Self::shell(program, width, ALONE, args)
    }

    /// A line of a shell, with the program as `$0` and its arguments.
    pub(crate) fn shell(program: &Program, width: u16, line: &str, args: &[&str]) -> Self {
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
            builder.env(name, value.expect("the variable should be set"));
        }
        builder.env("TERM", "xterm-256color");
        // For the commands of the shell line.
        builder.env("PATH", "/usr/bin:/bin");
        builder.cwd(program.home());
        let pair = native_pty_system().openpty(size_of(width));
        let pair = pair.expect("a terminal should open");
        let name = pair
            .master
            .tty_name()
            .expect("the terminal should have a name");
        let terminal = OpenOptions::new().write(true).open(name);
        let mut terminal = terminal.expect("the terminal should open");
        let mut child = pair
            .slave
            .spawn_command(builder)
            .expect("the program should start");
        let killer = child.clone_killer();
        let ended = thread::spawn(move || {
            let status = child.wait().expect("the program should end");
            terminal
                .write_all(&[END])
                .expect("the terminal should take the byte");
            status
        });
        let mut reader = pair
            .master
            .try_clone_reader()
            .expect("the output should be a pipe");
        let (send, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let read = &buffer[..length];
                let end = read.iter().position(|byte| *byte == END);
                let said = &read[..end.unwrap_or(length)];
                if send.send(said.to_vec()).is_err() || end.is_some() {
                    return;
                }
            }
        });
        Self {
            killer,
            ended,
            keyboard: pair
                .master
                .take_writer()
                .expect("the terminal should have a keyboard"),
            master: pair.master,
            output,
            pending: VecDeque::new(),
            parser: vt100::Parser::new(size(ROWS), size(width), 0),
            seen: Vec::new(),
        }
    }

    pub(crate) fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// Draws the next piece; returns false at the end.
    fn draw(&mut self, deadline: Instant) -> bool {
        if self.pending.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                // Each drawing starts with a carriage return, and the tests see each one.
                Ok(bytes) => self.pending.extend(
                    bytes
                        .split_inclusive(|byte| *byte == b'\r')
                        .map(<[u8]>::to_vec),
                ),
                Err(mpsc::RecvTimeoutError::Disconnected) => return false,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = self.killer.kill();
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
    pub(crate) fn line(&mut self, parts: &[&str]) {
        self.until(|screen| {
            let contents = screen.contents();
            contents
                .lines()
                .any(|line| parts.iter().all(|part| line.contains(part)))
        });
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&mut self) {
        self.press("\u{3}");
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("the terminal should take the key");
        self.keyboard
            .flush()
            .expect("the terminal should take the key");
    }

    /// Changes the width of the window; the screen keeps its content.
    pub(crate) fn resize(&mut self, width: u16) {
        self.master
            .resize(size_of(width))
            .expect("the terminal should resize");
        self.parser.screen_mut().set_size(size(ROWS), size(width));
    }

    /// Reads to the end.
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + LIMIT;
        while self.draw(deadline) {}
        let status = self.ended.join().expect("the program should end");
        assert_eq!(status.signal(), None);
        // Linux may echo ^C after the program has ended.
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
        // A shell prints its prompt at the cursor.
        let (row, column) = ended.screen.cursor_position();
        assert_eq!(column, 0, "{}", ended.text());
        let below = ended.lines().skip(row.into()).collect::<String>();
        assert_eq!(below, "", "{}", ended.text());
        ended
    }
}

fn size(size: u16) -> NonZeroU16 {
    NonZeroU16::new(size).expect("the size should be positive")
}

fn size_of(width: u16) -> PtySize {
    PtySize {
        rows: ROWS,
        cols: width,
        ..PtySize::default()
    }
}

/// A run in a terminal that has ended and has left the cursor at the start of a line.
pub(crate) struct Ended {
    pub(crate) code: u32,
    pub(crate) screen: Screen,
    pub(crate) seen: Vec<u8>,
}

impl Ended {
    pub(crate) fn text(&self) -> String {
        self.screen.contents()
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.screen.rows(0, self.screen.size().1.get())
    }

    pub(crate) fn has_colours(&self) -> bool {
        self.seen.contains(&ESCAPE)
    }

    /// The column and row of a word.
    pub(crate) fn find(&self, text: &str) -> Option<(u16, u16)> {
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
