//! `cargo xtask picture`: what the command line looks like in a terminal, for its README.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::num::NonZeroU16;
use std::path::Path;

use anstyle_svg::Term;
use anyhow::{Context, Result, ensure};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::{Value, json};
use vt100::Screen;

use crate::run::cargo;

const FOLDER: &str = "crates/cli/pictures";
const COLUMNS: u16 = 120;
const ROWS: u16 = 16;
const INSTANCES: usize = 3_000;

/// A run, and the moment of it that is shown.
struct Shot {
    name: &'static str,
    /// As typed after `hwtasks --emulator`.
    args: &'static str,
    /// The last screen with this text is the picture; the last screen of all when it is empty.
    moment: &'static str,
}

const SHOTS: [Shot; 3] = [
    Shot {
        name: "list",
        args: "kafka list 5560df16-cebf-4473-95c4-d1b573c16e79",
        moment: "",
    },
    Shot {
        name: "wait",
        args: "kafka wait moving ends-well",
        moment: "3s so far",
    },
    Shot {
        name: "sweep",
        args: "kafka sweep instances.txt",
        moment: "instances, ",
    },
];

/// Runs each command in a terminal of its own and writes its picture.
///
/// Unlike generated files the pictures show times, and so are never the same twice: nothing compares them.
///
/// # Errors
///
/// When the program cannot be built or run, or never shows the moment.
pub fn run(root: &Path) -> Result<()> {
    cargo(root, &["build", "--package", "hwtasks-cli", "--locked"]).check()?;
    let program = root.join("target/debug/hwtasks");
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    write_instances(folder.path()).context("cannot write the instances of the sweep")?;
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

/// Instances for the sweep, and the emulator's data that holds them.
fn write_instances(folder: &Path) -> Result<()> {
    let mut list = String::new();
    let mut instances: Vec<Value> = Vec::new();
    for number in 0..INSTANCES {
        let id = format!("orders-{number:04}");
        writeln!(list, "{id}")?;
        // One in 97 is gone.
        if number % 97 != 41 {
            let status = ["SUCCESS", "SUCCESS", "EXECUTING", "FAILED"][number * 7 % 4];
            let task = json!({ "name": "kafkaConfigModify", "status": status });
            instances.push(json!({ "instance_id": id, "tasks": vec![task; 1 + number % 5] }));
        }
    }
    fs::write(folder.join("instances.txt"), list)?;
    let data = json!({ "kafka": instances }).to_string();
    fs::write(folder.join("data.json"), data)?;
    Ok(())
}

impl Shot {
    /// The screen at the moment, as text with escapes.
    fn take(&self, program: &Path, folder: &Path) -> Result<String> {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            ..PtySize::default()
        };
        // The errors of this crate are no `std` errors to `context`.
        let pair = native_pty_system()
            .openpty(size)
            .map_err(|error| error.context("no terminal can be opened"))?;
        let mut command = CommandBuilder::new(program);
        command.arg("--emulator");
        command.args(self.args.split(' '));
        command.cwd(folder);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        if self.args.contains(" sweep ") {
            command.env("HWTASKS_EMULATOR_DATA", folder.join("data.json"));
        }
        let mut child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader()?;
        // Dropped, it would end the program's input.
        let _keyboard = pair.master.take_writer()?;

        let size = |size| NonZeroU16::new(size).context("a terminal has rows and columns");
        let mut parser = vt100::Parser::new(size(ROWS)?, size(COLUMNS)?, 0);
        parser.process(format!("$ hwtasks --emulator {}\r\n", self.args).as_bytes());
        let mut taken = None;
        let mut buffer = [0; 1024];
        // A terminal whose last program has ended gives an error.
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            parser.process(&buffer[..length]);
            if parser.screen().contents().contains(self.moment) {
                taken = Some(shown(parser.screen()));
            }
        }
        child.wait().context("the program does not end")?;
        let taken = taken.context("the moment never came")?;
        ensure!(!taken.trim().is_empty(), "the screen is empty");
        Ok(taken)
    }
}

/// The rows of a screen, without the empty ones at its end.
fn shown(screen: &Screen) -> String {
    let rows: Vec<String> = screen.rows_formatted(0, COLUMNS).collect();
    let texts: Vec<String> = screen.rows(0, COLUMNS).collect();
    let last = texts.iter().rposition(|row| !row.trim().is_empty());
    rows.into_iter()
        .take(last.map_or(0, |last| last + 1))
        .fold(String::new(), |text, row| text + &row + "\u{1b}[0m\n")
}
