//! Generated inputs that every client decodes, and the comparison of the outcomes.
//!
//! An input is a line `{"kind": ..., "json": ...}`: a scalar of `tests/conformance/README.md`, or a body
//! of the operation or the error that `kind` names. A language prints a line for each, in order:
//! `{"value": ..., "written": ...}` as the corpus writes a scalar (`written` is absent for none), `{"value":
//! ...}` with the normal form of a body, or `{"refused": true}`.

use hwtasks_api::ErrorResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::normal;
use crate::scalar::Kind;

/// A text that every language decodes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Input {
    /// A kind of scalar, the ID of an operation, or `error`.
    pub kind: String,
    /// The JSON text, of the scalar or of the whole body.
    pub json: String,
}

/// A generator of pseudorandom numbers (SplitMix64), the same for one seed on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const TIMES: &[&str] = &[
    "2020-06-17T07:38:42.503Z",
    "2020-06-17T15:38:42+08:00",
    "1969-12-31t23:59:60.9995z",
    "2000-02-29 00:00:00-23:59",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "2021-02-30T24:60:61+24:60",
];
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "4",
    "0004",
    "64.0",
    "-1",
    "1e3",
    "0.125",
    "1.5E-7",
    "6379",
    "1592379522503",
    "253402300799999",
    "9007199254740991",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e300",
];
const WORDS: &[&str] = &[
    "",
    " ",
    "true",
    "false",
    "True",
    "null",
    "NaN",
    "Infinity",
    "EXTEND",
    "DCS.4070",
    "8 GB",
    "\u{feff}4",
    "\u{a0}4",
    "4\u{1f}",
    "４",
    "用户 😀",
];
const ODD: &[&str] = &[
    "true",
    "false",
    "null",
    "[]",
    "[1,\"a\"]",
    "{}",
    "{\"a\":null}",
];
const BOOLEANS: &[&str] = &["true", "false", "\"true\"", "\"false\""];
const CHARACTERS: &[char] = &[
    '0', '1', '4', '9', '.', ',', '-', '+', 'e', 'E', ':', 'T', 't', 'Z', 'z', ' ', '\t', '_', 'x',
    '\u{2212}', '\n',
];

/// Returns the text of a scalar: one that clients meet, or one that differs from it by a character.
fn text(random: &mut Random) -> String {
    let pool = [TIMES, NUMBERS, WORDS][random.below(3)];
    let mut text: Vec<char> = random.pick(pool).chars().collect();
    for _ in 0..random.below(3) {
        let at = random.below(text.len() + 1);
        match random.below(3) {
            0 => text.insert(at, random.pick(CHARACTERS)),
            1 if at < text.len() => {
                text.remove(at);
            }
            _ if at < text.len() => text[at] = random.pick(CHARACTERS),
            _ => {}
        }
    }
    text.into_iter().collect()
}

fn scalar(random: &mut Random) -> String {
    let text = text(random);
    match random.below(8) {
        0 => random.pick(ODD).to_owned(),
        // A number, where the text is one.
        1..=3 if serde_json::from_str::<serde_json::Number>(&text).is_ok() => text,
        1..=2 => random
            .pick(&["0", "-0.0", "7", "1.25", "1e2", "1e-7", "6379.0"])
            .to_owned(),
        _ => json!(text).to_string(),
    }
}

/// Returns a scalar whose value every language has. Scalars that stand alone show what only some have:
/// large numbers, and times near the ends of a calendar.
fn plain(random: &mut Random) -> String {
    loop {
        let json = scalar(random);
        let is_edge = ["0000-", "0001-", "9999-"]
            .iter()
            .any(|year| json.contains(year));
        let number = json.trim_matches(|c: char| c == '"' || c.is_whitespace());
        // Below the last millisecond that jiff has.
        let is_large = number
            .parse::<f64>()
            .is_ok_and(|number| number.abs() > 2e14);
        if !is_edge && !is_large {
            return json;
        }
    }
}

const TASK: &[&str] = &[
    "name",
    "status",
    "user_name",
    "user_id",
    "params",
    "created_at",
    "updated_at",
    "enable_show",
    "error_code",
    "old_capacity",
    "job_id",
];
const DETAILS: &[&str] = &[
    "old_capacity",
    "old_port",
    "enable_ssl",
    "new_cache_mode",
    "new_cahce_mode",
    "rename_commands",
    "node_name",
    "shards",
];
const ERROR: &[&str] = &[
    "error_code",
    "errorCode",
    "error_msg",
    "errorMsg",
    "code",
    "message",
    "request_id",
    "requestId",
    "title",
];

