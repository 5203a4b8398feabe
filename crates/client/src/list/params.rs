//! Parameters of a call: checked IDs, numbers and time bounds.

use std::fmt::Display;
use std::ops::RangeInclusive;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::error::Error;
use hwtasks_api::CompactTime;

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An ID as one segment of a path.
///
/// The generated code leaves some characters as they are, a backslash among them, which a URL takes
/// for a slash. So the ID is encoded here in full, the generated code encodes each `%` of that
/// again, and [`restore_encoding`] undoes the second encoding where the request is sent.
pub(crate) fn path_segment(what: &str, id: &str) -> Result<String, Error> {
    let why = match id {
        "" => "is empty",
        "." | ".." => "would name another path",
        _ if id.chars().any(char::is_control) => "holds a control character",
        _ => return Ok(utf8_percent_encode(id, RESERVED).to_string()),
    };
    Err(Error::invalid_input(format!("the {what} {id:?} {why}")))
}

/// Undoes the second encoding of [`path_segment`]; a base URL has no `%` of its own.
pub(crate) fn restore_encoding(url: &mut Url) {
    if url.path().contains("%25") {
        let path = url.path().replace("%25", "%");
        url.set_path(&path);
    }
}

/// A bound of a time window, whose conversion is reported when the call is made.
#[derive(Clone, Debug, Default)]
pub(crate) enum TimeBound {
    #[default]
    Unbounded,
    At(CompactTime),
    Invalid(String),
}

impl TimeBound {
    /// The whole second at or before: no task at the lower edge is lost.
    pub(crate) fn lower<T>(time: T) -> Self
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        Self::read(time, CompactTime::floor)
    }

    /// The whole second at or after: no task at the upper edge is lost.
    pub(crate) fn upper<T>(time: T) -> Self
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        Self::read(time, CompactTime::ceil)
    }

    fn read<T>(
        time: T,
        round: impl Fn(jiff::Timestamp) -> Result<CompactTime, hwtasks_api::TimeError>,
    ) -> Self
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        match time.try_into() {
            Ok(time) => round(time).map_or_else(|e| Self::Invalid(e.to_string()), Self::At),
            Err(error) => Self::Invalid(error.to_string()),
        }
    }

    pub(crate) fn get(&self, what: &str) -> Result<Option<CompactTime>, Error> {
        match self {
            Self::Unbounded => Ok(None),
            Self::At(time) => Ok(Some(*time)),
            Self::Invalid(why) => Err(Error::invalid_input(format!("{what}: {why}"))),
        }
    }
}

/// A number in the range of the document's 32-bit integers; narrower ranges are the service's.
pub(crate) fn check_range(
    what: &str,
    value: u32,
    range: RangeInclusive<u32>,
) -> Result<u32, Error> {
    if range.contains(&value) {
        return Ok(value);
    }
    let (least, most) = range.into_inner();
    Err(Error::invalid_input(format!(
        "the {what} is {value}, and must be {least} to {most}"
    )))
}
