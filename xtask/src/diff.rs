//! x
use anyhow::Result;
/// r
pub fn run(_: Option<&str>) -> Result<bool> {
    Ok(true)
}
