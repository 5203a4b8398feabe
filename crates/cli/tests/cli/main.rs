//! The program, as people and pipelines run it.

mod bad_input;
mod formats;
mod run;
