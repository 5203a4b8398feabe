//! Times and durations of flags, and how they are shown.

use std::time::Duration;

use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, Unit, Zoned};

use crate::error::CliError;

/// A time of a flag; its timestamp may depend on the current time and the time zone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TimeArg {
    /// This long ago.
    Ago(SignedDuration),
    At(Timestamp),
    /// A date or a time of day without a zone.
    Civil(DateTime),
    /// A date or a time of day in a zone, without its offset.
    CivilIn(DateTime, TimeZone),
    /// A time of day, so many days ago.
    Day(i32, Time),
    /// The last such time of day: of today, or of yesterday.
    TimeOfDay(Time),
}

/// The end of a time window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Since,
    Until,
}

impl Bound {
    /// The flag, as messages name it.
    pub(crate) fn flag(self) -> &'static str {
        match self {
            Self::Since => "--since",
            Self::Until => "--until",
        }
    }
}

/// Parses `2h`, `3d`, `now`, `yesterday`, `yesterday 22:00`, `02:00`, RFC 3339, or a date with or without
/// a time of day.
pub(crate) fn time_arg(text: &str) -> Result<TimeArg, String> {
    let text = text.trim();
    // The other parsers ignore a zone in brackets.
    if text.contains('[') {
        let zoned: Result<Zoned, _> = text.parse();
        return zoned
            .map(|zoned| match Pieces::parse(text) {
                // Without an offset, the clock may show the time twice, or never.
                Ok(pieces) if pieces.offset().is_none() => {
                    let time = pieces.time().unwrap_or_default();
                    TimeArg::CivilIn(pieces.date().to_datetime(time), zoned.time_zone().clone())
                }
                _ => TimeArg::At(zoned.timestamp()),
            })
            .map_err(|_| {
                "give a time in a zone that is known, and an offset only if it is that zone's: \
                 2020-05-15T03:19:51[Asia/Shanghai]"
                    .to_owned()
            });
    }
    if let Ok(time) = text.parse() {
        return Ok(TimeArg::At(time));
    }
    if let Some(day) = day(text) {
        return Ok(day);
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || c == 'P')
        && let Ok(ago) = span(text)
    {
        return Ok(TimeArg::Ago(ago.abs()));
    }
    if let Ok(civil) = text.parse() {
        return Ok(TimeArg::Civil(civil));
    }
    Err(
        "give how long ago (90m, 2h, 3d, 1w), now, today, yesterday, a time of day (02:00, \"yesterday \
         22:00\"), a time with its zone (2020-05-15T03:19:51Z, \
         2020-05-15T11:19:51+08:00), or a local time (2020-05-15, \"2020-05-15 11:19\"; UTC with \
         --utc)"
            .to_owned(),
    )
}

/// Parses `now`, `today`, `yesterday`, a time of day, or both.
fn day(text: &str) -> Option<TimeArg> {
    let text = text.to_lowercase();
    let clock = |text: &str| match text.contains(':') {
        true => text.trim().parse::<Time>().ok(),
        false => None,
    };
    if let Some(time) = clock(&text).filter(|_| !text.contains('-')) {
        return Some(TimeArg::TimeOfDay(time));
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
    let ago = match word {
        "now" if rest.is_empty() => return Some(TimeArg::Ago(SignedDuration::ZERO)),
        "today" => 0,
        "yesterday" => 1,
        _ => return None,
    };
    match rest.trim() {
        "" => Some(TimeArg::Day(ago, Time::midnight())),
        rest => clock(rest).map(|time| TimeArg::Day(ago, time)),
    }
}

fn span(text: &str) -> Result<SignedDuration, jiff::Error> {
    let span: Span = text.parse()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours())
}

/// Parses a positive duration: `30s`, `5m`, `1h 30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let read = span(text.trim())
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok());
    let bare = text.trim().parse::<f64>().is_ok();
    read.filter(|duration| !duration.is_zero())
        .ok_or_else(|| match bare {
            true => "give a number with its unit: 500ms, 30s, 5m, 1h30m".to_owned(),
            false => "give a duration longer than 0: 500ms, 30s, 5m, 1h30m".to_owned(),
        })
}

