//! Parameters of a call: checked IDs, numbers and time bounds.

use std::fmt::Display;
use std::ops::RangeInclusive;

use hwtasks_api::CompactTime;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::error::Error;

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Checks that an ID can be one segment of a path.
pub(crate) fn check_path_segment(what: &str, id: &str) -> Result<(), Error> {
    let why = match id {
        "" => "is empty",
        "." | ".." => "would name another path",
        _ if id.chars().any(char::is_control) => "holds a control character",
        _ => return Ok(()),
    };
    Err(Error::invalid_input(format!("the {what} {id:?} {why}")))
}

/// A text with everything percent-encoded that is reserved in a path or a query.
pub(crate) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// A bound of a time window, whose conversion is reported when the call is made.
#[derive(Clone, Debug)]
pub(crate) enum TimeBound {
    At(CompactTime),
    /// The message says why there is no time.
    Invalid(String),
}

impl TimeBound {
    /// The whole second at or before: no task at the lower edge is lost.
    pub(crate) fn lower<T>(time: T) -> Self
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        Self::read("since", time, CompactTime::floor)
    }

    /// The whole second at or after: no task at the upper edge is lost.
    pub(crate) fn upper<T>(time: T) -> Self
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        Self::read("until", time, CompactTime::ceil)
    }

    fn read<T>(
        what: &str,
        time: T,
        round: impl Fn(jiff::Timestamp) -> Result<CompactTime, hwtasks_api::TimeError>,
    ) -> Self
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        let time = time.try_into().map_err(|error| error.to_string());
        let rounded = time.and_then(|time| round(time).map_err(|error| error.to_string()));
        rounded.map_or_else(|why| Self::Invalid(format!("{what}: {why}")), Self::At)
    }

    pub(crate) fn get(&self) -> Result<CompactTime, Error> {
        match self {
            Self::At(time) => Ok(*time),
            Self::Invalid(why) => Err(Error::invalid_input(why.clone())),
        }
    }
}

/// Checks that a number fits the format of its parameter; narrower ranges are the service's.
pub(crate) fn check_range(what: &str, value: u64, range: RangeInclusive<u64>) -> Result<(), Error> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(Error::invalid_input(format!(
        "the {what} is {value}, and must be {least} to {most}"
    )))
}
