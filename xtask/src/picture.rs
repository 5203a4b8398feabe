//! `cargo xtask picture`: takes the terminal pictures of the README of the command line.

use std::fs;
use std::io::Read as _;
use std::num::NonZeroU16;
use std::path::Path;

use anstyle_svg::Term;
use anyhow::{Context, Result, ensure};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use vt100::Screen;

use crate::tools;

const FOLDER: &str = "crates/cli/pictures";
const COLUMNS: u16 = 80;
const ROWS: u16 = 24;
/// The instances of the emulator, for commands that read many.
const INSTANCES: &str = "200";

/// A run of the command line; the picture is its last screen.
struct Shot {
    name: &'static str,
    /// The arguments after `hwtasks --emulator`.
    args: &'static str,
}

const SHOTS: [Shot; 4] = [
    Shot {
        name: "list",
        args: "kafka list 5560df16-cebf-4473-95c4-d1b573c16e79",
    },
    Shot {
        name: "wait",
        args: "kafka wait moving ends-well",
    },
    Shot {
        name: "sweep",
        args: "dcs sweep --all-instances --name EXTEND --since 1h",
    },
    Shot {
        name: "idle",
        args: "dcs wait --until-idle --all-instances",
    },
];

/// Runs each command in a pseudo-terminal and writes its picture.
///
/// The pictures show times and differ in every run, so nothing compares them with the committed ones.
///
/// # Errors
///
/// If the program cannot be built or run, or shows nothing.
pub fn run(root: &Path) -> Result<()> {
    let program = tools::program(root, "hwtasks")?;
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    for shot in SHOTS {
        let screen = shot
            .take(&program, folder.path())
            .with_context(|| format!("cannot picture `hwtasks {}`", shot.args))?;
        let path = root.join(FOLDER).join(format!("{}.svg", shot.name));
        let fail = || format!("cannot write {}", path.display());
        fs::create_dir_all(root.join(FOLDER)).with_context(fail)?;
        fs::write(&path, Term::new().render_svg(&screen)).with_context(fail)?;
        println!("wrote {FOLDER}/{}.svg", shot.name);
    }
    Ok(())
}

impl Shot {
    /// Returns the screen at the moment, as text with escape sequences.
    fn take(&self, program: &Path, folder: &Path) -> Result<String> {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            ..PtySize::default()
        };
        // portable-pty returns `anyhow` errors of its own version.
        let pair = native_pty_system()
            .openpty(size)
            .map_err(|error| error.context("cannot open a pseudo-terminal"))?;
        let mut command = CommandBuilder::new(program);
        command.arg("--emulator");
        command.args(self.args.split(' '));
        command.cwd(folder);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        if self.args.contains("--all-instances") {
            command.env("HWTASKS_EMULATOR_INSTANCES", INSTANCES);
        }
        let mut child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader()?;
        // Dropping it would close the standard input of the program.
        let _keyboard = pair.master.take_writer()?;

        let size = |size| NonZeroU16::new(size).context("a terminal has rows and columns");
        let mut parser = vt100::Parser::new(size(ROWS)?, size(COLUMNS)?, 0);
        parser.process(format!("$ hwtasks --emulator {}\r\n", self.args).as_bytes());
        let mut buffer = [0; 1024];
        // Reading fails when the last program of the terminal has ended.
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            parser.process(&buffer[..length]);
        }
        child.wait().context("cannot wait for the program")?;
        let taken = shown(parser.screen());
        ensure!(!taken.trim().is_empty(), "the screen is empty");
        Ok(taken)
    }
}

/// Returns the rows of a screen without empty rows at the end.
fn shown(screen: &Screen) -> String {
    let rows: Vec<String> = screen.rows_formatted(0, COLUMNS).collect();
    let texts: Vec<String> = screen.rows(0, COLUMNS).collect();
    let last = texts.iter().rposition(|row| !row.trim().is_empty());
    rows.into_iter()
        .take(last.map_or(0, |last| last + 1))
        .fold(String::new(), |text, row| text + &row + "\u{1b}[0m\n")
}
