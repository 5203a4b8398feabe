//! The parts of a document outside its operations: components, security and servers.

use serde_json::{Map, Value};

use super::Impact::{Breaking, Compatible};
use super::{Comparison, Direction, Place, is_words, items, members, names};

const ALL_CLIENTS: &str = "every client of the service";

impl<'d> Comparison<'d> {
    pub(super) fn documents(&mut self) {
        let (old, new) = (members(Some(self.old)), members(Some(self.new)));
        for name in names(old, new) {
            let (place, sides) = (
                Place::of(&format!("/{name}")),
                (old.get(name), new.get(name)),
            );
            if sides.0 == sides.1 {
                continue;
            }
            match name {
                "paths" | "components" => {} // Compared below.
                "servers" => self.servers(&place, items(sides.0), items(sides.1)),
                "security" => self.security(&place, items(sides.0), items(sides.1)),
                "info" | "tags" | "x-generated" => self.words(&place, name),
                _ if is_words(name) => self.words(&place, name),
                _ => self.unknown(&place, name, sides),
            }
        }
        // Equal paths may use components that differ. Components are compared last, when it is known which are used.
        let paths = (members(old.get("paths")), members(new.get("paths")));
        self.paths(&Place::of("/paths"), paths.0, paths.1);
        self.components();
    }

    fn components(&mut self) {
        let place = Place::of("/components");
        let (old, new) = (
            members(self.old.get("components")),
            members(self.new.get("components")),
        );
        for kind in names(old, new) {
            let place = place.child(kind);
            let sides = (old.get(kind), new.get(kind));
            match kind {
                "schemas" => self.component_schemas(&place, members(sides.0), members(sides.1)),
                "securitySchemes" => {
                    self.security_schemes(&place, members(sides.0), members(sides.1));
                }
                // Compared at the places that use them.
                "parameters" | "responses" | "headers" | "requestBodies" | "examples" => {}
                _ if sides.0 != sides.1 => self.unknown(&place, kind, sides),
                _ => {}
            }
        }
    }

    fn component_schemas(
        &mut self,
        place: &Place,
        old: &'d Map<String, Value>,
        new: &'d Map<String, Value>,
    ) {
        for name in names(old, new) {
            let place = place.child(name);
            match (old.get(name), new.get(name)) {
                (Some(was), Some(is)) => {
                    let used = self
                        .compared
                        .iter()
                        .any(|(old, new, _)| *old == place.old || *new == place.new);
                    if !used {
                        // No operation uses it: judge it for both directions.
                        self.schema(&place, was, is, Direction::Request);
                        self.schema(&place, was, is, Direction::Response);
                    }
                }
                (was, is) => {
                    let impact = if is.is_some() { Compatible } else { Breaking };
                    let what = format!("the schema {name}");
                    self.push(
                        impact,
                        &place,
                        what,
                        (was, is),
                        "generated code that names the type",
                    );
                }
            }
        }
    }

    fn security_schemes(
        &mut self,
        place: &Place,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
    ) {
        for name in names(old, new) {
            let place = place.child(name);
            let (was, is) = (old.get(name), new.get(name));
            let (Some(before), Some(after)) = (was, is) else {
                let impact = if is.is_some() { Compatible } else { Breaking };
                let what = format!("the security scheme {name}");
                self.push(
                    impact,
                    &place,
                    what,
                    (was, is),
                    "clients that authenticate this way",
                );
                continue;
            };
            let (before, after) = (members(Some(before)), members(Some(after)));
            for keyword in names(before, after) {
                let (place, sides) = (
                    place.child(keyword),
                    (before.get(keyword), after.get(keyword)),
                );
                if sides.0 == sides.1 {
                    continue;
                }
                if is_words(keyword) {
                    self.words(&place, keyword);
                } else {
                    let what = format!("`{keyword}` of the security scheme {name}");
                    self.push(
                        Breaking,
                        &place,
                        what,
                        sides,
                        "clients that authenticate this way",
                    );
                }
            }
        }
    }

