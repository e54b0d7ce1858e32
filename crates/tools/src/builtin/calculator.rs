use async_trait::async_trait;
use evalexpr::{
    ContextWithMutableFunctions, ContextWithMutableVariables, EvalexprError, Function, HashMapContext, Node, Operator,
    Value as Number,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Builtin;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};

/// Arithmetic in double precision.
pub(super) struct Calculator;

/// Bounds the parser's recursion; the language has no loops and no unbounded numbers, so nothing else can grow.
const MAX_EXPRESSION: usize = 256;
type Named = (&'static str, fn(f64) -> f64);
const FUNCTIONS: [Named; 14] = [
    ("sqrt", f64::sqrt),
    ("cbrt", f64::cbrt),
    ("abs", f64::abs),
    ("exp", f64::exp),
    ("ln", f64::ln),
    ("log", f64::log10),
    ("log10", f64::log10),
    ("log2", f64::log2),
    ("sin", f64::sin),
    ("cos", f64::cos),
    ("tan", f64::tan),
    ("asin", f64::asin),
    ("acos", f64::acos),
    ("atan", f64::atan),
];

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// for example (2 + 3) * sqrt(16) / 7
    #[schemars(length(max = MAX_EXPRESSION))]
    expression: String,
}

#[async_trait]
impl Builtin for Calculator {
    const NAME: &'static str = "calculator";
    const DESCRIPTION: &'static str = "Evaluates an arithmetic expression: + - * / % ^, parentheses, min, max, floor, ceil, round, sqrt, abs, exp, ln, log10, sin, cos, tan, pi, e.";
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let result = context.off_thread(move |_| {
            evaluate(&args.expression).map(|result| json!({"expression": args.expression, "result": result}))
        });
        Ok(result.await?.into())
    }
}

fn evaluate(expression: &str) -> Result<Value, String> {
    if expression.chars().count() > MAX_EXPRESSION {
        return Err(format!("an expression has at most {MAX_EXPRESSION} characters"));
    }
    if let Some(odd) = expression.chars().find(|c| !c.is_ascii_alphanumeric() && !"+-*/%^()., _\t\n".contains(*c)) {
        return Err(format!("'{odd}' has no meaning here; use numbers, + - * / % ^, parentheses and functions"));
    }
    let wrong = |error: EvalexprError| format!("this expression cannot be evaluated: {error}");
    let mut tree = evalexpr::build_operator_tree(&expression.replace("**", "^")).map_err(wrong)?;
    if has_power_tower(&tree) {
        return Err("a^b^c is read differently by different people; write (a^b)^c or a^(b^c)".into());
    }
    // Whole numbers would divide without remainder: 7/2 is 3.5 here.
    for operator in tree.iter_operators_mut() {
        if let Operator::Const { value: value @ Number::Int(_) } = operator {
            *value = Number::Float(value.as_number().map_err(wrong)?);
        }
    }
    let context = context().map_err(wrong)?;
    let result = tree.eval_number_with_context(&context).map_err(wrong)?;
    shown(result)
}

/// A power whose base is a power without parentheses (which would be a node of their own).
fn has_power_tower(node: &Node) -> bool {
    let children = node.children();
    let tower = matches!(node.operator(), Operator::Exp)
        && children.iter().any(|child| matches!(child.operator(), Operator::Exp));
    tower || children.iter().any(has_power_tower)
}

fn context() -> Result<HashMapContext, EvalexprError> {
    let mut context = HashMapContext::new();
    for (name, function) in FUNCTIONS {
        context.set_function(
            name.into(),
            Function::new(move |argument| Ok(Number::Float(function(argument.as_number()?)))),
        )?;
    }
    for (name, value) in [
        ("pi", std::f64::consts::PI),
        ("PI", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("E", std::f64::consts::E),
    ] {
        context.set_value(name.into(), Number::Float(value))?;
    }
    Ok(context)
}

/// Fifteen digits are what double precision keeps: 0.1 + 0.2 is 0.3.
fn shown(result: f64) -> Result<Value, String> {
    if !result.is_finite() {
        return Err("the result is not a finite number (a division by zero, or too large)".into());
    }
    let rounded: f64 = format!("{result:.14e}").parse().unwrap_or(result);
    let is_whole = rounded.fract() == 0.0 && rounded.abs() < 9e15;
    Ok(if is_whole { json!(rounded as i64) } else { json!(rounded) })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Calculator;
    use crate::builtin::testing::answer;
    use crate::output::ToolError;

    async fn calculated(expression: &str) -> Result<Value, ToolError> {
        answer(Calculator, json!({"expression": expression})).await.map(|answer| answer["result"].clone())
    }

    #[tokio::test]
    async fn the_calculator_calculates_as_people_do() {
        for (expression, result) in [
            ("1 + 2 * 3", json!(7)),
            ("7/2", json!(3.5)),
            ("0.1 + 0.2", json!(0.3)),
            ("-2^2", json!(-4)),
            ("2**10", json!(1024)),
            ("2^(3^2)", json!(512)),
            ("10 % 4", json!(2)),
            ("sqrt(16) + max(1, 2, 3)", json!(7)),
            ("round(sin(pi / 2) * 1e3)", json!(1000)),
            ("ln(e)", json!(1)),
            ("99999999999999999999 * 1", json!(1e20)),
        ] {
            assert_eq!(calculated(expression).await.unwrap(), result, "{expression}");
        }
    }

    #[tokio::test]
    async fn the_calculator_answers_nonsense_and_bombs_with_words() {
        for expression in [
            "",
            "1/0",
            "9^9^9",
            "(9^9)^999",
            "2(3)",
            "x + 1",
            "(",
            "1,000",
            "a = 5",
            "\"a\"",
            "true",
            "str::from(1)",
            "1 << 99",
            "sqrt(-1)",
        ] {
            assert!(calculated(expression).await.is_err(), "{expression}");
        }
        for piece in ["(", "-", "sqrt(", "1+", "2^", "((1)", "max(1,"] {
            let started = std::time::Instant::now();
            let _ = calculated(&piece.repeat(256 / piece.len())).await;
            assert!(calculated(&piece.repeat(1000)).await.is_err());
            assert!(started.elapsed().as_secs() < 1, "{piece}");
        }
    }
}