impl TimeArg {
    /// The timestamp.
    ///
    /// Where clocks change, a local time may occur twice or never. The window then holds both times, or
    /// begins or ends outside the gap, so that it loses no task.
    pub(crate) fn resolve(
        &self,
        bound: Bound,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Timestamp, CliError> {
        let resolved = match self {
            Self::Ago(duration) => now.checked_sub(*duration),
            Self::At(time) => Ok(*time),
            _ => match self.civil(now, zone) {
                Some((civil, zone)) => widest(civil, &zone, bound),
                None => return Err(out_of_range(bound)),
            },
        };
        resolved.map_err(|_| out_of_range(bound))
    }

    /// The local time and its zone, if the time is a local one.
    fn civil(&self, now: Timestamp, zone: &TimeZone) -> Option<(DateTime, TimeZone)> {
        let today = now.to_zoned(zone.clone()).date();
        let civil = match self {
            Self::Ago(_) | Self::At(_) => return None,
            Self::CivilIn(civil, zone) => return Some((*civil, zone.clone())),
            Self::Civil(civil) => *civil,
            Self::Day(ago, time) => {
                let day = today.checked_sub(Span::new().days(*ago)).ok()?;
                day.to_datetime(*time)
            }
            Self::TimeOfDay(time) => {
                let of_today = today.to_datetime(*time);
                match widest(of_today, zone, Bound::Since) {
                    Ok(at) if at <= now => of_today,
                    _ => today.yesterday().ok()?.to_datetime(*time),
                }
            }
        };
        Some((civil, zone.clone()))
    }

    /// Why the time needs an explanation: it has no zone, or its zone's clock changes then.
    pub(crate) fn ambiguity(&self, now: Timestamp, zone: &TimeZone) -> Option<&'static str> {
        let (civil, zone) = self.civil(now, zone)?;
        let otherwise = match self {
            Self::CivilIn(..) => None,
            _ => Some("has no time zone"),
        };
        match zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Fold { .. } => Some("occurs twice, because clocks go back"),
            AmbiguousOffset::Gap { .. } => Some("does not occur, because clocks go forward"),
            AmbiguousOffset::Unambiguous { .. } => otherwise,
        }
    }
}

/// The time of a clock; of two, or beside a gap, the one that makes the window larger.
fn widest(civil: DateTime, zone: &TimeZone, bound: Bound) -> Result<Timestamp, jiff::Error> {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    match bound {
        Bound::Since => ambiguous.earlier(),
        Bound::Until => ambiguous.later(),
    }
}

fn out_of_range(bound: Bound) -> CliError {
    CliError::bad_input(format!("{} is out of range", bound.flag()))
        .with_help("give a time from the year -9999 to 9999-12-30")
}

/// The zone in which times are shown and read.
pub(crate) fn zone(utc: bool) -> TimeZone {
    match utc {
        true => TimeZone::UTC,
        false => TimeZone::system(),
    }
}

/// The offset of a zone: `UTC`, or `UTC+08:00`.
pub(crate) fn offset(zone: &TimeZone, at: Timestamp) -> String {
    let offset = zone.to_offset(at);
    match offset.is_zero() {
        true => "UTC".to_owned(),
        false => at.to_zoned(zone.clone()).strftime("UTC%:z").to_string(),
    }
}

/// A time with seconds, without its zone.
pub(crate) fn local(zone: &TimeZone, at: Timestamp) -> String {
    let shown = at.to_zoned(zone.clone());
    shown.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A time to the minute, without its zone.
pub(crate) fn local_minute(zone: &TimeZone, at: Timestamp) -> String {
    let shown = at.to_zoned(zone.clone());
    shown.strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time to the minute, without its year and its zone.
pub(crate) fn local_without_year(zone: &TimeZone, at: Timestamp) -> String {
    at.to_zoned(zone.clone())
        .strftime("%m-%d %H:%M")
        .to_string()
}

/// A duration by its two largest units: `870ms`, `4.2s`, `3m 12s`, `2h 5m`, `6d 3h`; `-3m 12s` when
/// its end is before its start.
pub(crate) fn shown(duration: SignedDuration) -> String {
    if duration.is_negative() {
        return format!("-{}", shown(duration.abs()));
    }
    let millis = duration.as_millis();
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{millis}ms"),
        1..10 => format!("{}.{}s", seconds, (millis % 1000) / 100),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {}h", seconds / 86400, seconds % 86400 / 3600),
    }
}

/// The time to the second, as messages show it.
pub(crate) fn rounded(at: Timestamp) -> Timestamp {
    at.round(Unit::Second).unwrap_or(at)
}

#[cfg(test)]
mod tests;
