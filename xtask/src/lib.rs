//! Everything that turns the annotated types into committed files, and keeps them fresh.
//!
//! The library is what the `cargo xtask` commands and the tests share: one generator, one check.

pub mod ci;
pub mod compare;
pub mod diff;
mod emulator;
pub mod files;
pub mod generate;
pub mod go;
pub mod ir;
pub mod java;
pub mod languages;
pub mod lower;
pub mod naming;
pub mod package;
pub mod picture;
pub mod python;
pub mod quirks;
pub mod regions;
pub mod release;
pub mod render;
pub mod run;
pub mod rust;
pub mod site;
pub mod soak;
pub mod spec;
pub mod tools;
pub mod typescript;
