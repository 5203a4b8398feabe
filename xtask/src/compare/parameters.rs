//! Parameters and headers, compared by place and name: their order and the level that declares them do not matter.

use serde_json::{Map, Value};

use super::Impact::{Breaking, Compatible};
use super::{Comparison, Direction, Place, flag, is_words, items, members, names};

/// A parameter of an operation, with references resolved.
struct Parameter<'v> {
    /// `path`, `query`, `header` or `cookie`.
    place_in_request: &'v str,
    name: &'v str,
    value: &'v Map<String, Value>,
    pointer: String,
}

impl Parameter<'_> {
    fn is(&self, other: &Parameter<'_>) -> bool {
        let same_name = match self.place_in_request {
            "header" => self.name.eq_ignore_ascii_case(other.name),
            _ => self.name == other.name,
        };
        self.place_in_request == other.place_in_request && same_name
    }
}

impl<'d> Comparison<'d> {
    pub(super) fn parameters(
        &mut self,
        place: &Place,
        path_items: (&'d Map<String, Value>, &'d Map<String, Value>),
        operations: (&'d Map<String, Value>, &'d Map<String, Value>),
    ) {
        let old = all(self.old, path_items.0, operations.0, &place.old);
        let new = all(self.new, path_items.1, operations.1, &place.new);
        for was in &old {
            let subject = format!("the {} parameter `{}`", was.place_in_request, was.name);
            match new.iter().find(|is| is.is(was)) {
                None => {
                    let place = Place::of(&was.pointer);
                    let what = format!("{subject} was removed");
                    self.push(Breaking, &place, what, (None, None), "callers that send it");
                }
                Some(is) => {
                    let place = Place {
                        old: was.pointer.clone(),
                        new: is.pointer.clone(),
                    };
                    let values = (was.value, is.value);
                    self.parameter(
                        &place,
                        &subject,
                        was.place_in_request,
                        values,
                        Direction::Request,
                    );
                }
            }
        }
        for is in new.iter().filter(|is| !old.iter().any(|was| was.is(is))) {
            let required = flag(is.value.get("required"));
            let impact = if required { Breaking } else { Compatible };
            let kind = if required { "required" } else { "optional" };
            let what = format!(
                "the {kind} {} parameter `{}` was added",
                is.place_in_request, is.name
            );
            let place = Place::of(&is.pointer);
            self.push(
                impact,
                &place,
                what,
                (None, None),
                "callers that do not send it",
            );
        }
    }

    /// Compares a parameter or a response header.
    pub(super) fn parameter(
        &mut self,
        place: &Place,
        subject: &str,
        place_in_request: &str,
        (old, new): (&'d Map<String, Value>, &'d Map<String, Value>),
        direction: Direction,
    ) {
        self.serialization(place, subject, place_in_request, (old, new));
        for name in names(old, new) {
            let (place, sides) = (place.child(name), (old.get(name), new.get(name)));
            match (name, sides) {
                ("schema", (Some(was), Some(is))) => self.schema(&place, was, is, direction),
                (_, (was, is)) if was == is => {}
                ("name" | "in" | "style" | "explode" | "allowReserved", _) => {}
                ("required", sides) => self.required_flag(&place, subject, sides, direction),
                ("deprecated", sides) => self.deprecated(&place, sides),
                ("allowEmptyValue", (was, is)) => {
                    if flag(was) != flag(is) {
                        let impact = if flag(was) { Breaking } else { Compatible };
                        let what = format!("`allowEmptyValue` of {subject}");
                        self.push(impact, &place, what, sides, "callers that send it empty");
                    }
                }
                ("content", (Some(was), Some(is))) => {
                    self.content(&place, members(Some(was)), members(Some(is)), direction);
                }
                ("schema" | "content", sides) => {
                    let what = format!("`{name}` of {subject}");
                    self.push(
                        Breaking,
                        &place,
                        what,
                        sides,
                        "clients that send or read it",
                    );
                }
                (name, _) if is_words(name) => self.words(&place, name),
                (name, sides) => self.unknown(&place, name, sides),
            }
        }
    }

    /// Compares how a value is written, with the defaults of OpenAPI.
    fn serialization(
        &mut self,
        place: &Place,
        subject: &str,
        place_in_request: &str,
        (old, new): (&Map<String, Value>, &Map<String, Value>),
    ) {
        let default_style = match place_in_request {
            "query" | "cookie" => "form",
            _ => "simple",
        };
        let style = |value: &Map<String, Value>| {
            let style = value.get("style").and_then(Value::as_str);
            style.unwrap_or(default_style).to_owned()
        };
        let explode = |value: &Map<String, Value>| {
            let explode = value.get("explode").and_then(Value::as_bool);
            explode.unwrap_or(style(value) == "form")
        };
        let reserved = |value: &Map<String, Value>| flag(value.get("allowReserved"));
        let pairs = [
            ("style", Value::from(style(old)), Value::from(style(new))),
            (
                "explode",
                Value::from(explode(old)),
                Value::from(explode(new)),
            ),
            (
                "allowReserved",
                Value::from(reserved(old)),
                Value::from(reserved(new)),
            ),
        ];
        for (keyword, was, is) in &pairs {
            if was != is {
                let what = format!("`{keyword}` of {subject}");
                let affects = "clients that write or read it in the old form";
                self.push(
                    Breaking,
                    &place.child(keyword),
                    what,
                    (Some(was), Some(is)),
                    affects,
                );
            }
        }
    }
}

/// The parameters of an operation and those that it inherits from its path and does not override.
fn all<'d>(
    document: &'d Value,
    path_item: &'d Map<String, Value>,
    operation: &'d Map<String, Value>,
    pointer: &str,
) -> Vec<Parameter<'d>> {
    let parse = |list: &'d [Value], pointer: String| -> Vec<Parameter<'d>> {
        let parse_one = |(i, value): (usize, &'d Value)| {
            let (value, pointer) = super::resolve(document, value, &format!("{pointer}/{i}"));
            Parameter {
                place_in_request: value["in"].as_str().unwrap_or_default(),
                name: value["name"].as_str().unwrap_or_default(),
                value: members(Some(value)),
                pointer,
            }
        };
        list.iter().enumerate().map(parse_one).collect()
    };
    let path = pointer.rsplit_once('/').map_or("", |(path, _)| path);
    let mut parameters = parse(
        items(operation.get("parameters")),
        format!("{pointer}/parameters"),
    );
    let inherited = parse(
        items(path_item.get("parameters")),
        format!("{path}/parameters"),
    );
    for parameter in inherited {
        if !parameters.iter().any(|own| own.is(&parameter)) {
            parameters.push(parameter);
        }
    }
    parameters
}
