//! The keywords of schemas: how each restricts the valid values.

use serde_json::Value;

use super::Impact::{self, Breaking, Compatible, NeedsReview};
use super::{Comparison, Direction, Place, Sides, flag, is_words, items};

/// How a change alters the set of valid values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Some values are no longer valid.
    Narrower,
    /// Values are valid that were not.
    Wider,
    /// Values must be of another kind.
    Other,
}

pub(super) fn impact(effect: Effect, direction: Direction) -> Impact {
    match (effect, direction) {
        (Effect::Narrower, Direction::Response) | (Effect::Wider, Direction::Request) => Compatible,
        _ => Breaking,
    }
}

pub(super) fn affects(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "callers that send values of the old document",
        Direction::Response => "clients that accept only values of the old document",
    }
}

impl Comparison<'_> {
    /// Compares a keyword whose value differs.
    pub(super) fn keyword(
        &mut self,
        place: &Place,
        keyword: &str,
        sides: Sides<'_>,
        direction: Direction,
    ) {
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
