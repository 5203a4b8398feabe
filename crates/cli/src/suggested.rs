//! Parsers of values of which completion knows some; others are accepted too.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};
use hwtasks::{TaskName, TaskStatus, known_regions};

/// Parses text with a function; completion offers the known values.
#[derive(Clone)]
pub(crate) struct Suggested {
    parse: fn(&str) -> Result<String, String>,
    known: fn() -> Vec<&'static str>,
}

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        self.parse.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.known)().into_iter().map(PossibleValue::new)))
    }
}

/// A region.
pub(crate) fn region() -> Suggested {
    Suggested {
        parse: |text| Ok(text.to_owned()),
        known: || known_regions().collect(),
    }
}

/// A state of a task.
pub(crate) fn status() -> Suggested {
    Suggested {
        parse: |text| match text.trim() {
            "" => Err("give a state, such as FAILED".to_owned()),
            text => Ok(text.to_owned()),
        },
        known: || TaskStatus::KNOWN.iter().map(|(known, _)| *known).collect(),
    }
}

/// The name of a task.
pub(crate) fn task_name() -> Suggested {
    Suggested {
        parse: |text| match text {
            "" => Err("give the name of a task, such as EXTEND".to_owned()),
            text => Ok(text.to_owned()),
        },
        known: || TaskName::KNOWN.iter().map(|(known, _)| *known).collect(),
    }
}
