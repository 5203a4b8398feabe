//! Strict parsing of query parameters, by name and type as documented.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use hwtasks_api::CompactTime;

use crate::operation::Operation;

/// The requested page and time window.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListQuery {
    pub(crate) skip: u64,
    pub(crate) limit: u64,
    /// Both bounds in milliseconds since 1970 UTC, inclusive.
    pub(crate) window: RangeInclusive<i64>,
}

/// An undocumented parameter or an invalid value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadParameter {
    pub(crate) name: String,
    pub(crate) problem: String,
}

/// The query parameters of a list operation.
struct Dialect {
    /// The position parameter and the position of the first task.
    first: (&'static str, u64),
    max_limit: u64,
    begin: &'static str,
    end: &'static str,
}

pub(crate) const DEFAULT_LIMIT: u64 = 10;

impl Dialect {
    fn of(operation: Operation) -> Option<Self> {
        match operation {
            Operation::ListDcsTasksV1 => Some(Self {
                first: ("start", 1),
                max_limit: u64::MAX,
                begin: "beginTime",
                end: "endTime",
            }),
            Operation::ListDcsTasks => Some(Self {
                first: ("offset", 0),
                max_limit: 1000,
                begin: "start_time",
                end: "end_time",
            }),
            Operation::ListKafkaTasks => Some(Self {
                first: ("start", 1),
                max_limit: 100,
                begin: "begin_time",
                end: "end_time",
            }),
            // `instances` parses the queries of the instance lists.
            Operation::ShowKafkaTask
            | Operation::ListDcsInstances
            | Operation::ListDmsInstances => None,
        }
    }
}

pub(crate) fn bad(name: &str, problem: impl Into<String>) -> BadParameter {
    let shown: String = name.chars().take(64).collect();
    BadParameter {
        name: shown,
        problem: problem.into(),
    }
}

/// Parses the query of an operation. With `lenient`, unknown and repeated names are accepted.
pub(crate) fn parse(
    operation: Operation,
    query: &str,
    lenient: bool,
) -> Result<ListQuery, BadParameter> {
    let mut parsed = ListQuery {
        skip: 0,
        limit: DEFAULT_LIMIT,
        window: i64::MIN..=i64::MAX,
    };
    let Some(dialect) = Dialect::of(operation) else {
        if let (false, Some((name, _))) = (lenient, form_urlencoded::parse(query.as_bytes()).next())
        {
            return Err(bad(&name, "this operation has no query parameters"));
        }
        return Ok(parsed);
    };
    let (first_name, first_number) = dialect.first;
    let known = [first_name, "limit", dialect.begin, dialect.end];
    let [first, limit, begin, end] = parameters(known, query, lenient)?;
    if let Some(value) = first {
        parsed.skip = number(first_name, &value, first_number..=u64::MAX)? - first_number;
    }
    if let Some(value) = limit {
        parsed.limit = number("limit", &value, 1..=dialect.max_limit)?;
    }
    let begin = begin.map(|value| time(dialect.begin, &value)).transpose()?;
    let end = end.map(|value| time(dialect.end, &value)).transpose()?;
    // The upper bound has whole seconds and includes all milliseconds of its second.
    let end = end.map_or(i64::MAX, |second| second.saturating_add(999));
    parsed.window = begin.unwrap_or(i64::MIN)..=end;
    Ok(parsed)
}

/// The values of the known parameters. With `lenient`, unknown names are ignored, and the last of repeated ones counts.
pub(crate) fn parameters<'q, const N: usize>(
    known: [&str; N],
    query: &'q str,
    lenient: bool,
) -> Result<[Option<Cow<'q, str>>; N], BadParameter> {
    let mut seen = [const { None }; N];
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let at = known.iter().position(|known| *known == name);
        match at.and_then(|at| seen.get_mut(at)) {
            Some(Some(_)) if !lenient => return Err(bad(&name, "it must be given once")),
            Some(slot) => *slot = Some(value),
            None if lenient => {}
            None => {
                let problem = format!("unknown parameter; expected {}", known.join(", "));
                return Err(bad(&name, problem));
            }
        }
    }
    Ok(seen)
}

