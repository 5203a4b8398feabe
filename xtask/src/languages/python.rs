//! Python: models, operations and service classes, with and without `await`.

use minijinja::Environment;
use minijinja::value::Serde;

use super::Language;
use crate::ir::Type;

/// The language.
pub const PYTHON: Language = Language {
    name: "python",
    output: "bindings/python/src/hwtasks/_generated",
    filters,
};

fn filters(environment: &mut Environment<'_>) {
    environment.add_filter("python_type", |Serde(kind): Serde<Type>| python_type(&kind));
}

fn python_type(kind: &Type) -> String {
    match kind {
        Type::Text => "str".to_owned(),
        Type::Integer { .. } => "int".to_owned(),
        Type::Number => "float".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Reference { schema } => schema.clone(),
        Type::List { element } => format!("list[{}]", python_type(element)),
    }
}
