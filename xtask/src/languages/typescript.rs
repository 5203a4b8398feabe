//! TypeScript: types, decode tables, operations and service classes.

use minijinja::Environment;
use minijinja::value::Serde;

use super::Language;
use crate::ir::Type;

/// The language.
pub const TYPESCRIPT: Language = Language {
    name: "typescript",
    output: "bindings/typescript/src/generated",
    filters,
};

fn filters(environment: &mut Environment<'_>) {
    environment.add_filter("typescript_type", |Serde(kind): Serde<Type>| {
        typescript_type(&kind)
    });
}

fn typescript_type(kind: &Type) -> String {
    match kind {
        Type::Text => "string".to_owned(),
        Type::Integer { .. } | Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Reference { schema } => schema.clone(),
        Type::List { element } => format!("{}[]", typescript_type(element)),
    }
}
