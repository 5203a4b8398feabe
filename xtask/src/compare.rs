//! What changed from one OpenAPI 3.0 document to another, and what it means for their users.
//!
//! The `drift` crate compares operations, parameters and types. What it does not look at, or passes
//! over, is compared here; and what neither understands needs a human.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result};
use drift::{ChangeClass, ChangePath};
use serde_json::{Map, Value};

/// What a change means for those who use the documents, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// A client made from the old document may fail, or no longer compile.
    Breaking,
    /// It cannot be told by machine.
    NeedsHuman,
    /// A client made from the old document goes on working.
    Compatible,
    /// Nothing but words and examples changed.
    Trivial,
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "breaking",
            Self::NeedsHuman => "needs a human",
            Self::Compatible => "compatible",
            Self::Trivial => "trivial",
        })
    }
}

/// One change between two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it means.
    pub impact: Impact,
    /// JSON pointer to it, in the new document or, for what was removed, in the old one.
    pub pointer: String,
    /// What changed.
    pub message: String,
}

/// Lists the changes from one document to another, the gravest first.
///
/// # Errors
///
/// When one of them is not an OpenAPI 3.0 document.
pub fn changes(old: &Value, new: &Value) -> Result<Vec<Change>> {
    let mut structure = Structure::default();
    structure.compare("", old, new);
    let mut found = structure.found;

    let drifted = drifted(old, new)?;
    for change in drifted {
        let within = |inner: &str, outer: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // The structure names the field where drift names only the type that holds it.
        let named = found
            .iter()
            .any(|own| within(&own.pointer, &change.pointer));
        if change.impact == Impact::Breaking || !named {
            found.push(change);
        }
    }
    for pointer in structure.unknown {
        let at = pointer.as_str();
        let covered =
            |change: &Change| at.starts_with(&change.pointer) || change.pointer.starts_with(at);
        if !found.iter().any(covered) {
            let message = "changed in a way that no rule knows".to_owned();
            found.push(Change {
                impact: Impact::NeedsHuman,
                pointer,
                message,
            });
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// What drift finds.
fn drifted(old: &Value, new: &Value) -> Result<Vec<Change>> {
    // drift panics on some differences it does not expect, content types among them.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let compared = catch_unwind(AssertUnwindSafe(|| drift::compare(old, new)));
    std::panic::set_hook(hook);
    let Ok(compared) = compared else {
        let message =
            "drift cannot compare the documents; what it would add is not known".to_owned();
        return Ok(vec![Change {
            impact: Impact::NeedsHuman,
            pointer: "#".to_owned(),
            message,
        }]);
    };

    let mut found: BTreeMap<(String, String), Impact> = BTreeMap::new();
    for change in compared.context("not an OpenAPI 3.0 document")? {
        let base = change.paths.first();
        for info in &change.changes {
            let pointer = pointer(new, base, &info.old_subpath, &info.new_subpath);
            let impact = match info.class {
                ChangeClass::BackwardIncompatible | ChangeClass::Incompatible => Impact::Breaking,
                ChangeClass::ForwardIncompatible => Impact::Compatible,
                ChangeClass::Trivial => Impact::Trivial,
                ChangeClass::Unhandled => Impact::NeedsHuman,
            };
            // A type of a request and of an answer is seen twice: the graver reading counts.
            let seen = found
                .entry((pointer, info.message.clone()))
                .or_insert(impact);
            *seen = impact.min(*seen);
        }
    }
    let change = |((pointer, message), impact)| Change {
        impact,
        pointer,
        message,
    };
    Ok(found.into_iter().map(change).collect())
}

fn pointer(new: &Value, base: Option<&ChangePath>, old_path: &str, new_path: &str) -> String {
    let Some(base) = base else {
        return new_path.to_owned();
    };
    let join = |stack: &drift::JsonPathStack, path: &str| {
        let (base, _) = stack.base_and_subpath();
        let path = if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        };
        format!("{base}{path}")
    };
    let in_new = join(&base.new, new_path);
    let there = in_new
        .strip_prefix('#')
        .is_some_and(|pointer| new.pointer(pointer).is_some());
    if there {
        in_new
    } else {
        join(&base.old, old_path)
    }
}

/// A walk over both documents side by side.
#[derive(Default)]
struct Structure {
    found: Vec<Change>,
    /// Where something differs that is drift's to judge, or nobody's.
    unknown: BTreeSet<String>,
}

impl Structure {
    fn compare(&mut self, pointer: &str, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => self.objects(pointer, old, new),
            (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
                for (i, (old, new)) in old.iter().zip(new).enumerate() {
                    self.compare(&format!("{pointer}/{i}"), old, new);
                }
            }
            _ => self.differs(pointer, Some(old), Some(new)),
        }
    }

    fn objects(&mut self, pointer: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let inner = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            match (old.get(name), new.get(name)) {
                // One verdict for each of these, however much of it differs.
                (old, new) if is_whole(&inner) => {
                    if old != new {
                        self.differs(&inner, old, new);
                    }
                }
                (Some(old), Some(new)) => self.compare(&inner, old, new),
                (old, new) => self.differs(&inner, old, new),
            }
        }
    }

    /// Something that was added, removed, or is another now.
    fn differs(&mut self, pointer: &str, old: Option<&Value>, new: Option<&Value>) {
        match verdict(pointer, old, new) {
            Some((impact, message)) => {
                let pointer = format!("#{pointer}");
                self.found.push(Change {
                    impact,
                    pointer,
                    message,
                });
            }
            None => {
                self.unknown.insert(format!("#{pointer}"));
            }
        }
    }
}