    /// Compares alternatives. An empty list allows requests without credentials.
    pub(super) fn security(&mut self, place: &Place, old: &[Value], new: &[Value]) {
        if old.is_empty() && !new.is_empty() {
            let sides = (None, new.first());
            self.push(
                Breaking,
                place,
                "the security requirements",
                sides,
                "callers without credentials",
            );
            return;
        }
        for was in old.iter().filter(|was| !new.contains(was)) {
            let what = "a security alternative";
            self.push(
                Breaking,
                place,
                what,
                (Some(was), None),
                "clients that authenticate this way",
            );
        }
        for is in new.iter().filter(|is| !old.contains(is)) {
            self.push(
                Compatible,
                place,
                "a security alternative",
                (None, Some(is)),
                "",
            );
        }
    }

    pub(super) fn servers(&mut self, place: &Place, old: &[Value], new: &[Value]) {
        let find =
            |list: &[Value], url: &Value| list.iter().position(|server| server["url"] == *url);
        for (i, was) in old.iter().enumerate() {
            match find(new, &was["url"]) {
                None => {
                    let place = place.child(&i.to_string());
                    self.push(
                        Breaking,
                        &place,
                        "a server",
                        (Some(&was["url"]), None),
                        ALL_CLIENTS,
                    );
                }
                Some(at) => {
                    let place = Place {
                        old: format!("{}/{i}", place.old),
                        new: format!("{}/{at}", place.new),
                    };
                    self.server(&place, members(Some(was)), members(new.get(at)));
                }
            }
        }
        for (i, is) in new.iter().enumerate() {
            if find(old, &is["url"]).is_none() {
                let place = place.child(&i.to_string());
                self.push(Compatible, &place, "a server", (None, Some(&is["url"])), "");
            }
        }
    }

    fn server(&mut self, place: &Place, old: &Map<String, Value>, new: &Map<String, Value>) {
        for keyword in names(old, new) {
            let (place, sides) = (place.child(keyword), (old.get(keyword), new.get(keyword)));
            if sides.0 == sides.1 {
                continue;
            }
            match keyword {
                "variables" => self.server_variables(&place, members(sides.0), members(sides.1)),
                _ if is_words(keyword) => self.words(&place, keyword),
                _ => self.unknown(&place, keyword, sides),
            }
        }
    }

    fn server_variables(
        &mut self,
        place: &Place,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
    ) {
        const USERS: &str = "clients that set or omit the variable";
        for name in names(old, new) {
            let place = place.child(name);
            let (Some(was), Some(is)) = (old.get(name), new.get(name)) else {
                let what = format!("the server variable {name}");
                self.push(
                    Breaking,
                    &place,
                    what,
                    (old.get(name), new.get(name)),
                    USERS,
                );
                continue;
            };
            let (was, is) = (members(Some(was)), members(Some(is)));
            for keyword in names(was, is) {
                let (place, sides) = (place.child(keyword), (was.get(keyword), is.get(keyword)));
                if sides.0 == sides.1 {
                    continue;
                }
                match keyword {
                    "enum" => {
                        // Without an enum, every value is allowed.
                        let (was, is) = (items(sides.0), items(sides.1));
                        let lacks = |list: &[Value], other: &[Value]| {
                            other.iter().any(|value| !list.contains(value))
                        };
                        let removed = sides.1.is_some() && (sides.0.is_none() || lacks(is, was));
                        let added = sides.0.is_some() && (sides.1.is_none() || lacks(was, is));
                        let what = "the allowed values";
                        if removed {
                            self.push(Breaking, &place, what, sides, USERS);
                        } else if added {
                            self.push(Compatible, &place, what, sides, "");
                        }
                    }
                    "default" => self.push(Breaking, &place, "the default", sides, USERS),
                    _ if is_words(keyword) => self.words(&place, keyword),
                    _ => self.unknown(&place, keyword, sides),
                }
            }
        }
    }
}