fn members(random: &mut Random, names: &[&str], most: usize) -> Vec<String> {
    let mut members = Vec::new();
    for _ in 0..random.below(most + 1) {
        // A name may come twice.
        members.push(format!("{:?}:{}", random.pick(names), plain(random)));
    }
    members
}

fn object(members: &[String]) -> String {
    format!("{{{}}}", members.join(","))
}

fn task(random: &mut Random) -> String {
    let mut task = members(random, TASK, 6);
    if random.below(4) > 0 {
        task.insert(0, format!(r#""id":{}"#, plain(random)));
    }
    if random.below(3) > 0 {
        task.push(format!(
            r#""details":{}"#,
            object(&members(random, DETAILS, 5))
        ));
    }
    object(&task)
}

fn body(random: &mut Random) -> Input {
    let operations = ["ListDcsTasks", "ListDcsTasksV1", "ListKafkaTasks", "error"];
    let kind = random.pick(&operations);
    let mut body = match kind {
        "error" => {
            let mut error = members(random, ERROR, 5);
            match random.below(3) {
                0 => error.push(format!(r#""error":{}"#, plain(random))),
                1 => error.push(format!(r#""error":{}"#, object(&members(random, ERROR, 4)))),
                _ => {}
            }
            object(&error)
        }
        _ => {
            let mut list = members(random, &["task_count", "status", "created_at", "next"], 4);
            let tasks: Vec<_> = (0..random.below(3)).map(|_| task(random)).collect();
            list.push(format!(r#""tasks":[{}]"#, tasks.join(",")));
            object(&list)
        }
    };
    match random.below(12) {
        0 => {
            let depth = 125 + random.below(5);
            let nested = format!(r#"{{"x":{}{},"#, "[".repeat(depth), "]".repeat(depth));
            body = body.replacen('{', &nested, 1);
        }
        1 => body = body.replacen('{', r#"{"y":"\ud83d\ude00","#, 1),
        2 => body = body.replacen('{', r#"{"y":"\ud83d","#, 1),
        3 => {
            body.pop();
        }
        _ => {}
    }
    // A body without members has a comma now.
    let json = body.replacen(",}", "}", 1);
    Input {
        kind: kind.to_owned(),
        json,
    }
}

/// Returns the inputs of a seed: four scalars for each body.
pub fn inputs(seed: u64, count: usize) -> Vec<Input> {
    let mut random = Random(seed);
    let input = |n: usize| match n % 5 {
        4 => body(&mut random),
        _ => {
            let (kind, of) = random.pick(&Kind::ALL);
            let json = match of {
                // Few texts are one by chance.
                Kind::Boolean if random.below(2) == 0 => random.pick(BOOLEANS).to_owned(),
                _ => scalar(&mut random),
            };
            let kind = kind.to_owned();
            Input { kind, json }
        }
    };
    (0..count).map(input).collect()
}

fn decoded(input: &Input) -> serde_json::Result<Value> {
    if let Some((_, kind)) = Kind::ALL.iter().find(|(name, _)| *name == input.kind) {
        let scalar = kind.decode(&input.json)?;
        let mut outcome = json!({ "value": scalar.value });
        if let Some(written) = scalar.written {
            outcome["written"] = written;
        }
        return Ok(outcome);
    }
    let json = &input.json;
    let value = match input.kind.as_str() {
        "ListDcsTasks" => normal::dcs_list(&serde_json::from_str(json)?),
        "ListDcsTasksV1" => normal::dcs_v1_list(&serde_json::from_str(json)?),
        "ListKafkaTasks" => normal::kafka_list(&serde_json::from_str(json)?),
        _ => {
            let error: ErrorResponse = serde_json::from_str(json)?;
            json!({
                "code": error.code(),
                "message": error.message(),
                "request_id": error.request_id(),
            })
        }
    };
    Ok(json!({ "value": value }))
}

/// Returns the outcome of an input in Rust.
pub fn decode(input: &Input) -> Value {
    decoded(input).unwrap_or_else(|_| json!({ "refused": true }))
}

/// Whether a JSON number is not below 2^53: parsers that read doubles lose its digits.
fn may_lose_digits(json: &str) -> bool {
    let number = json.trim().parse::<f64>();
    number.is_ok_and(|number| number.abs() >= 9_007_199_254_740_992.0)
}

/// Returns why a language may differ from Rust, or `None` if it may not.
fn reason(language: &str, input: &Input, outcome: &Value) -> Option<&'static str> {
    let is_number = may_lose_digits(&input.json);
    let value = outcome["value"].as_str().unwrap_or_default();
    match (language, input.kind.as_str()) {
        ("python", "time") if outcome["value"].is_null() => Some("datetime begins with the year 1"),
        (_, "time") if value.starts_with("9999-12-3") => {
            Some("jiff::Timestamp ends at 9999-12-30T22:00:00Z")
        }
        ("typescript", "integer") if outcome["value"].is_null() => {
            Some("the type of the field is number, which ends at 2^53")
        }
        (_, "code") if is_number => Some("a code keeps the digits that its parser keeps"),
        ("typescript", _) if is_number => {
            Some("JSON.stringify cannot write the digits, so they are text")
        }
        (_, "time" | "count" | "capacity") if is_number => {
            Some("serde_json reads a number past 64 bits as a double")
        }
        _ => None,
    }
}

/// Whether a reason holds: Rust has the value that the language cannot, or lacks one that it has.
fn is_excused(language: &str, input: &Input, rust: &Value, other: &Value) -> bool {
    let Some(why) = reason(language, input, other) else {
        return false;
    };
    let rust_value = rust["value"].as_str().unwrap_or_default();
    match why {
        "datetime begins with the year 1" => rust_value.starts_with("0000-"),
        "the type of the field is number, which ends at 2^53" => {
            let is_none = rust["value"].is_null() && may_lose_digits(&input.json);
            other["written"] != Value::Null && (is_none || may_lose_digits(rust_value))
        }
        why if why.starts_with("jiff") => rust["value"].is_null(),
        why if why.starts_with("a code") => {
            let double = |text: &str| text.trim().parse::<f64>().ok();
            other["value"].as_str().and_then(double) == double(&input.json)
        }
        // The value is the same; how it is written is not.
        _ => normal::equal(&rust["value"], &other["value"]),
    }
}

/// Compares the outcomes of a language with those of Rust, and returns the differences without a
/// reason.
pub fn differences(language: &str, inputs: &[Input], outcomes: &[Value]) -> Vec<String> {
    if inputs.len() != outcomes.len() {
        return vec![format!(
            "{language} has {} outcomes of {} inputs",
            outcomes.len(),
            inputs.len()
        )];
    }
    let mut found = Vec::new();
    for (input, outcome) in inputs.iter().zip(outcomes) {
        let rust = decode(input);
        if !normal::equal(&rust, outcome) && !is_excused(language, input, &rust, outcome) {
            let Input { kind, json } = input;
            found.push(format!(
                "{kind} {json}\n  rust: {rust}\n  {language}: {outcome}"
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_one_seed_are_the_same_and_varied() {
        let all = inputs(1, 500);
        assert_eq!(all, inputs(1, 500));
        assert_ne!(all, inputs(2, 500));
        let outcomes: Vec<_> = all.iter().map(decode).collect();
        for (name, _) in Kind::ALL {
            let of_kind = || all.iter().zip(&outcomes).filter(|(i, _)| i.kind == name);
            assert!(of_kind().any(|(_, o)| o["value"].is_null()), "{name}");
            assert!(of_kind().any(|(_, o)| !o["value"].is_null()), "{name}");
        }
        let refused = outcomes.iter().filter(|o| o["refused"] == true).count();
        assert!((5..50).contains(&refused), "{refused}");
    }

    #[test]
    fn difference_without_a_reason_is_found() {
        let all = inputs(3, 100);
        let outcomes: Vec<_> = all.iter().map(decode).collect();
        assert_eq!(differences("go", &all, &outcomes), [""; 0]);
        assert_eq!(differences("go", &all, &outcomes[1..]).len(), 1);
        for n in 0..all.len() {
            let mut planted = outcomes.clone();
            planted[n] = json!({ "value": "planted" });
            assert_eq!(differences("go", &all, &planted).len(), 1, "{:?}", all[n]);
        }
    }

    #[test]
    fn difference_with_a_reason_is_excused_only_there() {
        let one = |language: &str, kind: &str, json: &str, outcome: Value| {
            let (kind, json) = (kind.to_owned(), json.to_owned());
            differences(language, &[Input { kind, json }], &[outcome]).len()
        };
        let none = |json: &str| json!({ "value": null, "written": serde_json::from_str::<Value>(json).unwrap() });
        let year_0 = r#""0000-01-01T00:00:00Z""#;
        assert_eq!(one("python", "time", year_0, none(year_0)), 0);
        assert_eq!(one("typescript", "time", year_0, none(year_0)), 1);
        let year_1 = r#""2020-01-01T00:00:00Z""#;
        assert_eq!(one("python", "time", year_1, none(year_1)), 1);
        let large = "9007199254740993";
        assert_eq!(one("typescript", "integer", large, none(large)), 0);
        assert_eq!(one("python", "integer", large, none(large)), 1);
        assert_eq!(one("typescript", "integer", "6379", none("6379")), 1);
    }
}
