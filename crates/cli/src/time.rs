//! Times and durations of flags, and how they are shown.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
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
}

/// Parses `2h`, `3d`, RFC 3339, or a date with or without a time of day.
pub(crate) fn time_arg(text: &str) -> Result<TimeArg, String> {
    let text = text.trim();
    // The other parsers ignore a zone in brackets.
    if text.contains('[') {
        let zoned: Result<Zoned, _> = text.parse();
        return zoned
            .map(|zoned| TimeArg::At(zoned.timestamp()))
            .map_err(|_| {
                "give a time in a zone that is known, and an offset only if it is that zone's: \
                 2020-05-15T03:19:51[Asia/Shanghai]"
                    .to_owned()
            });
    }
    if let Ok(time) = text.parse() {
        return Ok(TimeArg::At(time));
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
        "give how long ago (90m, 2h, 3d, 1w), a time with its zone (2020-05-15T03:19:51Z, \
         2020-05-15T11:19:51+08:00), or a local time (2020-05-15, \"2020-05-15 11:19\"; UTC with \
         --utc)"
            .to_owned(),
    )
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
    /// The timestamp; `flag` is named in errors.
    pub(crate) fn resolve(
        &self,
        flag: &str,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Timestamp, CliError> {
        let resolved = match self {
            Self::Ago(duration) => now.checked_sub(*duration),
            Self::At(time) => Ok(*time),
            Self::Civil(civil) => zone.to_timestamp(*civil),
        };
        resolved.map_err(|_| {
            CliError::bad_input(format!("{flag} is out of range"))
                .with_help("give a time from the year -9999 to 9999-12-30")
        })
    }
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
mod tests {
    use super::*;

    const NOW: &str = "2026-01-02T03:04:05Z";

    fn resolved(text: &str, zone: &str) -> String {
        let zone = TimeZone::posix(zone).unwrap();
        let arg = time_arg(text).unwrap();
        arg.resolve("--since", NOW.parse().unwrap(), &zone)
            .unwrap()
            .to_string()
    }

    #[test]
    fn time_arg_of_duration_is_that_long_ago() {
        assert_eq!(resolved("2h", "UTC0"), "2026-01-02T01:04:05Z");
        assert_eq!(resolved("3d", "UTC0"), "2025-12-30T03:04:05Z");
        assert_eq!(resolved("1h 30m", "UTC0"), "2026-01-02T01:34:05Z");
        assert_eq!(resolved("2 hours ago", "UTC0"), "2026-01-02T01:04:05Z");
        assert_eq!(resolved("PT2H", "UTC0"), "2026-01-02T01:04:05Z");
    }

    #[test]
    fn time_arg_without_zone_is_local() {
        let zone = "CST-8";
        assert_eq!(
            resolved("2020-05-15T03:19:51Z", zone),
            "2020-05-15T03:19:51Z"
        );
        assert_eq!(
            resolved("2020-05-15T03:19:51+02:00", zone),
            "2020-05-15T01:19:51Z"
        );
        assert_eq!(
            resolved("2020-05-15T11:19:51", zone),
            "2020-05-15T03:19:51Z"
        );
        assert_eq!(resolved("2020-05-15 11:19", zone), "2020-05-15T03:19:00Z");
        assert_eq!(resolved("2020-05-15", zone), "2020-05-14T16:00:00Z");
        assert_eq!(resolved("2020-05-15", "UTC0"), "2020-05-15T00:00:00Z");
        for text in [
            "2020-05-15T11:19:51[Asia/Shanghai]",
            "2020-05-15T11:19:51+08:00[Asia/Shanghai]",
            "2020-05-15 03:19:51[UTC]",
        ] {
            assert_eq!(resolved(text, "EST5"), "2020-05-15T03:19:51Z", "{text}");
        }
    }

    #[test]
    fn time_arg_of_other_text_is_an_error() {
        for text in [
            "",
            "yesterday-ish",
            "-2h",
            "3 months",
            "2020-13-01",
            "25:00",
            "1e9",
            "五",
            "2020-05-15T11:19:51[Nowhere/Land]",
            "2020-05-15T11:19:51+02:00[Asia/Shanghai]",
            "2h[UTC]",
        ] {
            assert!(time_arg(text).is_err(), "{text}");
        }
    }

    #[test]
    fn duration_is_positive_with_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        for text in ["", "0s", "-1s", "5", "1 month", "99999999999d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shown_duration_has_two_units() {
        let shown = |millis| shown(SignedDuration::from_millis(millis));
        assert_eq!(shown(870), "870ms");
        assert_eq!(shown(-192_000), "-3m 12s");
        assert_eq!(shown(4_211), "4.2s");
        assert_eq!(shown(59_999), "59s");
        assert_eq!(shown(192_000), "3m 12s");
        assert_eq!(shown(7_500_000), "2h 5m");
        assert_eq!(shown(6 * 86_400_000 + 3 * 3_600_000), "6d 3h");
    }

    #[test]
    fn offset_of_utc_is_its_name() {
        let at = NOW.parse().unwrap();
        assert_eq!(offset(&TimeZone::UTC, at), "UTC");
        assert_eq!(offset(&TimeZone::posix("CST-8").unwrap(), at), "UTC+08:00");
        assert_eq!(
            local(&TimeZone::posix("CST-8").unwrap(), at),
            "2026-01-02 11:04:05"
        );
    }
}
