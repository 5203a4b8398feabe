//! Response bodies of the task operations.

use hwtasks_api::dcs::{DcsTaskList, DcsTaskListV1};
use hwtasks_api::{Capacity, TaskCount};
use serde_json::Value;

use crate::operation::Operation;
use crate::pending_task::ReadContext;
use crate::quirks::Quirks;
use crate::store::Page;
use crate::task::{self, Task};

/// Serializes a page of a list operation.
pub(crate) fn list(
    operation: Operation,
    page: &Page<'_>,
    context: ReadContext,
    quirks: Quirks,
) -> Result<Vec<u8>, serde_json::Error> {
    match operation {
        Operation::ListDcsTasksV1 => dcs_v1(page, context, quirks),
        Operation::ListDcsTasks if quirks.changes_dcs_tasks() => odd_dcs(page, context, quirks),
        _ => plain(page.total, page.tasks(), context, quirks),
    }
}

/// Serializes the response of `ShowKafkaTask`: a list with the one task.
pub(crate) fn show(
    task: &Task,
    context: ReadContext,
    quirks: Quirks,
) -> Result<Vec<u8>, serde_json::Error> {
    plain(1, std::iter::once(task), context, quirks)
}

impl Quirks {
    fn changes_dcs_tasks(self) -> bool {
        self.numeric_capacities || self.state_beside_tasks || self.misspelt_key || self.null_details
    }

    fn count(self, total: usize) -> TaskCount {
        if self.numeric_count {
            TaskCount::from(total as u64)
        } else {
            TaskCount::from(total.to_string())
        }
    }
}

/// Serializes `{"task_count":…,"tasks":[…]}` from the stored JSON of each task.
fn plain<'a>(
    total: usize,
    tasks: impl Iterator<Item = &'a Task> + Clone,
    context: ReadContext,
    quirks: Quirks,
) -> Result<Vec<u8>, serde_json::Error> {
    let size: usize = tasks.clone().map(Task::size_estimate).sum();
    let mut out = Vec::with_capacity(64 + size);
    out.extend_from_slice(b"{\"task_count\":");
    serde_json::to_writer(&mut out, &quirks.count(total))?;
    out.extend_from_slice(b",\"tasks\":[");
    for (i, task) in tasks.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        task.write(&mut out, context);
    }
    out.extend_from_slice(b"]}");
    Ok(out)
}

fn dcs_v1(
    page: &Page<'_>,
    context: ReadContext,
    quirks: Quirks,
) -> Result<Vec<u8>, serde_json::Error> {
    let tasks = page.tasks().map(|task| {
        let mut task = task.to_dcs_v1(context)?;
        if quirks.blank_v1 {
            task::blank(&mut task);
        }
        Ok(task)
    });
    let mut list = DcsTaskListV1::new(tasks.collect::<Result<_, serde_json::Error>>()?);
    list.task_count = Some(quirks.count(page.total));
    serde_json::to_vec(&list)
}

fn odd_dcs(
    page: &Page<'_>,
    context: ReadContext,
    quirks: Quirks,
) -> Result<Vec<u8>, serde_json::Error> {
    let tasks = page.tasks().map(|task| task.to_dcs(context));
    let mut list = DcsTaskList::new(tasks.collect::<Result<_, _>>()?);
    list.task_count = Some(quirks.count(page.total));
    if quirks.state_beside_tasks {
        if let Some(first) = list.tasks.first() {
            list.status = first.status.clone();
            list.created_at = first.created_at.clone();
            list.updated_at = first.updated_at.clone();
        }
        for task in &mut list.tasks {
            (task.status, task.created_at, task.updated_at) = (None, None, None);
        }
    }
    if quirks.numeric_capacities {
        let numeric = |capacity: &mut Option<Capacity>| {
            if let Some(gigabytes) = capacity.as_ref().and_then(Capacity::gigabytes) {
                *capacity = Some(Capacity::from_gigabytes(gigabytes));
            }
        };
        for details in list
            .tasks
            .iter_mut()
            .filter_map(|task| task.details.as_mut())
        {
            numeric(&mut details.old_capacity);
            numeric(&mut details.new_capacity);
        }
    }
    let mut json = serde_json::to_value(&list)?;
    // The types cannot express a misspelt key or an explicit null.
    for task in json["tasks"].as_array_mut().into_iter().flatten() {
        let details = task.get_mut("details").and_then(Value::as_object_mut);
        if quirks.misspelt_key
            && let Some(details) = details
            && let Some(mode) = details.remove("new_cache_mode")
        {
            details.insert("new_cahce_mode".to_owned(), mode);
        }
        if quirks.null_details {
            task["details"] = Value::Null;
        }
    }
    serde_json::to_vec(&json)
}
