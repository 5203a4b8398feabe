//! Java: final value classes with builders, their codecs, options, operations and service classes.

use minijinja::value::Serde;
use minijinja::{Environment, Error};
use serde::Deserialize;

use super::{Language, Named, form, unsupported};
use crate::ir::Type;
use crate::naming;

/// The language.
pub const JAVA: Language = Language {
    name: "java",
    output: "bindings/java/src/main/java/io/github/hwtasks",
    filters,
};

/// The longest line of a comment.
const WIDTH: usize = 100;
/// Words that neither a variable nor a method of a value can be called: keywords, the methods of every
/// object, and those of every generated value.
const RESERVED: &[&str] = &[
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "if",
    "implements",
    "import",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "void",
    "volatile",
    "while", //
    "clone",
    "equals",
    "finalize",
    "getClass",
    "hashCode",
    "notify",
    "notifyAll",
    "toString",
    "wait", //
    "build",
    "builder",
    "fromJson",
    "otherMembers",
    "response",
    "toBuilder",
    "toJson",
];

fn filters(environment: &mut Environment<'_>) {
    environment.add_filter("java_name", |text: &str| java_name(text));
    environment.add_filter("java_header", |text: &str| super::go::go_header(text));
    environment.add_filter("java_doc", java_doc);
    environment.add_filter("java_text", |text: &str| java_text(text));
    environment.add_filter("java_argument", |Serde(kind): Serde<Type>| {
        java_argument(&kind)
    });
    environment.add_filter("java_query", |Serde(kind): Serde<Type>| java_query(&kind));
    environment.add_function("java_type", |Serde(kind): Serde<Type>| {
        java_type(&kind).map(|held| held.name)
    });
    environment.add_function("java_imports", |Serde(properties): Serde<Vec<Held>>| {
        imports(&properties)
    });
    environment.add_function("java_getter", |Serde(property): Serde<Held>| {
        property.getter()
    });
    environment.add_function("java_value", |Serde(property): Serde<Held>| {
        property.value()
    });
    environment.add_function(
        "java_read",
        |Serde(kind): Serde<Type>, Serde(schemas): Serde<Vec<Named>>| java_read(&kind, &schemas),
    );
    environment.add_function(
        "java_write",
        |Serde(property): Serde<Held>, Serde(schemas): Serde<Vec<Named>>| {
            java_write(&property, &schemas)
        },
    );
}

/// The members of a property that tell how a value holds it.
#[derive(Deserialize)]
struct Held {
    name: String,
    required: bool,
    #[serde(rename = "type")]
    kind: Type,
}

/// `bindEip` of `bind_eip`: a method, a field, an argument or a variable.
fn java_name(text: &str) -> String {
    let name = naming::camel(text);
    if RESERVED.contains(&name.as_str()) {
        return name + "Value";
    }
    name
}

/// The type of a field, which is null without a value.
struct FieldType {
    name: String,
    is_list: bool,
}

fn java_type(kind: &Type) -> Result<FieldType, Error> {
    let single = |name: &str| FieldType {
        name: name.to_owned(),
        is_list: false,
    };
    Ok(match kind {
        Type::Text => single("String"),
        Type::Integer { .. } => single("Long"),
        Type::Boolean => single("Boolean"),
        Type::Reference { schema } => single(&naming::pascal(schema)),
        Type::List { element } => match &**element {
            Type::Text | Type::Reference { .. } => FieldType {
                name: format!("List<{}>", java_type(element)?.name),
                is_list: true,
            },
            other => return Err(unsupported("Java", "hold a list of", other)),
        },
        Type::Number => return Err(unsupported("Java", "hold", kind)),
    })
}

impl Held {
    /// The type that the getter returns.
    fn getter(&self) -> Result<String, Error> {
        let held = java_type(&self.kind)?;
        Ok(match held.name.as_str() {
            "Long" => "OptionalLong".to_owned(),
            _ if self.is_plain() => held.name,
            _ => format!("Optional<{}>", held.name),
        })
    }

    /// Whether the getter returns the value itself: an empty one where there is none.
    fn is_plain(&self) -> bool {
        self.required && matches!(self.kind, Type::Text | Type::List { .. })
    }

    /// The expression that the getter returns.
    fn value(&self) -> Result<String, Error> {
        let held = java_type(&self.kind)?;
        let name = java_name(&self.name);
        Ok(match held.name.as_str() {
            "Long" => format!("{name} == null ? OptionalLong.empty() : OptionalLong.of({name})"),
            _ if !self.is_plain() => format!("Optional.ofNullable({name})"),
            _ if held.is_list => format!("{name} == null ? List.of() : {name}"),
            _ => format!("{name} == null ? \"\" : {name}"),
        })
    }
}

