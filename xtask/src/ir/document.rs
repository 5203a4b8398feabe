//! A document lowered to OpenAPI 3.0.3, parsed, and compared with what was parsed.

use openapiv3::OpenAPI;
use serde_json::Value;

use super::IrError;
use crate::lower;

/// Members whose absence means `false`; openapiv3 leaves them out.
const FALSE_BY_DEFAULT: &[&str] = &[
    "allowReserved",
    "deprecated",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "nullable",
    "readOnly",
    "required",
    "uniqueItems",
    "writeOnly",
];

/// Lowers an OpenAPI 3.1 document and parses it, losing nothing.
///
/// # Errors
///
/// When the lowering or `openapiv3` does not know a part of it.
pub fn parse(document: &Value) -> Result<(Value, OpenAPI), IrError> {
    let lowered = lower::lower(document).map_err(|error| {
        let reason = format!("{}, which xtask/src/lower.rs does not know,", error.reason);
        IrError::new(error.pointer, reason)
    })?;
    let parsed = reproduces(&lowered)?;
    Ok((lowered, parsed))
}

/// Parses an OpenAPI 3.0 document and checks that the result says all that it says, because
/// `openapiv3` drops what it does not know in silence.
///
/// # Errors
///
/// When it does not parse, or a part of it is lost.
pub fn reproduces(document: &Value) -> Result<OpenAPI, IrError> {
    let parsed: OpenAPI = serde_json::from_value(document.clone())
        .map_err(|error| IrError::new("", format!("no OpenAPI 3.0 document ({error})")))?;
    let written = serde_json::to_value(&parsed).map_err(|error| {
        IrError::new("", format!("a document that cannot be written ({error})"))
    })?;
    match difference(document, &written, &mut String::new()) {
        Some(pointer) => Err(IrError::new(
            pointer,
            "something that openapiv3 does not know",
        )),
        None => Ok(parsed),
    }
}

/// JSON pointer to the first part that was lost or changed.
fn difference(document: &Value, written: &Value, pointer: &mut String) -> Option<String> {
    match (document, written) {
        (Value::Object(document), Value::Object(written)) => {
            for (name, value) in document {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&escape(name));
                let lost = match written.get(name) {
                    Some(written) => difference(value, written, pointer),
                    None if *value == Value::Bool(false)
                        && FALSE_BY_DEFAULT.contains(&name.as_str()) =>
                    {
                        None
                    }
                    None => Some(pointer.clone()),
                };
                if lost.is_some() {
                    return lost;
                }
                pointer.truncate(length);
            }
            let added = written
                .iter()
                .find(|(name, value)| !document.contains_key(*name) && !is_default(name, value));
            added.map(|(name, _)| format!("{pointer}/{}", escape(name)))
        }
        (Value::Array(document), Value::Array(written)) if document.len() == written.len() => {
            for (index, (value, written)) in document.iter().zip(written).enumerate() {
                let length = pointer.len();
                pointer.push_str(&format!("/{index}"));
                let lost = difference(value, written, pointer);
                if lost.is_some() {
                    return lost;
                }
                pointer.truncate(length);
            }
            None
        }
        (Value::Number(document), Value::Number(written))
            if document.as_f64() == written.as_f64() =>
        {
            None
        }
        _ if document == written => None,
        _ => Some(pointer.clone()),
    }
}

/// Whether openapiv3 writes a member that means nothing: null, or the style that a parameter has anyway.
fn is_default(name: &str, value: &Value) -> bool {
    value.is_null() || name == "style" && (value == "simple" || value == "form")
}

/// A name as a segment of a JSON pointer.
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
