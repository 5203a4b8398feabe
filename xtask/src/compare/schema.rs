//! Schemas, judged by direction: narrower requests break callers, wider responses break readers.

use serde_json::{Map, Value};

use super::Impact::{self, Breaking, Compatible, NeedsReview};
use super::{Comparison, Direction, Place, Sides, flag, is_words, items, members, names};

/// How a change alters the set of valid values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Some values are no longer valid.
    Narrower,
    /// Values are valid that were not.
    Wider,
    /// Values must be of another kind.
    Other,
}

fn impact(effect: Effect, direction: Direction) -> Impact {
    match (effect, direction) {
        (Effect::Narrower, Direction::Response) | (Effect::Wider, Direction::Request) => Compatible,
        _ => Breaking,
    }
}

fn affects(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "callers that send values of the old document",
        Direction::Response => "clients that accept only values of the old document",
    }
}

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

    /// Compares a keyword whose value differs.
    fn keyword(&mut self, place: &Place, keyword: &str, sides: Sides<'_>, direction: Direction) {
        use Effect::{Narrower, Other, Wider};

        let (was, is) = sides;
        // The effect of a keyword that restricts the values when it is present.
        let restriction = match sides {
            (None, _) => Narrower,
            (_, None) => Wider,
            _ => Other,
        };
        let effect = match keyword {
            "type" => type_effect(was, is),
            "format" => match (text(was), text(is)) {
                ("int32", "int64") | ("float", "double") => Wider,
                ("int64", "int32") | ("double", "float") => Narrower,
                _ => restriction,
            },
            "nullable" => match (flag(was), flag(is)) {
                (false, true) => Wider,
                (true, false) => Narrower,
                _ => return,
            },
            "uniqueItems" | "exclusiveMinimum" | "exclusiveMaximum"
                if [was, is].into_iter().flatten().all(Value::is_boolean) =>
            {
                match (flag(was), flag(is)) {
                    (false, true) => Narrower,
                    (true, false) => Wider,
                    _ => return,
                }
            }
            "minimum" | "minLength" | "minItems" | "minProperties" => match bounds(sides) {
                Some((was, is)) if is > was => Narrower,
                Some(_) => Wider,
                None => restriction,
            },
            "maximum" | "maxLength" | "maxItems" | "maxProperties" => match bounds(sides) {
                Some((was, is)) if is < was => Narrower,
                Some(_) => Wider,
                None => restriction,
            },
            "anyOf" | "oneOf" | "allOf" | "items" | "multipleOf" => restriction,
            "additionalProperties" => return self.additional_properties(place, sides, direction),
            "enum" => return self.allowed_values(place, sides, direction),
            "x-extensible-enum" => return self.known_values(place, sides),
            "required" => return self.required_fields(place, sides, direction),
            "default" => return self.default(place, sides, direction),
            "deprecated" => return self.deprecated(place, sides),
            "pattern" if was.is_some() && is.is_some() => {
                let what = format!("`pattern` in {direction}");
                return self.push(NeedsReview, place, what, sides, affects(direction));
            }
            "pattern" => restriction,
            _ if is_words(keyword) => return self.words(place, keyword),
            _ => return self.unknown(place, keyword, sides),
        };
        let impact = impact(effect, direction);
        self.push(
            impact,
            place,
            format!("`{keyword}` in {direction}"),
            sides,
            affects(direction),
        );
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

    /// Absent means that additional properties are allowed.
    fn additional_properties(&mut self, place: &Place, sides: Sides<'_>, direction: Direction) {
        // How much is allowed: nothing, some, everything.
        let allowed = |value: Option<&Value>| match value {
            Some(Value::Bool(false)) => 0,
            Some(Value::Object(schema)) if !schema.is_empty() => 1,
            _ => 2,
        };
        let effect = match (allowed(sides.0), allowed(sides.1)) {
            (was, is) if is > was => Effect::Wider,
            (was, is) if is < was => Effect::Narrower,
            _ => return,
        };
        let what = format!("`additionalProperties` in {direction}");
        self.push(
            impact(effect, direction),
            place,
            what,
            sides,
            affects(direction),
        );
    }

    fn allowed_values(&mut self, place: &Place, sides: Sides<'_>, direction: Direction) {
        let what = format!("the allowed values in {direction}");
        let mut found = |effect| {
            self.push(
                impact(effect, direction),
                place,
                what.clone(),
                sides,
                affects(direction),
            );
        };
        match sides {
            (None, _) => found(Effect::Narrower),
            (_, None) => found(Effect::Wider),
            (was, is) => {
                let (was, is) = (items(was), items(is));
                let removed = was.iter().any(|value| !is.contains(value));
                let added = is.iter().any(|value| !was.contains(value));
                match (removed, added) {
                    (true, true) => found(Effect::Other),
                    (true, false) => found(Effect::Narrower),
                    (false, true) => found(Effect::Wider),
                    (false, false) => {}
                }
            }
        }
    }

    /// Clients of an open set accept every value, so that a new one breaks nobody.
    fn known_values(&mut self, place: &Place, sides: Sides<'_>) {
        let (was, is) = (items(sides.0), items(sides.1));
        if was.iter().any(|value| !is.contains(value)) {
            let affects = "code that names the constant of a removed value";
            self.push(
                Breaking,
                place,
                "the known values of the open set",
                sides,
                affects,
            );
        } else if was.len() != is.len() || sides.0.is_none() {
            self.push(
                Compatible,
                place,
                "the known values of the open set",
                sides,
                "",
            );
        }
    }

    fn required_fields(&mut self, place: &Place, sides: Sides<'_>, direction: Direction) {
        let (was, is) = (items(sides.0), items(sides.1));
        let removed: Vec<&Value> = was.iter().filter(|field| !is.contains(field)).collect();
        let added: Vec<&Value> = is.iter().filter(|field| !was.contains(field)).collect();
        for field in removed {
            let what = format!("the required field {field} became optional in {direction}");
            let impact = match direction {
                Direction::Request => Compatible,
                Direction::Response => Breaking,
            };
            let place = Place::of(if sides.1.is_some() {
                &place.new
            } else {
                &place.old
            });
            self.push(
                impact,
                &place,
                what,
                (None, None),
                "clients that rely on the field",
            );
        }
        for field in added {
            let what = format!("the optional field {field} became required in {direction}");
            let impact = match direction {
                Direction::Request => Breaking,
                Direction::Response => Compatible,
            };
            self.push(
                impact,
                place,
                what,
                (None, None),
                "callers that omit the field",
            );
        }
    }

    fn default(&mut self, place: &Place, sides: Sides<'_>, direction: Direction) {
        let affects = match direction {
            Direction::Request => "callers that rely on the default",
            Direction::Response => "clients that fill in the default",
        };
        // A default that was or becomes undocumented may be the same as before.
        let impact = match sides {
            (Some(_), Some(_)) => Breaking,
            _ => NeedsReview,
        };
        self.push(
            impact,
            place,
            format!("the default in {direction}"),
            sides,
            affects,
        );
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

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// Both numbers of a bound, if it is present on both sides.
fn bounds(sides: Sides<'_>) -> Option<(f64, f64)> {
    Some((sides.0?.as_f64()?, sides.1?.as_f64()?))
}

/// A schema without `type` allows every type. An integer is a number.
fn type_effect(was: Option<&Value>, is: Option<&Value>) -> Effect {
    match (text(was), text(is)) {
        ("", _) => Effect::Narrower,
        (_, "") => Effect::Wider,
        ("integer", "number") => Effect::Wider,
        ("number", "integer") => Effect::Narrower,
        _ => Effect::Other,
    }
}