/// The names on the way to a place, the innermost first.
fn names(pointer: &str) -> impl Iterator<Item = &str> {
    pointer.rsplit('/')
}

/// Whether a place is judged as one, and not by its parts.
fn is_whole(pointer: &str) -> bool {
    let mut names = names(pointer);
    let (name, parent) = (
        names.next().unwrap_or_default(),
        names.next().unwrap_or_default(),
    );
    let schema_like = parent != "properties" && parent != "schemas";
    matches!(
        name,
        "servers" | "security" | "x-extensible-enum" | "required"
    ) && schema_like
        || parent == "securitySchemes"
}

/// What a difference means, where a rule knows it.
fn verdict(pointer: &str, old: Option<&Value>, new: Option<&Value>) -> Option<(Impact, String)> {
    use Impact::{Breaking, Compatible, NeedsHuman, Trivial};

    let mut path = names(pointer);
    let name = path
        .next()
        .unwrap_or_default()
        .replace("~1", "/")
        .replace("~0", "~");
    let parent = path.next().unwrap_or_default();
    let change = |impact, what: &str| {
        let message = match (old, new) {
            (Some(old), Some(new)) => format!("{what} went from {} to {}", short(old), short(new)),
            (None, Some(new)) => format!("{what} was added: {}", short(new)),
            (Some(old), None) => format!("{what} was removed: {}", short(old)),
            (None, None) => what.to_owned(),
        };
        Some((impact, message))
    };
    let (added, removed) = (old.is_none(), new.is_none());
    match (parent, name.as_str()) {
        // A field may have any of the names below.
        ("properties", field) if added || removed => {
            let impact = if removed { Breaking } else { Compatible };
            let done = if removed { "removed" } else { "added" };
            Some((impact, format!("the field `{field}` was {done}")))
        }
        ("properties" | "schemas", _) => None,
        ("responses", status) if removed => {
            Some((Breaking, format!("the response {status} was removed")))
        }
        ("responses", status) if added => {
            Some((Compatible, format!("the response {status} was added")))
        }
        ("headers", header) if removed => {
            Some((Breaking, format!("the header {header} was removed")))
        }
        ("headers", header) if added => {
            Some((Compatible, format!("the header {header} was added")))
        }
        ("content", kind) if added || removed => {
            change(Breaking, &format!("the content type {kind}"))
        }
        ("securitySchemes", scheme) => change(Breaking, &format!("the security scheme {scheme}")),
        (_, "description" | "summary" | "title" | "example" | "examples" | "x-examples")
        | (_, "x-generated") => Some((Trivial, format!("other words or examples: {name}"))),
        (_, _) if pointer.starts_with("/info/") || pointer.starts_with("/tags") => {
            change(Trivial, &name)
        }
        (_, _) if pointer.contains("/example/") || pointer.contains("/examples/") => {
            Some((Trivial, "other examples".to_owned()))
        }
        (_, _) if pointer.starts_with("/servers") => change(Breaking, "the servers"),
        (_, _) if pointer.starts_with("/components/securitySchemes") => {
            change(Breaking, "the security schemes")
        }
        (_, "security") => change(Breaking, "the security requirements"),
        (_, "operationId") => change(Breaking, "the operationId"),
        (_, "deprecated") => change(Compatible, "deprecated"),
        (_, "x-huaweicloud-api") => change(NeedsHuman, "the official name"),
        (_, "nullable") => match removed {
            true => change(Compatible, "nullable"),
            false => change(Breaking, "nullable"),
        },
        (_, "default") => change(NeedsHuman, "the default"),
        (_, "x-extensible-enum") => match is_superset(old, new) {
            true => change(Compatible, "the known values"),
            false => change(NeedsHuman, "the known values"),
        },
        // Of a schema: what a reader may rely on. That of a parameter is drift's.
        (_, "required") if old.or(new).is_some_and(Value::is_array) => {
            match is_superset(old, new) {
                true => change(Compatible, "the list of fields that are always there"),
                false => change(Breaking, "the list of fields that are always there"),
            }
        }
        _ => None,
    }
}

fn is_superset(old: Option<&Value>, new: Option<&Value>) -> bool {
    let items =
        |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let new = items(new);
    items(old).iter().all(|item| new.contains(item))
}

/// A value fit for a line.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
