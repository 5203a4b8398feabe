//! `--query`: a JMESPath expression over what is printed.

use jmespath::{Expression, Variable};
use serde_json::Value;

use crate::failure::Failure;

/// How many operators an expression may have: parsing and evaluating calls itself for each.
const OPERATORS: usize = 256;

/// A compiled expression.
pub(crate) struct Query(Expression<'static>);

impl Query {
    pub(crate) fn compile(expression: &str) -> Result<Self, Failure> {
        let refused = |why: &str| {
            Failure::bad_input(format!("--query is no JMESPath expression: {why}"))
                .at(format!("--query {expression:?}"))
                .advice("see https://jmespath.org, and quote the expression for the shell")
        };
        let operators = expression.matches(['.', '|', '[', '(', '{', '!', '&', '*', '<', '>', '=']);
        if operators.count() > OPERATORS {
            return Err(Failure::bad_input(format!(
                "--query is refused: it has more than {OPERATORS} operators and brackets"
            ))
            .advice("filter in several steps, with a program of your own"));
        }
        let compiled = jmespath::compile(expression);
        compiled.map(Self).map_err(|error| refused(&reason(&error)))
    }

    pub(crate) fn apply(&self, value: &Value) -> Result<Value, Failure> {
        let failed = |why: String| {
            Failure::bad_input(format!("--query does not fit what is printed: {why}"))
                .at(format!("--query {:?}", self.0.as_str()))
                .advice("see what is printed with -o json and without --query")
        };
        let variable = Variable::try_from(value).map_err(|error| failed(reason(&error)))?;
        let found = self.0.search(variable);
        let found = found.map_err(|error| failed(reason(&error)))?;
        serde_json::to_value(&*found).map_err(|error| failed(error.to_string()))
    }
}

/// The reason on one line, without the drawing of the place, which repeats the expression.
fn reason(error: &jmespath::JmespathError) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let why = line.rsplit_once(" (line ").map_or(line, |(why, _)| why);
    let why = why
        .trim_start_matches("Parse error: ")
        .trim_start_matches("Runtime error: ");
    format!("{why}, at character {}", error.offset + 1)
}
