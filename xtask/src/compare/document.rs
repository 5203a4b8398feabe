//! The parts of a document around its schemas: servers, security, paths, operations and responses.

use serde_json::{Map, Value};

use super::Impact::{Breaking, Compatible, NeedsReview};
use super::{Comparison, Direction, Place, flag, is_words, items, members, names};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

const ALL_CLIENTS: &str = "every client of the service";
const CALLERS: &str = "callers of the operation";
const READERS: &str = "clients that read the response";

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
    fn security(&mut self, place: &Place, old: &[Value], new: &[Value]) {
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

    fn servers(&mut self, place: &Place, old: &[Value], new: &[Value]) {
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

    fn paths(&mut self, place: &Place, old: &'d Map<String, Value>, new: &'d Map<String, Value>) {
        for path in names(old, new) {
            let place = place.child(path);
            match (old.get(path), new.get(path)) {
                (Some(was), Some(is)) => {
                    let (place, was, is) = self.resolve(&place, was, is);
                    self.path_item(&place, path, members(Some(was)), members(Some(is)));
                }
                (Some(_), None) => {
                    self.push(
                        Breaking,
                        &place,
                        format!("the path {path} was removed"),
                        (None, None),
                        CALLERS,
                    );
                }
                _ => self.push(
                    Compatible,
                    &place,
                    format!("the path {path} was added"),
                    (None, None),
                    "",
                ),
            }
        }
    }

    fn path_item(
        &mut self,
        place: &Place,
        path: &str,
        old: &'d Map<String, Value>,
        new: &'d Map<String, Value>,
    ) {
        for name in names(old, new) {
            let (place, sides) = (place.child(name), (old.get(name), new.get(name)));
            match (name, sides) {
                (method, (Some(was), Some(is))) if METHODS.contains(&method) => {
                    let items = (old, new);
                    self.operation(&place, items, members(Some(was)), members(Some(is)));
                }
                (method, (was, _)) if METHODS.contains(&method) => {
                    let (impact, done) = if was.is_some() {
                        (Breaking, "removed")
                    } else {
                        (Compatible, "added")
                    };
                    let what = format!("the operation {} {path} was {done}", method.to_uppercase());
                    self.push(impact, &place, what, (None, None), CALLERS);
                }
                (_, (was, is)) if was == is => {}
                // Compared with the operations, which inherit them.
                ("parameters" | "servers", _) => {}
                (name, _) if is_words(name) => self.words(&place, name),
                (name, sides) => self.unknown(&place, name, sides),
            }
        }
    }

    fn operation(
        &mut self,
        place: &Place,
        path_items: (&'d Map<String, Value>, &'d Map<String, Value>),
        old: &'d Map<String, Value>,
        new: &'d Map<String, Value>,
    ) {
        self.parameters(place, path_items, (old, new));
        self.inherited_servers(place, path_items, (old, new));
        if old.contains_key("security") || new.contains_key("security") {
            let was = items(old.get("security").or(self.old.get("security")));
            let is = items(new.get("security").or(self.new.get("security")));
            self.security(&place.child("security"), was, is);
        }
        for name in names(old, new) {
            let (place, sides) = (place.child(name), (old.get(name), new.get(name)));
            match name {
                "responses" => self.responses(&place, members(sides.0), members(sides.1)),
                "requestBody" => self.request_body(&place, sides),
                "parameters" | "servers" | "security" => {}
                _ if sides.0 == sides.1 => {}
                "operationId" => {
                    self.push(
                        Breaking,
                        &place,
                        "the operationId",
                        sides,
                        "code that calls the generated method",
                    );
                }
                "deprecated" => self.deprecated(&place, sides),
                "tags" => {
                    let (was, is) = (items(sides.0), items(sides.1));
                    let same = was.len() == is.len() && was.iter().all(|tag| is.contains(tag));
                    if !same {
                        let affects = "code generated by tools that group operations by tag";
                        self.push(NeedsReview, &place, "the tags", sides, affects);
                    }
                }
                _ if is_words(name) => self.words(&place, name),
                _ if name.starts_with("x-") => self.extension(&place, name, sides),
                _ => self.unknown(&place, name, sides),
            }
        }
    }

    fn inherited_servers(
        &mut self,
        place: &Place,
        path_items: (&'d Map<String, Value>, &'d Map<String, Value>),
        operations: (&'d Map<String, Value>, &'d Map<String, Value>),
    ) {
        let own = |item: &'d Map<String, Value>, operation: &'d Map<String, Value>| {
            operation.get("servers").or(item.get("servers"))
        };
        let (was, is) = (
            own(path_items.0, operations.0),
            own(path_items.1, operations.1),
        );
        if was.is_some() || is.is_some() {
            let was = items(was.or(self.old.get("servers")));
            let is = items(is.or(self.new.get("servers")));
            self.servers(&place.child("servers"), was, is);
        }
    }

    pub(super) fn deprecated(&mut self, place: &Place, sides: super::Sides<'_>) {
        if flag(sides.0) != flag(sides.1) {
            self.push(Compatible, place, "`deprecated`", sides, "");
        }
    }

    fn request_body(&mut self, place: &Place, sides: (Option<&'d Value>, Option<&'d Value>)) {
        let (was, is) = match sides {
            (Some(was), Some(is)) => (was, is),
            (Some(_), None) => {
                self.push(
                    Breaking,
                    place,
                    "the request body was removed",
                    (None, None),
                    "callers that send a body",
                );
                return;
            }
            (None, Some(is)) => {
                let required = flag(self.resolve_new(is, &place.new).0.get("required"));
                let impact = if required { Breaking } else { Compatible };
                let what = "a request body was added";
                self.push(
                    impact,
                    place,
                    what,
                    (None, None),
                    "callers that send no body",
                );
                return;
            }
            (None, None) => return,
        };
        let (place, was, is) = self.resolve(place, was, is);
        let (old, new) = (members(Some(was)), members(Some(is)));
        for name in names(old, new) {
            let (place, sides) = (place.child(name), (old.get(name), new.get(name)));
            match name {
                "content" => self.content(
                    &place,
                    members(sides.0),
                    members(sides.1),
                    Direction::Request,
                ),
                "required" => {
                    self.required_flag(&place, "the request body", sides, Direction::Request)
                }
                _ if sides.0 == sides.1 => {}
                _ if is_words(name) => self.words(&place, name),
                _ => self.unknown(&place, name, sides),
            }
        }
    }

    /// Compares `required: true` of a parameter, header or request body.
    pub(super) fn required_flag(
        &mut self,
        place: &Place,
        subject: &str,
        sides: super::Sides<'_>,
        direction: Direction,
    ) {
        let (was, is) = (flag(sides.0), flag(sides.1));
        if was == is {
            return;
        }
        let breaks = match direction {
            Direction::Request => is,
            Direction::Response => was,
        };
        let impact = if breaks { Breaking } else { Compatible };
        let affects = match direction {
            Direction::Request => "callers that omit it",
            Direction::Response => "clients that rely on its presence",
        };
        self.push(
            impact,
            place,
            format!("`required` of {subject}"),
            sides,
            affects,
        );
    }

    fn responses(
        &mut self,
        place: &Place,
        old: &'d Map<String, Value>,
        new: &'d Map<String, Value>,
    ) {
        for status in names(old, new) {
            let place = place.child(status);
            match (old.get(status), new.get(status)) {
                (Some(was), Some(is)) => {
                    let (place, was, is) = self.resolve(&place, was, is);
                    self.response(&place, members(Some(was)), members(Some(is)));
                }
                (Some(_), None) => {
                    let what = format!("the response {status} was removed");
                    self.push(Breaking, &place, what, (None, None), READERS);
                }
                _ => {
                    let what = format!("the response {status} was added");
                    self.push(Compatible, &place, what, (None, None), "");
                }
            }
        }
    }

    fn response(
        &mut self,
        place: &Place,
        old: &'d Map<String, Value>,
        new: &'d Map<String, Value>,
    ) {
        for name in names(old, new) {
            let (place, sides) = (place.child(name), (old.get(name), new.get(name)));
            match name {
                "content" => self.content(
                    &place,
                    members(sides.0),
                    members(sides.1),
                    Direction::Response,
                ),
                "headers" => self.headers(&place, members(sides.0), members(sides.1)),
                _ if sides.0 == sides.1 => {}
                _ if is_words(name) => self.words(&place, name),
                _ => self.unknown(&place, name, sides),
            }
        }
    }

    /// Compares bodies by media type.
    pub(super) fn content(
        &mut self,
        place: &Place,
        old: &'d Map<String, Value>,
        new: &'d Map<String, Value>,
        direction: Direction,
    ) {
        for kind in names(old, new) {
            let place = place.child(kind);
            let (Some(was), Some(is)) = (old.get(kind), new.get(kind)) else {
                let removed = old.contains_key(kind);
                // A response in another media type cannot be read by clients of the old document.
                let impact = match (removed, direction) {
                    (false, Direction::Request) => Compatible,
                    _ => Breaking,
                };
                let done = if removed { "removed from" } else { "added to" };
                let what = format!("the media type {kind} was {done} {direction}");
                let affects = match direction {
                    Direction::Request => CALLERS,
                    Direction::Response => READERS,
                };
                self.push(impact, &place, what, (None, None), affects);
                continue;
            };
            let (was, is) = (members(Some(was)), members(Some(is)));
            for name in names(was, is) {
                let (place, sides) = (place.child(name), (was.get(name), is.get(name)));
                match (name, sides) {
                    ("schema", (Some(was), Some(is))) => self.schema(&place, was, is, direction),
                    (_, (was, is)) if was == is => {}
                    (name, _) if is_words(name) => self.words(&place, name),
                    ("schema", sides) => {
                        let affects = "code that uses the generated type";
                        self.push(
                            Breaking,
                            &place,
                            format!("the schema of {direction}"),
                            sides,
                            affects,
                        );
                    }
                    (name, sides) => self.unknown(&place, name, sides),
                }
            }
        }
    }

    /// Compares response headers by their names, which are case-insensitive.
    fn headers(&mut self, place: &Place, old: &'d Map<String, Value>, new: &'d Map<String, Value>) {
        let find = |headers: &'d Map<String, Value>, name: &str| {
            let found = headers
                .iter()
                .find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.map(|(other, value)| (other.as_str(), value))
        };
        for name in old.keys().filter(|name| find(new, name).is_none()) {
            let what = format!("the response header {name} was removed");
            self.push(
                Breaking,
                &Place::of(&place.child(name).old),
                what,
                (None, None),
                READERS,
            );
        }
        for (name, is) in new {
            let Some((old_name, was)) = find(old, name) else {
                let what = format!("the response header {name} was added");
                self.push(Compatible, &place.child(name), what, (None, None), "");
                continue;
            };
            let place = Place {
                old: place.child(old_name).old,
                new: place.child(name).new,
            };
            let (place, was, is) = self.resolve(&place, was, is);
            let subject = format!("the response header {name}");
            self.parameter(
                &place,
                &subject,
                "header",
                (members(Some(was)), members(Some(is))),
                Direction::Response,
            );
        }
    }
}
