//! Commands that run at the events of a watch.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use clap::ValueEnum;
use hwtasks::TaskStatus;

use crate::fleet::poller::{Change, ChangeKind};
use crate::hook::{self, Hook};
use crate::task::TaskRow;
use crate::terminal::Verbosity;

/// An event of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Event {
    /// A task has started
    Started,
    /// A running task has changed
    Changed,
    /// A task has ended, successfully or not
    Ended,
    /// A task has failed
    Failed,
}

impl Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Changed => "changed",
            Self::Ended => "ended",
            Self::Failed => "failed",
        }
    }

    fn is(self, change: &Change) -> bool {
        match self {
            Self::Started => change.kind == ChangeKind::Started,
            Self::Changed => change.kind == ChangeKind::Changed,
            Self::Ended => change.kind == ChangeKind::Ended,
            Self::Failed => {
                change.kind == ChangeKind::Ended && change.task.is_in(&TaskStatus::Failed)
            }
        }
    }
}

/// Runs a command at each event, one at a time, on another thread.
pub(super) struct Events {
    on: Vec<Event>,
    queue: Option<Sender<(Event, TaskRow)>>,
    /// Whether a command has run, and so may have printed something.
    disturbed: Arc<AtomicBool>,
}

impl Events {
    pub(super) fn new(on: &[Event], command: &[OsString]) -> Self {
        let disturbed = Arc::new(AtomicBool::new(false));
        let queue = Hook::new(command).map(|hook| {
            let (queue, events) = channel::<(Event, TaskRow)>();
            let disturbed = Arc::clone(&disturbed);
            thread::spawn(move || {
                for (event, task) in events {
                    let mut variables = hook::of_task(&task);
                    variables.push(("HWTASKS_EVENT", event.as_str().to_owned()));
                    if let Err(failure) = hook.run_here(variables, &task.json) {
                        failure.report(Verbosity::default());
                    }
                    disturbed.store(true, Ordering::Relaxed);
                }
            });
            queue
        });
        Self {
            on: on.to_vec(),
            queue,
            disturbed,
        }
    }

    /// Queues the command for each change that is an event.
    pub(super) fn send(&mut self, changes: Vec<Change>) {
        let Some(queue) = &self.queue else {
            return;
        };
        for change in changes {
            let event = self.on.iter().find(|event| event.is(&change));
            if let Some(event) = event {
                // The thread ends only with this queue.
                let _ = queue.send((*event, change.task));
            }
        }
    }

    /// Whether a command has run since the last call.
    pub(super) fn have_disturbed(&self) -> bool {
        self.disturbed.swap(false, Ordering::Relaxed)
    }
}
