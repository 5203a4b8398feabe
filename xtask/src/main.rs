//! `cargo xtask`: generates, checks and compares the committed documents and clients.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::generate::{self, Mode, Target};
use xtask::{ci, diff, files, package, picture, release, site, soak};

/// Generate, check and compare the committed documents and clients.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    /// Work on another tree of files than the repository's own; for tests
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write every generated file, or check that the committed ones are fresh
    Gen {
        /// What to generate; everything when none is named
        #[arg(value_enum)]
        targets: Vec<Target>,
        /// Write nothing: print a diff of each stale file and exit 1 if there is one
        #[arg(long)]
        check: bool,
    },
    /// List the changes of the documents since a revision, and whom they break
    ///
    /// Exits 1 on a breaking change whose version does not allow it. Before the first git tag, breaking
    /// changes are only reported.
    Diff {
        /// Git revision to compare with; by default the merge base with main, else the last tag,
        /// else the parent commit
        rev: Option<String>,
        /// Print one JSON object, for bots
        #[arg(long)]
        json: bool,
    },
    /// Picture the command line in a terminal, for the README
    Picture,
    /// Run the emulator under load and faults, with a client program of each language
    ///
    /// Exits 1 if the emulator panics or keeps file descriptors or memory, or if a client returns a wrong result or
    /// an error that is not its own.
    Soak {
        /// Duration in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        seconds: u32,
        /// Connections of all clients together
        #[arg(long, value_name = "NUMBER", default_value_t = 200)]
        connections: u32,
        /// Seed of the faults
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        seed: u64,
    },
    /// Build the static site into target/site: the reference page, the documents and the guides
    Site {
        /// Path of the site on its host
        #[arg(long, value_name = "PATH", default_value = "/")]
        base: String,
        /// Serve the site afterwards, with an emulator for "try it", until interrupted
        #[arg(
            long,
            value_name = "ADDRESS:PORT",
            num_args = 0..=1,
            default_missing_value = "127.0.0.1:8930"
        )]
        serve: Option<String>,
    },
    /// Build every artifact into target/package, install each, and run its example against the emulator
    Package {
        /// Pack only these kinds
        #[arg(long, value_name = "KIND", value_enum)]
        only: Vec<package::Kind>,
        /// Target triple of the programs [default: x86_64-unknown-linux-musl]
        #[arg(long, value_name = "TRIPLE")]
        target: Option<String>,
        /// Cargo profile of the programs
        #[arg(long, value_name = "NAME", default_value = "release")]
        profile: String,
        /// Do not install what was packed
        #[arg(long)]
        no_install: bool,
    },
    /// Check the tree, set the version of every package, and print what to push
    Release {
        /// The version, such as 0.2.0
        version: semver::Version,
    },
    /// Run everything a change must pass
    Ci {
        /// Run only these steps
        #[arg(long, value_name = "STEP", value_enum)]
        only: Vec<ci::Step>,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let root = cli.root.unwrap_or_else(files::root);
    let result = match cli.command {
        Command::Gen { targets, check } => {
            let mode = if check { Mode::Check } else { Mode::Write };
            generate::run(&root, &targets, mode)
        }
        Command::Diff { rev, json } => {
            let format = if json {
                diff::Format::Json
            } else {
                diff::Format::Text
            };
            diff::run(&root, rev.as_deref(), format)
        }
        Command::Release { version } => release::run(&root, &version).map(|()| true),
        Command::Picture => picture::run(&root).map(|()| true),
        Command::Soak {
            seconds,
            connections,
            seed,
        } => soak::run(
            &root,
            soak::Options {
                seconds,
                connections,
                seed,
            },
        ),
        Command::Package {
            only,
            target,
            profile,
            no_install,
        } => package::run(
            &root,
            &package::Options {
                only,
                target,
                profile,
                no_install,
            },
        ),
        Command::Site { base, serve } => site::run(&root, &site::Options { base, serve }),
        Command::Ci { only } => ci::run(&root, &only),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
