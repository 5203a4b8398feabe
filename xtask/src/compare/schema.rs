//! Schemas, judged by direction: narrower requests break callers, wider responses break readers.

use serde_json::{Map, Value};

use super::Impact::{Breaking, Compatible};
use super::keyword::{Effect, affects, impact};
use super::{Comparison, Direction, Place, is_words, items, members, names};

/// A schema with the reference that it consists of, alone or as the only member of `allOf`.
struct Parts<'v> {
    /// The referenced schema and its pointer.
    target: Option<(&'v Value, String)>,
    /// The keywords beside the reference.
    own: Map<String, Value>,
}

impl Comparison<'_> {
    pub(super) fn schema(&mut self, place: &Place, old: &Value, new: &Value, direction: Direction) {
        let (was, is) = (parts(self.old, old), parts(self.new, new));
        let name = |parts: &Parts<'_>| {
            parts
                .target
                .as_ref()
                .map(|(_, pointer)| Value::from(format!("#{pointer}")))
        };
        let (was_name, is_name) = (name(&was), name(&is));
        if was_name != is_name {
            let sides = (was_name.as_ref(), is_name.as_ref());
            let what = format!("the referenced schema in {direction}");
            let affects = "generated code that names the type";
            // The place itself exists in both documents, whichever of them has the reference.
            let place = Place::of(&place.new);
            self.push(Breaking, &place, what, sides, affects);
        }
        match (was.target, is.target) {
            (Some((was_target, was_pointer)), Some((is_target, is_pointer))) => {
                let key = (was_pointer.clone(), is_pointer.clone(), direction);
                if self.compared.insert(key) {
                    let place = Place {
                        old: was_pointer,
                        new: is_pointer,
                    };
                    self.schema(&place, was_target, is_target, direction);
                }
                self.keywords(place, &was.own, &is.own, direction);
            }
            (None, None) => self.keywords(place, members(Some(old)), members(Some(new)), direction),
            // Inlined, or moved to a schema of its own: compare the content.
            (was_target, is_target) => {
                let was = merged(was_target, was.own);
                let is = merged(is_target, is.own);
                self.keywords(place, &was, &is, direction);
            }
        }
    }

    fn keywords(
        &mut self,
        place: &Place,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
    ) {
        for keyword in names(old, new) {
            let sides = (old.get(keyword), new.get(keyword));
            let inner = place.child(keyword);
            match (keyword, sides) {
                // Without a difference here, a referenced schema may still have changed.
                ("properties", (was, is)) => {
                    self.properties(&inner, members(was), members(is), direction);
                }
                ("items" | "additionalProperties", (Some(was), Some(is)))
                    if was.is_object() && is.is_object() =>
                {
                    self.schema(&inner, was, is, direction);
                }
                ("anyOf" | "oneOf" | "allOf", (Some(was), Some(is))) => {
                    let lists = (items(Some(was)), items(Some(is)));
                    self.alternatives(&inner, keyword, lists, direction);
                }
                (_, (was, is)) if was == is => {}
                (keyword, sides) => self.keyword(&inner, keyword, sides, direction),
            }
        }
    }

    fn properties(
        &mut self,
        place: &Place,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
    ) {
        for name in names(old, new) {
            let place = place.child(name);
            match (old.get(name), new.get(name)) {
                (Some(was), Some(is)) => self.schema(&place, was, is, direction),
                (Some(_), None) => {
                    let what = format!("the field `{name}` was removed from {direction}");
                    let place = Place::of(&place.old);
                    self.push(
                        Breaking,
                        &place,
                        what,
                        (None, None),
                        "code that uses the field",
                    );
                }
                _ => {
                    let what = format!("the field `{name}` was added to {direction}");
                    self.push(Compatible, &place, what, (None, None), "");
                }
            }
        }
    }

    /// Compares alternatives by content, so that their order does not matter.
    fn alternatives(
        &mut self,
        place: &Place,
        keyword: &str,
        (old, new): (&[Value], &[Value]),
        direction: Direction,
    ) {
        let mut left: Vec<usize> = (0..new.len()).collect();
        let mut removed = Vec::new();
        let mut pairs = Vec::new();
        for (i, was) in old.iter().enumerate() {
            match left
                .iter()
                .position(|at| new.get(*at).is_some_and(|is| shape(is) == shape(was)))
            {
                Some(position) => pairs.push((i, left.remove(position))),
                None => removed.push(i),
            }
        }
        // Of the others, those of the same type are versions of each other.
        removed.retain(|i| {
            let kind = old.get(*i).and_then(|was| was.get("type"));
            let position = left.iter().position(|at| {
                kind.is_some() && new.get(*at).and_then(|is| is.get("type")) == kind
            });
            let paired = position.map(|position| pairs.push((*i, left.remove(position))));
            paired.is_none()
        });
        for (i, at) in pairs {
            if let (Some(was), Some(is)) = (old.get(i), new.get(at)) {
                let place = Place {
                    old: format!("{}/{i}", place.old),
                    new: format!("{}/{at}", place.new),
                };
                self.schema(&place, was, is, direction);
            }
        }
        // Each member of `allOf` restricts the values; each of the others allows more.
        let (add, remove) = match keyword {
            "allOf" => (Effect::Narrower, Effect::Wider),
            _ => (Effect::Wider, Effect::Narrower),
        };
        let what = format!("a member of `{keyword}` in {direction}");
        for i in removed {
            let sides = (old.get(i), None);
            let place = place.child(&i.to_string());
            self.push(
                impact(remove, direction),
                &place,
                what.clone(),
                sides,
                affects(direction),
            );
        }
        for at in left {
            let sides = (None, new.get(at));
            let place = place.child(&at.to_string());
            self.push(
                impact(add, direction),
                &place,
                what.clone(),
                sides,
                affects(direction),
            );
        }
    }
}

/// Splits a schema into its reference and the keywords beside it.
fn parts<'v>(document: &'v Value, schema: &'v Value) -> Parts<'v> {
    let mut own = members(Some(schema)).clone();
    let sole = match items(schema.get("allOf")) {
        [only] if only.get("$ref").is_some() => Some(only),
        _ => None,
    };
    let reference = if schema.get("$ref").is_some() {
        Some(schema)
    } else {
        sole
    };
    let target = reference
        .map(|reference| super::resolve(document, reference, ""))
        .filter(|(_, pointer)| !pointer.is_empty());
    if target.is_some() {
        own.shift_remove("$ref");
        if sole.is_some() {
            own.shift_remove("allOf");
        }
    }
    Parts { target, own }
}

/// The keywords of a referenced schema, with those beside the reference in their place.
fn merged(target: Option<(&Value, String)>, own: Map<String, Value>) -> Map<String, Value> {
    let mut all = target.map_or_else(Map::new, |(value, _)| members(Some(value)).clone());
    all.extend(own);
    all
}

/// The keywords that decide which values are valid.
fn shape(schema: &Value) -> Map<String, Value> {
    let mut shape = members(Some(schema)).clone();
    shape.retain(|keyword, _| !is_words(keyword));
    shape
}
