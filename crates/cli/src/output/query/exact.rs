//! JMESPath as jmespath.py evaluates it: text is ordered too, and integers are exact.
//!
//! The crate orders numbers alone, and compares them as doubles.

use std::cmp::Ordering;
use std::sync::LazyLock;

use jmespath::ast::{Ast, Comparator};
use jmespath::{Context, DEFAULT_RUNTIME, Expression, Rcvar, Runtime, SearchResult, Variable};
use serde_json::Number;

use super::parts_mut;

/// The comparators as functions, with names that no expression can call.
const COMPARATORS: [(&str, Comparator); 6] = [
    ("==", Comparator::Equal),
    ("!=", Comparator::NotEqual),
    ("<", Comparator::LessThan),
    ("<=", Comparator::LessThanEqual),
    (">", Comparator::GreaterThan),
    (">=", Comparator::GreaterThanEqual),
];

/// What replaces the result of a built-in function; `None` keeps it.
type Exact = fn(&[Rcvar], &Rcvar) -> Option<Rcvar>;

/// The built-in functions that compute with doubles, and their exact results.
const FUNCTIONS: [(&str, Exact); 13] = [
    ("abs", |args, _| {
        let number = integer(as_number(args.first()?)?)?;
        variable(number.checked_abs()?)
    }),
    ("avg", |args, _| {
        let values = args.first()?.as_array()?;
        #[allow(clippy::cast_precision_loss, reason = "an average is a double")]
        let average = sum(values)? as f64 / values.len() as f64;
        Some(Rcvar::new(Variable::Number(Number::from_f64(average)?)))
    }),
    ("ceil", |args, built_in| whole(args, built_in)),
    ("contains", |args, _| {
        let (values, wanted) = (args.first()?.as_array()?, args.get(1)?);
        let found = values.iter().any(|value| equal(value, wanted));
        Some(Rcvar::new(Variable::Bool(found)))
    }),
    ("floor", |args, built_in| whole(args, built_in)),
    ("max", |args, _| {
        let values = args.first()?.as_array()?;
        Some(first_most(values, values, Ordering::Greater)?.clone())
    }),
    ("max_by", |args, _| {
        let values = args.first()?.as_array()?;
        let keys = keys(values, args.get(1)?)?;
        Some(first_most(values, &keys, Ordering::Greater)?.clone())
    }),
    ("min", |args, _| {
        let values = args.first()?.as_array()?;
        Some(first_most(values, values, Ordering::Less)?.clone())
    }),
    ("min_by", |args, _| {
        let values = args.first()?.as_array()?;
        let keys = keys(values, args.get(1)?)?;
        Some(first_most(values, &keys, Ordering::Less)?.clone())
    }),
    ("sort", |args, _| {
        let mut values = args.first()?.as_array()?.clone();
        values.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
        Some(Rcvar::new(Variable::Array(values)))
    }),
    ("sort_by", |args, _| {
        let values = args.first()?.as_array()?;
        let keys = keys(values, args.get(1)?)?;
        let mut pairs: Vec<_> = keys.iter().zip(values).collect();
        pairs.sort_by(|(a, _), (b, _)| order(a, b).unwrap_or(Ordering::Equal));
        let sorted = pairs.into_iter().map(|(_, value)| value.clone());
        Some(Rcvar::new(Variable::Array(sorted.collect())))
    }),
    ("sum", |args, _| variable(sum(args.first()?.as_array()?)?)),
    ("to_number", |_, built_in| {
        // Text such as 'true' is JSON, and no number.
        (!built_in.is_number()).then(|| Rcvar::new(Variable::Null))
    }),
];

/// The functions of JMESPath, and the comparators.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = Runtime::new();
    runtime.register_builtin_functions();
    for (name, exact) in FUNCTIONS {
        let function = move |args: &[Rcvar], ctx: &mut Context<'_>| -> SearchResult {
            // The built-in function checks its arguments.
            let built_in = match DEFAULT_RUNTIME.get_function(name) {
                Some(function) => function.evaluate(args, ctx)?,
                None => Rcvar::new(Variable::Null),
            };
            Ok(exact(args, &built_in).unwrap_or(built_in))
        };
        runtime.register_function(name, Box::new(function));
    }
    for (name, comparator) in COMPARATORS {
        let function = move |args: &[Rcvar], _: &mut Context<'_>| -> SearchResult {
            let compared = match args {
                [left, right] => compare(&comparator, left, right),
                _ => None,
            };
            Ok(Rcvar::new(compared.map_or(Variable::Null, Variable::Bool)))
        };
        runtime.register_function(name, Box::new(function));
    }
    runtime
});

/// The expression of a syntax tree.
pub(super) fn expression(text: &str, mut ast: Ast) -> Expression<'static> {
    replace_comparators(&mut ast);
    Expression::new(text, ast, &RUNTIME)
}

