use artel_domain::{Clock, EffectClass};
use evalexpr::{
    ContextWithMutableFunctions, ContextWithMutableVariables, EvalexprError, Function, HashMapContext, Node, Operator, Value as Number,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Internal;

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

#[derive(Deserialize)]
pub(super) struct Args {
    expression: String,
}

impl Internal for Calculator {
    const NAME: &'static str = "calculator";
    const DESCRIPTION: &'static str = "Evaluates an arithmetic expression: + - * / % ^, parentheses, min, max, floor, ceil, round, sqrt, abs, exp, ln, log10, sin, cos, tan, pi, e.";
    type Args = Args;

    fn schema() -> Value {
        let expression = json!({"type": "string", "description": "for example (2 + 3) * sqrt(16) / 7", "maxLength": MAX_EXPRESSION});
        json!({"type": "object", "properties": {"expression": expression}, "required": ["expression"], "additionalProperties": false})
    }

    fn effect() -> EffectClass {
        EffectClass::ReadOnly
    }

    fn call(args: Args, _: &dyn Clock) -> Result<Value, String> {
        evaluate(&args.expression).map(|result| json!({"expression": args.expression, "result": result}))
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
    let tower = matches!(node.operator(), Operator::Exp) && children.iter().any(|child| matches!(child.operator(), Operator::Exp));
    tower || children.iter().any(has_power_tower)
}

fn context() -> Result<HashMapContext, EvalexprError> {
    let mut context = HashMapContext::new();
    for (name, function) in FUNCTIONS {
        context.set_function(name.into(), Function::new(move |argument| Ok(Number::Float(function(argument.as_number()?)))))?;
    }
    for (name, value) in
        [("pi", std::f64::consts::PI), ("PI", std::f64::consts::PI), ("e", std::f64::consts::E), ("E", std::f64::consts::E)]
    {
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
