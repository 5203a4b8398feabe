//! The uniqueness of IDs in a data file.

use std::collections::HashMap;

use super::Data;

/// An ID that is empty or not unique.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadId {
    /// The JSON path of the instance or task.
    pub(super) path: String,
    pub(super) problem: String,
}

impl Data {
    /// Finds the first ID that is empty, or used twice among the instances of a service or the tasks of an instance.
    pub(super) fn check_ids(&self) -> Result<(), BadId> {
        let ids = self.dcs.iter().map(|instance| Some(&*instance.instance_id));
        check("$.dcs", "instance", ids)?;
        let ids = self
            .kafka
            .iter()
            .map(|instance| Some(&*instance.instance_id));
        check("$.kafka", "instance", ids)?;
        for (i, instance) in self.dcs.iter().enumerate() {
            let ids = instance.tasks.iter().map(|task| task.id.as_deref());
            check(&format!("$.dcs[{i}].tasks"), "task", ids)?;
        }
        for (i, instance) in self.kafka.iter().enumerate() {
            let ids = instance.tasks.iter().map(|task| task.id.as_deref());
            check(&format!("$.kafka[{i}].tasks"), "task", ids)?;
        }
        Ok(())
    }
}

/// Checks the IDs of the list at `path`. A task without an ID is given one later.
fn check<'a>(
    path: &str,
    kind: &str,
    ids: impl Iterator<Item = Option<&'a str>>,
) -> Result<(), BadId> {
    let mut positions = HashMap::new();
    for (i, id) in ids.enumerate() {
        let Some(id) = id else { continue };
        let problem = if id.is_empty() {
            format!("the {kind} ID is empty")
        } else if let Some(first) = positions.insert(id, i) {
            format!("the {kind} ID {id:?} is already used at {path}[{first}]")
        } else {
            continue;
        };
        let path = format!("{path}[{i}]");
        return Err(BadId { path, problem });
    }
    Ok(())
}