fn replace_comparators(ast: &mut Ast) {
    parts_mut(ast).into_iter().for_each(replace_comparators);
    let Ast::Comparison {
        offset,
        comparator,
        lhs,
        rhs,
    } = ast
    else {
        return;
    };
    let name = COMPARATORS
        .iter()
        .find(|(_, known)| known == comparator)
        .map_or("==", |(name, _)| name);
    *ast = Ast::Function {
        offset: *offset,
        name: name.to_owned(),
        args: vec![(**lhs).clone(), (**rhs).clone()],
    };
}

/// The result of a comparator; `None`, which is null, where there is no order.
fn compare(comparator: &Comparator, left: &Rcvar, right: &Rcvar) -> Option<bool> {
    Some(match comparator {
        Comparator::Equal => equal(left, right),
        Comparator::NotEqual => !equal(left, right),
        Comparator::LessThan => order(left, right)?.is_lt(),
        Comparator::LessThanEqual => order(left, right)?.is_le(),
        Comparator::GreaterThan => order(left, right)?.is_gt(),
        Comparator::GreaterThanEqual => order(left, right)?.is_ge(),
    })
}

fn equal(left: &Rcvar, right: &Rcvar) -> bool {
    match (&**left, &**right) {
        (Variable::Number(a), Variable::Number(b)) => order_of_numbers(a, b).is_eq(),
        (Variable::Array(a), Variable::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Variable::Object(a), Variable::Object(b)) => {
            let mut pairs = a.iter().zip(b);
            a.len() == b.len() && pairs.all(|((one, a), (other, b))| one == other && equal(a, b))
        }
        (left, right) => left == right,
    }
}

/// The order of two numbers, or of two texts by code points.
fn order(left: &Rcvar, right: &Rcvar) -> Option<Ordering> {
    match (&**left, &**right) {
        (Variable::Number(a), Variable::Number(b)) => Some(order_of_numbers(a, b)),
        (Variable::String(a), Variable::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn order_of_numbers(a: &Number, b: &Number) -> Ordering {
    let float = |number: &Number| number.as_f64().unwrap_or_default();
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(a), None) => order_with_float(a, float(b)),
        (None, Some(b)) => order_with_float(b, float(a)).reverse(),
        (None, None) => float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal),
    }
}

fn order_with_float(integer: i128, float: f64) -> Ordering {
    let whole = float.trunc();
    #[allow(
        clippy::cast_possible_truncation,
        reason = "beyond the range it is the end of the range, which is beyond each integer"
    )]
    let order = integer.cmp(&(whole as i128));
    order.then_with(|| 0.0.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal))
}

fn as_number(value: &Rcvar) -> Option<&Number> {
    match &**value {
        Variable::Number(number) => Some(number),
        _ => None,
    }
}

fn integer(number: &Number) -> Option<i128> {
    let signed = number.as_i64().map(i128::from);
    signed.or_else(|| number.as_u64().map(i128::from))
}

/// An integer, if it fits in 64 bits.
fn variable(integer: i128) -> Option<Rcvar> {
    let number = i64::try_from(integer).map(Number::from);
    let number = number.or_else(|_| u64::try_from(integer).map(Number::from));
    Some(Rcvar::new(Variable::Number(number.ok()?)))
}

/// The sum of integers; `None` if there are others.
fn sum(values: &[Rcvar]) -> Option<i128> {
    let integers = values.iter().map(|value| integer(as_number(value)?));
    integers.sum()
}

/// The integer that a number has been rounded to.
fn whole(args: &[Rcvar], built_in: &Rcvar) -> Option<Rcvar> {
    if let Some(integer) = integer(as_number(args.first()?)?) {
        return variable(integer);
    }
    let rounded = as_number(built_in)?.as_f64()?;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a double beyond 64 bits stays a double"
    )]
    variable(rounded as i128)
}

/// The key of each value; `None` when one has none.
fn keys(values: &[Rcvar], expression: &Rcvar) -> Option<Vec<Rcvar>> {
    let ast = expression.as_expref()?;
    let expression = Expression::new("", ast.clone(), &RUNTIME);
    values
        .iter()
        .map(|value| expression.search(value.clone()).ok())
        .collect()
}

/// The first of the values with the greatest or the least key.
fn first_most<'v>(values: &'v [Rcvar], keys: &[Rcvar], most: Ordering) -> Option<&'v Rcvar> {
    let mut pairs = values.iter().zip(keys);
    let first = pairs.next()?;
    let found = pairs.fold(first, |best, pair| match order(pair.1, best.1) {
        Some(order) if order == most => pair,
        _ => best,
    });
    Some(found.0)
}
