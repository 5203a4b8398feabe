//! The changes between two OpenAPI 3.0 documents, and whom they break.
//!
//! The comparison walks both documents by the meaning of each place: a path, a parameter, a schema. A schema is judged
//! by its direction, because a wider schema is safe in a request and may break readers of a response. A keyword that no
//! rule knows needs review. The name of a property is never taken for a keyword.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use anyhow::{Result, ensure};
use serde_json::{Map, Value};

mod document;
mod extensions;
mod keyword;
mod operation;
mod parameters;
mod schema;

/// The effect of a change on users of the documents, most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// A client made from the old document may fail, or code that uses it may no longer compile.
    Breaking,
    /// No rule judges the change; a person must.
    NeedsReview,
    /// Clients made from the old document keep working.
    Compatible,
    /// Only descriptions or examples changed.
    Trivial,
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "breaking",
            Self::NeedsReview => "needs review",
            Self::Compatible => "compatible",
            Self::Trivial => "trivial",
        })
    }
}

/// One change between two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The effect on users.
    pub impact: Impact,
    /// The JSON pointer of the place: in the new document, or in the old one for removed parts.
    pub pointer: String,
    /// The changed part.
    pub what: String,
    /// The old value, or `None` if the part was added.
    pub was: Option<String>,
    /// The new value, or `None` if the part was removed.
    pub is: Option<String>,
    /// Who breaks, or who must be considered in a review. Empty for compatible and trivial changes.
    pub affects: &'static str,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        match (&self.was, &self.is) {
            (Some(was), Some(is)) => write!(f, ": was {was}, is {is}")?,
            (Some(was), None) => write!(f, ": was {was}, is absent")?,
            (None, Some(is)) => write!(f, ": was absent, is {is}")?,
            (None, None) => {}
        }
        write!(f, "\nat {}", self.pointer)?;
        match self.impact {
            Impact::Breaking => write!(f, "\nbreaks {}", self.affects),
            Impact::NeedsReview => write!(f, "\nmay break {}", self.affects),
            Impact::Compatible | Impact::Trivial => Ok(()),
        }
    }
}

/// Lists the changes from one document to another, most severe first.
///
/// # Errors
///
/// If one of them is not an OpenAPI 3.0 document.
pub fn changes(old: &Value, new: &Value) -> Result<Vec<Change>> {
    for (name, document) in [("old", old), ("new", new)] {
        let version = document["openapi"].as_str().unwrap_or_default();
        ensure!(
            version.starts_with("3.0.") && document["paths"].is_object(),
            "the {name} document is not an OpenAPI 3.0 document: `openapi` is {version:?}"
        );
    }
    let mut comparison = Comparison {
        old,
        new,
        found: Vec::new(),
        compared: HashSet::new(),
    };
    comparison.documents();
    let mut found = comparison.found;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Whether a schema describes what clients send or what they receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Direction {
    Request,
    Response,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "requests",
            Self::Response => "responses",
        })
    }
}

/// A place in both documents, as JSON pointers.
#[derive(Clone, Debug)]
struct Place {
    old: String,
    new: String,
}

impl Place {
    fn of(pointer: &str) -> Self {
        Self {
            old: pointer.to_owned(),
            new: pointer.to_owned(),
        }
    }

    fn child(&self, name: &str) -> Self {
        let name = name.replace('~', "~0").replace('/', "~1");
        Self {
            old: format!("{}/{name}", self.old),
            new: format!("{}/{name}", self.new),
        }
    }
}

/// The old and the new value of one member.
type Sides<'v> = (Option<&'v Value>, Option<&'v Value>);

struct Comparison<'d> {
    old: &'d Value,
    new: &'d Value,
    found: Vec<Change>,
    /// Pairs of referenced schemas that are compared already, which also ends recursion.
    compared: HashSet<(String, String, Direction)>,
}

impl<'d> Comparison<'d> {
    /// Adds a change of the member `place`.
    fn push(
        &mut self,
        impact: Impact,
        place: &Place,
        what: impl Into<String>,
        sides: Sides<'_>,
        affects: &'static str,
    ) {
        let pointer = match sides {
            (Some(_), None) => &place.old,
            _ => &place.new,
        };
        let silent = matches!(impact, Impact::Compatible | Impact::Trivial);
        self.found.push(Change {
            impact,
            pointer: format!("#{pointer}"),
            what: what.into(),
            was: sides.0.map(short),
            is: sides.1.map(short),
            affects: if silent { "" } else { affects },
        });
    }

    /// Adds a change of descriptions or examples.
    fn words(&mut self, place: &Place, keyword: &str) {
        self.found.push(Change {
            impact: Impact::Trivial,
            pointer: format!("#{}", place.new),
            what: format!("the text or example in `{keyword}`"),
            was: None,
            is: None,
            affects: "",
        });
    }

    /// Adds a change that no rule judges.
    fn unknown(&mut self, place: &Place, keyword: &str, sides: Sides<'_>) {
        let what = format!("`{keyword}`, for which there is no rule");
        self.push(Impact::NeedsReview, place, what, sides, "any client");
    }

    fn resolve_old(&self, value: &'d Value, pointer: &str) -> (&'d Value, String) {
        resolve(self.old, value, pointer)
    }

    fn resolve_new(&self, value: &'d Value, pointer: &str) -> (&'d Value, String) {
        resolve(self.new, value, pointer)
    }

    /// Resolves both sides of a place that may hold references.
    fn resolve(
        &self,
        place: &Place,
        old: &'d Value,
        new: &'d Value,
    ) -> (Place, &'d Value, &'d Value) {
        let (old, old_pointer) = self.resolve_old(old, &place.old);
        let (new, new_pointer) = self.resolve_new(new, &place.new);
        let place = Place {
            old: old_pointer,
            new: new_pointer,
        };
        (place, old, new)
    }
}

/// Follows references inside the document. A reference that leads nowhere stays as it is.
fn resolve<'v>(document: &'v Value, mut value: &'v Value, pointer: &str) -> (&'v Value, String) {
    const MAX_REFERENCES: usize = 32;
    let mut pointer = pointer.to_owned();
    for _ in 0..MAX_REFERENCES {
        let target = value.get("$ref").and_then(Value::as_str);
        let Some(target) = target.and_then(|target| target.strip_prefix('#')) else {
            break;
        };
        let Some(found) = document.pointer(target) else {
            break;
        };
        value = found;
        pointer = target.to_owned();
    }
    (value, pointer)
}

/// Keywords that no client depends on.
fn is_words(keyword: &str) -> bool {
    matches!(
        keyword,
        "description"
            | "summary"
            | "title"
            | "example"
            | "examples"
            | "x-examples"
            | "externalDocs"
    )
}

fn names<'v>(old: &'v Map<String, Value>, new: &'v Map<String, Value>) -> BTreeSet<&'v str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}

/// The members of an object; none for other values.
fn members(value: Option<&Value>) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.and_then(Value::as_object).unwrap_or(&NONE)
}

/// The items of an array; none for other values.
fn items(value: Option<&Value>) -> &[Value] {
    value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// A flag that is absent is false.
fn flag(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool).unwrap_or(false)
}

/// A value, shortened for one line.
fn short(value: &Value) -> String {
    const MAX_CHARS: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
