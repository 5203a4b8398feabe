//! Runs of the program, isolated from the environment and home of the caller.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use hwtasks_emulator::Emulator;
use tempfile::TempDir;

/// The instance of the documents' examples.
pub(crate) const INSTANCE: &str = hwtasks_emulator::INSTANCE_ID;

/// The program, with an empty home and no variables but the time zone.
pub(crate) struct Program {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl Program {
    pub(crate) fn new() -> Self {
        let mut program = Self {
            home: TempDir::new().expect("a temporary directory should be creatable"),
            variables: Vec::new(),
        };
        program.set("TZ", "UTC0");
        // No server listens there, and no request leaves this machine.
        program.set("HWTASKS_METADATA_ENDPOINT", "http://127.0.0.1:9");
        program
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hwtasks"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.fed(args, "")
    }

    pub(crate) fn start(&self, args: &[&str]) -> Running {
        let mut child = self
            .command(args)
            .spawn()
            .expect("the program should start");
        let stdout = BufReader::new(child.stdout.take().expect("the output should be a pipe"));
        Running {
            child,
            stdout: Some(stdout),
            stderr: None,
            seen: String::new(),
        }
    }

    /// Starts the program; its messages are read with `said`.
    pub(crate) fn start_said(&self, args: &[&str]) -> Running {
        let mut running = self.start(args);
        running.stderr = running.child.stderr.take().map(BufReader::new);
        running
    }

    /// The program, connected to an emulator of the test.
    pub(crate) fn of(emulator: &Emulator) -> Self {
        let variables = emulator.variables();
        let program = Self::new();
        variables
            .iter()
            .fold(program, |program, (name, value)| program.with(name, value))
    }

    /// Sets the initial data of the emulator.
    pub(crate) fn with_data(self, data: &serde_json::Value) -> Self {
        let file = self.home().join("data.json");
        std::fs::write(&file, data.to_string()).expect("the file should be accessible");
        let file = file.display().to_string();
        self.with("HWTASKS_EMULATOR_DATA", &file)
    }

    /// Runs the program with this text on standard input.
    pub(crate) fn fed(&self, args: &[&str], input: &str) -> Run {
        let mut command = self.command(args);
        let mut child = command
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program should start");
        let mut stdin = child.stdin.take().expect("the input should be a pipe");
        let input = input.to_owned();
        let feeder = std::thread::spawn(move || {
            // The program may end before it has read everything.
            let _ = stdin.write_all(input.as_bytes());
        });
        let output = child.wait_with_output().expect("the program should end");
        feeder
            .join()
            .expect("the writer of the input should not panic");
        let home = self.home().display().to_string();
        let text = |bytes| {
            String::from_utf8(bytes)
                .expect("the output should be UTF-8")
                .replace(&home, "HOME")
        };
        Run {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// Runs the program against an emulator of the test.
pub(crate) async fn against(emulator: &Emulator, args: &[&str]) -> Run {
    let program = Program::of(emulator);
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    let run = move || program.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run)
        .await
        .expect("the program should run")
}

/// A run that has not ended yet.
pub(crate) struct Running {
    child: Child,
    /// `None` after it was closed.
    stdout: Option<BufReader<ChildStdout>>,
    /// `None` unless the messages are read while the program runs.
    stderr: Option<BufReader<ChildStderr>>,
    seen: String,
}

impl Running {
    /// The next line of standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        let stdout = self.stdout.as_mut().expect("the pipe should be open");
        stdout.read_line(&mut line).expect("a line should follow");
        self.seen.push_str(&line);
        line
    }

    /// The next message.
    pub(crate) fn said(&mut self) -> String {
        let mut line = String::new();
        let stderr = self.stderr.as_mut().expect("the messages should be read");
        stderr.read_line(&mut line).expect("a line should follow");
        line
    }

    /// Does what Ctrl-C in a terminal does.
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        assert!(status.expect("kill should run").success());
    }

    /// Closes standard output.
    pub(crate) fn close_output(&mut self) {
        self.stdout = None;
    }

    /// Closes standard output and waits for the end.
    pub(crate) fn close(mut self) -> Run {
        self.close_output();
        self.end()
    }

    pub(crate) fn end(mut self) -> Run {
        if let Some(stdout) = &mut self.stdout {
            stdout
                .read_to_string(&mut self.seen)
                .expect("the output should be UTF-8");
        }
        let output = self
            .child
            .wait_with_output()
            .expect("the program should end");
        let stderr = String::from_utf8(output.stderr).expect("the output should be UTF-8");
        Run {
            code: output.status.code(),
            stdout: self.seen,
            stderr,
        }
    }
}

/// A run that has ended. Snapshots hold its `Display`.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self
            .code
            .map_or_else(|| "none".to_owned(), |code| code.to_string());
        write!(
            f,
            "exit code: {code}\n--- stdout\n{}--- stderr\n{}",
            self.stdout, self.stderr
        )
    }
}

/// Compares a run with its snapshot, without the parts that differ from run to run.
pub(crate) fn snapshot(name: &str, run: &Run) {
    compare(name, &run.to_string());
}

/// Compares the runs of a table of cases with one snapshot, each below its title.
pub(crate) fn snapshot_each(name: &str, runs: &[(String, Run)]) {
    let sections: Vec<_> = runs
        .iter()
        .map(|(title, run)| format!("==== {title}\n{run}"))
        .collect();
    compare(name, &sections.join("\n"));
}

fn compare(name: &str, text: &str) {
    let mut filters = vec![
        (r"127\.0\.0\.1:[1-9]\d{3,4}", "127.0.0.1:PORT"),
        (r"\b\d{3,}d( \d+h)?\b", "AGES"),
        (r"(, in) [0-9.]+m?s", "$1 SECONDS"),
        (r"accepted \(\d+ ms\)", "accepted (NUMBER ms)"),
        (r"\(os error \d+\)", "(os error NUMBER)"),
        (r"hwtasks-cli \d+\.\d+\.\d+", "hwtasks-cli VERSION"),
        (r"20(2[6-9]|[3-9]\d)-\d\d-\d\dT[0-9:.]+Z", "NOW"),
        (r"20(2[6-9]|[3-9]\d)\d{4}T\d{6}Z", "NOW"),
        (r"20(2[6-9]|[3-9]\d)-\d\d-\d\d \d\d:\d\d:\d\d", "NOW"),
    ];
    // The width of an age, and so of its column, changes from day to day.
    if text.contains("so far") {
        filters.push((
            r"(DURATION(?:\x1b\[0m)?|AGES(?: so far)?|\d+m?s) {2,}",
            "$1  ",
        ));
    }
    insta::with_settings!({ filters => filters, omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}