/// The classes of `java.util` that a value of these members uses.
fn imports(properties: &[Held]) -> Result<Vec<String>, Error> {
    let mut names = vec!["Map", "Objects"];
    for property in properties {
        let getter = property.getter()?;
        names.extend(getter.contains("List<").then_some("List"));
        names.extend(getter.contains("Optional<").then_some("Optional"));
        names.extend(getter.contains("OptionalLong").then_some("OptionalLong"));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// The call that reads a value; null where it is of another type.
fn java_read(kind: &Type, schemas: &[Named]) -> Result<String, Error> {
    Ok(match kind {
        Type::Text => "in.text()".to_owned(),
        Type::Integer { .. } => "in.integer()".to_owned(),
        Type::Boolean => "in.bool()".to_owned(),
        Type::Reference { schema } => match form(schema, schemas)? {
            "object" => format!("in.object({}Codec.INSTANCE)", naming::pascal(schema)),
            "open_set" => format!("in.text({}::of)", naming::pascal(schema)),
            _ => format!("in.scalar(Scalars.{})", naming::screaming(schema)),
        },
        Type::List { element } => match &**element {
            Type::Text => "in.texts()".to_owned(),
            Type::Reference { schema } if form(schema, schemas)? == "object" => {
                format!("in.objects({}Codec.INSTANCE)", naming::pascal(schema))
            }
            other => return Err(unsupported("Java", "read a list of", other)),
        },
        Type::Number => return Err(unsupported("Java", "read", kind)),
    })
}

/// The statement that writes a member with a value.
fn java_write(property: &Held, schemas: &[Named]) -> Result<String, Error> {
    let name = java_name(&property.name);
    let out = format!("out.name({})", naming::quoted(&property.name, '"'));
    Ok(match &property.kind {
        Type::Text => format!("{out}.text({name});"),
        Type::Integer { .. } | Type::Boolean => format!("{out}.raw({name}.toString());"),
        Type::Reference { schema } => match form(schema, schemas)? {
            "open_set" => format!("{out}.text({name}.value());"),
            _ => format!("{name}.write({out});"),
        },
        Type::List { element } => match &**element {
            Type::Text => format!("{out}.texts({name});"),
            Type::Reference { .. } => {
                let value = property.value()?;
                format!("{out}.elements({value}, value -> value.write(out));")
            }
            other => return Err(unsupported("Java", "write a list of", other)),
        },
        kind @ Type::Number => return Err(unsupported("Java", "write", kind)),
    })
}

/// The type of an option that is sent in a query.
fn java_argument(kind: &Type) -> Result<&'static str, Error> {
    match kind {
        Type::Integer { .. } => Ok("int"),
        Type::Boolean => Ok("boolean"),
        Type::Text | Type::Reference { .. } => Ok("String"),
        Type::Number | Type::List { .. } => Err(unsupported("Java", "send in a query", kind)),
    }
}

/// The method of the client that puts an option into a query.
fn java_query(kind: &Type) -> Result<&'static str, Error> {
    match java_argument(kind)? {
        "int" => Ok("integer"),
        "boolean" => Ok("bool"),
        _ => Ok("text"),
    }
}

/// A description as Javadoc writes it: code in backticks as `{@code ...}`, and no HTML.
fn java_text(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            made.push_str(&format!("{{@code {part}}}"));
        } else {
            for c in part.chars() {
                match c {
                    '&' => made.push_str("&amp;"),
                    '<' => made.push_str("&lt;"),
                    '>' => made.push_str("&gt;"),
                    c => made.push(c),
                }
            }
        }
    }
    made
}

/// A Javadoc comment below an indentation, of lines that may begin with `*`.
///
/// A blank line separates paragraphs, `- ` begins an item of a list, and `@` a tag. Backticks and HTML
/// are as in [`java_text`]; inline tags stay as they are.
fn java_doc(text: &str, indent: usize) -> String {
    let mut blocks: Vec<String> = Vec::new();
    let mut is_new = true;
    for line in text.trim().lines() {
        let line = line.trim();
        let line = line.strip_prefix('*').unwrap_or(line).trim();
        let begins = line.starts_with("- ") || line.starts_with('@');
        match blocks.last_mut() {
            _ if line.is_empty() => {
                is_new = true;
                continue;
            }
            Some(last) if !is_new && !begins => {
                last.push(' ');
                last.push_str(line);
            }
            _ => blocks.push(line.to_owned()),
        }
        is_new = false;
    }
    let margin = " ".repeat(indent);
    let prefix = format!("{margin} * ");
    let wrapped = |text: &str, prefix: &str| {
        // Code is one word for the wrapping.
        let made = naming::doc(text, prefix, WIDTH);
        let lines = made.lines().map(|line| match line.strip_prefix(prefix) {
            Some(rest) => format!("{prefix}{}", java_text(rest)),
            None => java_text(line),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut lines = vec![format!("{margin}/**")];
    let mut is_in_list = false;
    let mut is_in_tags = false;
    for (index, block) in blocks.iter().enumerate() {
        if let Some(item) = block.strip_prefix("- ") {
            if !is_in_list {
                lines.push(format!("{prefix}<ul>"));
            }
            is_in_list = true;
            let item = wrapped(item, &format!("{prefix}    "));
            lines.push(item.replacen(&format!("{prefix}    "), &format!("{prefix}  <li>"), 1));
            continue;
        }
        if is_in_list {
            lines.push(format!("{prefix}</ul>"));
            is_in_list = false;
        }
        if block.starts_with('@') {
            if !is_in_tags && index > 0 {
                lines.push(format!("{margin} *"));
            }
            is_in_tags = true;
            lines.push(wrapped(block, &prefix));
        } else if index == 0 {
            lines.push(wrapped(block, &prefix));
        } else {
            lines.push(format!("{margin} *"));
            lines.push(wrapped(&format!("<p>{block}"), &prefix).replacen("&lt;p&gt;", "<p>", 1));
        }
    }
    if is_in_list {
        lines.push(format!("{prefix}</ul>"));
    }
    lines.push(format!("{margin} */"));
    if let [_, line, _] = lines.as_slice()
        && !line.contains('\n')
        && line.len() + 6 <= WIDTH
    {
        let text = line.strip_prefix(&prefix).unwrap_or(line);
        return format!("{margin}/** {text} */");
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