/// Parses digits of any length. A number above `u64::MAX` is past every page and saturates.
pub(crate) fn number(
    name: &str,
    value: &str,
    range: RangeInclusive<u64>,
) -> Result<u64, BadParameter> {
    let (min, max) = (range.start(), range.end());
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let number = if digits {
        value.parse().unwrap_or(u64::MAX)
    } else {
        return Err(bad(name, "it must be a whole number"));
    };
    match range.contains(&number) {
        true => Ok(number),
        false if *max == u64::MAX => Err(bad(name, format!("it must be {min} or more"))),
        false => Err(bad(name, format!("it must be from {min} to {max}"))),
    }
}

/// Parses a compact time into milliseconds since 1970 UTC.
fn time(name: &str, value: &str) -> Result<i64, BadParameter> {
    let parsed = value.parse::<CompactTime>();
    let time = parsed.map_err(|_| bad(name, "it must be a UTC time of the form yyyyMMddHHmmss"))?;
    Ok(time.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operation::{ListDcsTasks, ListDcsTasksV1, ListKafkaTasks, ShowKafkaTask};

    fn strict(operation: Operation, query: &str) -> Result<(u64, u64), String> {
        parse(operation, query, false)
            .map(|q| (q.skip, q.limit))
            .map_err(|e| format!("{}: {}", e.name, e.problem))
    }

    #[test]
    fn parse_reads_three_paging_dialects() {
        assert_eq!(strict(ListDcsTasksV1, ""), Ok((0, 10)));
        assert_eq!(strict(ListDcsTasksV1, "start=3&limit=5000"), Ok((2, 5000)));
        assert_eq!(strict(ListDcsTasks, "offset=3&limit=1000"), Ok((3, 1000)));
        assert_eq!(strict(ListKafkaTasks, "start=1&limit=100"), Ok((0, 100)));
        assert_eq!(
            strict(ListKafkaTasks, "start=99999999999999999999999"),
            Ok((u64::MAX - 1, 10))
        );
    }

    #[test]
    fn parse_invalid_parameter_names_it() {
        let rejects = |operation, query: &str, words: &str| {
            let error = strict(operation, query).unwrap_err();
            assert!(error.starts_with(words), "{query}: {error}");
        };
        rejects(
            ListDcsTasks,
            "offset=-1",
            "offset: it must be a whole number",
        );
        rejects(
            ListDcsTasks,
            "limit=1001",
            "limit: it must be from 1 to 1000",
        );
        rejects(
            ListKafkaTasks,
            "limit=101",
            "limit: it must be from 1 to 100",
        );
        rejects(ListKafkaTasks, "limit=", "limit: it must be a whole number");
        rejects(ListKafkaTasks, "start=0", "start: it must be 1 or more");
        rejects(
            ListKafkaTasks,
            "offset=0",
            "offset: unknown parameter; expected start, limit",
        );
        rejects(
            ListDcsTasks,
            "begin_time=20200101000000",
            "begin_time: unknown parameter",
        );
        rejects(
            ListDcsTasks,
            "start_time=2020-01-01",
            "start_time: it must be a UTC time",
        );
        rejects(
            ListDcsTasks,
            "end_time=20200230000000",
            "end_time: it must be a UTC time",
        );
        rejects(
            ListDcsTasks,
            "limit=1&limit=2",
            "limit: it must be given once",
        );
        rejects(
            ShowKafkaTask,
            "a=1",
            "a: this operation has no query parameters",
        );
    }

    #[test]
    fn parse_lenient_ignores_names_but_not_types() {
        let query = parse(ListDcsTasks, "begin_time=x&limit=1&limit=2", true).unwrap();
        assert_eq!(query.limit, 2);
        assert!(parse(ListDcsTasks, "limit=x", true).is_err());
        assert!(parse(ShowKafkaTask, "a=1", true).is_ok());
    }

    #[test]
    fn parse_upper_bound_includes_its_second() {
        let query = "start_time=20200617081806&end_time=20200617081806";
        let query = parse(ListDcsTasks, query, false).unwrap();
        assert_eq!(query.window, 1_592_381_886_000..=1_592_381_886_999);
    }
}
