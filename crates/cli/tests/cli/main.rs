//! The program, as people and pipelines run it.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod completion;
mod configure;
mod doctor;
mod dry_run;
mod emulator;
mod faults;
mod filters;
mod fleet;
mod formats;
mod help;
mod interrupted;
mod mistakes;
mod operators;
mod programs;
#[cfg(unix)]
mod prompt;
#[cfg(unix)]
mod pty;
mod query;
mod run;
#[cfg(unix)]
mod screen;
mod streams;
mod sweep;
#[cfg(unix)]
mod tables;
#[cfg(unix)]
mod terminal;
mod wait;
mod watch;
