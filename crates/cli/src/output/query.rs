//! `--query`: a JMESPath expression over the output.

mod exact;

use jmespath::ast::Ast;
use jmespath::{
    Context, DEFAULT_RUNTIME, ErrorReason, Expression, JmespathError, Rcvar, RuntimeError, Variable,
};
use serde_json::Value;

use crate::error::CliError;

/// How many operators an expression may have: parsing and evaluation recurse for each.
const MAX_OPERATORS: usize = 256;

/// A compiled expression.
pub(crate) struct Query(Expression<'static>);

impl Query {
    pub(crate) fn compile(expression: &str) -> Result<Self, CliError> {
        let refused = |why: &str| {
            CliError::bad_input(format!("--query is not a JMESPath expression: {why}"))
                .at(format!("--query {expression:?}"))
                .with_help("see https://jmespath.org, and quote the expression for the shell")
        };
        let operators = expression.matches(['.', '|', '[', '(', '{', '!', '&', '*', '<', '>', '=']);
        if operators.count() > MAX_OPERATORS {
            return Err(CliError::bad_input(format!(
                "--query is refused: it has more than {MAX_OPERATORS} operators and brackets"
            ))
            .with_help("filter in several steps, with another program"));
        }
        let ast = jmespath::parse(expression).map_err(|error| refused(&reason(&error)))?;
        check(expression, &ast)?;
        Ok(Self(exact::expression(expression, ast)))
    }

    pub(crate) fn apply(&self, value: &Value) -> Result<Value, CliError> {
        let failed = |why: String| {
            CliError::bad_input(format!("--query does not fit the output: {why}"))
                .at(format!("--query {:?}", self.0.as_str()))
                .with_help("see the output of -o json without --query")
        };
        let variable = Variable::try_from(value).map_err(|error| failed(reason(&error)))?;
        let found = self.0.search(variable);
        let found = found.map_err(|error| failed(reason(&error)))?;
        serde_json::to_value(&*found).map_err(|error| failed(error.to_string()))
    }
}

/// Rejects expressions that fail for any output, before any request is sent.
fn check(expression: &str, ast: &Ast) -> Result<(), CliError> {
    let refused = |why: String, offset: usize| {
        let why = format!(
            "--query cannot be evaluated: {why}, at character {}",
            offset + 1
        );
        CliError::bad_input(why)
            .at(format!("--query {expression:?}"))
            .with_help("see https://jmespath.org, which lists the functions")
    };
    match ast {
        Ast::Function { name, args, offset } => {
            // The offset is that of the bracket.
            let at = offset.saturating_sub(name.len());
            let Some(function) = DEFAULT_RUNTIME.get_function(name) else {
                return Err(refused(format!("there is no function {name}"), at));
            };
            // The functions check the number of arguments first.
            let nulls = vec![Rcvar::new(Variable::Null); args.len()];
            let tried = function.evaluate(&nulls, &mut Context::new("", &DEFAULT_RUNTIME));
            if let Err(JmespathError {
                reason: ErrorReason::Runtime(error),
                ..
            }) = tried
                && let RuntimeError::TooManyArguments { expected, actual }
                | RuntimeError::NotEnoughArguments { expected, actual } = error
            {
                let arguments = if expected == 1 {
                    "argument"
                } else {
                    "arguments"
                };
                let why = format!("{name} takes {expected} {arguments}, not {actual}");
                return Err(refused(why, at));
            }
        }
        Ast::Slice {
            step: 0, offset, ..
        } => {
            return Err(refused(
                "a slice cannot have a step of 0".to_owned(),
                *offset,
            ));
        }
        _ => {}
    }
    parts(ast)
        .into_iter()
        .try_for_each(|part| check(expression, part))
}

/// The direct parts of an expression.
fn parts(ast: &Ast) -> Vec<&Ast> {
    match ast {
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => vec![lhs, rhs],
        Ast::Condition {
            predicate, then, ..
        } => vec![predicate, then],
        Ast::Expref { ast, .. } => vec![ast],
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => {
            vec![node]
        }
        Ast::Function { args, .. } => args.iter().collect(),
        Ast::MultiList { elements, .. } => elements.iter().collect(),
        Ast::MultiHash { elements, .. } => elements.iter().map(|pair| &pair.value).collect(),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Vec::new(),
    }
}

/// The direct parts of an expression, to be changed.
fn parts_mut(ast: &mut Ast) -> Vec<&mut Ast> {
    match ast {
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => vec![lhs, rhs],
        Ast::Condition {
            predicate, then, ..
        } => vec![predicate, then],
        Ast::Expref { ast, .. } => vec![ast],
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => {
            vec![node]
        }
        Ast::Function { args, .. } => args.iter_mut().collect(),
        Ast::MultiList { elements, .. } => elements.iter_mut().collect(),
        Ast::MultiHash { elements, .. } => {
            elements.iter_mut().map(|pair| &mut pair.value).collect()
        }
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Vec::new(),
    }
}

/// The reason on one line, without the picture of the place, which repeats the expression.
fn reason(error: &jmespath::JmespathError) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let why = line.rsplit_once(" (line ").map_or(line, |(why, _)| why);
    let why = why
        .trim_start_matches("Parse error: ")
        .trim_start_matches("Runtime error: ");
    format!("{why}, at character {}", error.offset + 1)
}
