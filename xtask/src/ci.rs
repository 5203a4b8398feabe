//! x
use anyhow::Result;
/// s
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Step {
    /// f
    Fmt,
}
/// r
pub fn run(_: &[Step]) -> Result<bool> {
    Ok(true)
}
