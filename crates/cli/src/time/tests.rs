//! Tests of times and durations.

use super::*;

const NOW: &str = "2026-01-02T03:04:05Z";

fn resolved(text: &str, zone: &str) -> String {
    let zone = TimeZone::posix(zone).unwrap();
    let arg = time_arg(text).unwrap();
    arg.resolve(Bound::Since, NOW.parse().unwrap(), &zone)
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
fn time_arg_of_day_is_that_of_the_local_clock() {
    // NOW is 11:04:05 in CST-8, and 22:04:05 of the day before in EST5.
    for (text, zone, at) in [
        ("now", "CST-8", NOW),
        ("today", "CST-8", "2026-01-01T16:00:00Z"),
        ("Yesterday", "CST-8", "2025-12-31T16:00:00Z"),
        ("yesterday 22:00", "CST-8", "2026-01-01T14:00:00Z"),
        ("yesterday", "EST5", "2025-12-31T05:00:00Z"),
        ("02:00", "CST-8", "2026-01-01T18:00:00Z"),
        ("11:04:05", "CST-8", "2026-01-02T03:04:05Z"),
        ("11:05", "CST-8", "2026-01-01T03:05:00Z"),
        ("23:00", "EST5", "2026-01-01T04:00:00Z"),
    ] {
        assert_eq!(resolved(text, zone), at, "{text} {zone}");
    }
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
fn local_time_of_a_clock_change_gives_the_widest_window() {
    let utc = TimeZone::UTC;
    let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
    let new_york = "EST5EDT,M3.2.0,M11.1.0";
    for (zone, text, since, until) in [
        // Twice: 02:30 of summer time, and 02:30 of winter time.
        (
            berlin,
            "2026-10-25T02:30",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
        ),
        (
            berlin,
            "2026-10-25T02:00",
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
        ),
        (
            berlin,
            "2026-10-25T03:00",
            "2026-10-25T02:00:00Z",
            "2026-10-25T02:00:00Z",
        ),
        (
            new_york,
            "2026-11-01T01:30",
            "2026-11-01T05:30:00Z",
            "2026-11-01T06:30:00Z",
        ),
        // Never: the clock goes from 02:00 to 03:00.
        (
            berlin,
            "2026-03-29T02:30",
            "2026-03-29T00:30:00Z",
            "2026-03-29T01:30:00Z",
        ),
        (
            berlin,
            "2026-03-29T03:00",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:00:00Z",
        ),
        (
            new_york,
            "2026-03-08T02:30",
            "2026-03-08T06:30:00Z",
            "2026-03-08T07:30:00Z",
        ),
    ] {
        let zone = TimeZone::posix(zone).unwrap();
        let arg = time_arg(text).unwrap();
        let resolved = |bound| {
            let at = arg.resolve(bound, NOW.parse().unwrap(), &zone);
            at.unwrap().to_string()
        };
        let found = (resolved(Bound::Since), resolved(Bound::Until));
        assert_eq!(found, (since.to_owned(), until.to_owned()), "{text}");
    }
    let arg = time_arg("2026-10-25T02:30[Europe/Berlin]").unwrap();
    let resolved = |bound| arg.resolve(bound, NOW.parse().unwrap(), &utc).unwrap();
    let twice = resolved(Bound::Until).duration_since(resolved(Bound::Since));
    assert_eq!(twice, SignedDuration::from_hours(1));
    let arg = time_arg("2026-10-25T02:30+01:00[Europe/Berlin]").unwrap();
    assert_eq!(arg.ambiguity(NOW.parse().unwrap(), &utc), None);
}

#[test]
fn time_arg_of_other_text_is_an_error() {
    for text in [
        "",
        "yesterday-ish",
        "yesterday noon",
        "now 02:00",
        "24:60",
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
