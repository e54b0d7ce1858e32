//! `response_transform`: a tenant's JMESPath expression over an answer.
//!
//! `[@,@]|[@,@]|…` doubles with every step, so an expression's growth is computed from its tree and bounded.

use std::io::{self, Write};

use jmespath::ast::Ast;
use serde_json::Value;

/// Bounds the parser's and the interpreter's recursion.
const MAX_EXPRESSION: usize = 1024;
const MAX_DEPTH: usize = 64;
/// How many times larger than its input a result may become, for any input.
const MAX_GROWTH: f64 = 4096.0;
/// ... and for the input at hand.
const MAX_RESULT: f64 = 64.0 * 1024.0 * 1024.0;

/// Checks an expression before it is kept with a tool.
///
/// # Errors
/// A text that says what is wrong with it.
pub fn check_transform(expression: &str) -> Result<(), String> {
    parse(expression).map(|_| ())
}

/// The transformed answer, at most `cap` bytes of JSON.
pub(crate) fn apply(expression: &str, value: &Value, cap: usize) -> Result<Value, String> {
    let (compiled, growth) = parse(expression)?;
    let failed = |error: &dyn std::fmt::Display| format!("the response_transform failed: {}", first_line(error));
    let mut size = Counted { left: usize::MAX, buffer: None };
    serde_json::to_writer(&mut size, value).map_err(|error| failed(&error))?;
    if growth * (usize::MAX - size.left) as f64 > MAX_RESULT {
        return Err("the response_transform could make this answer too large".to_owned());
    }
    let found = compiled.search(value).map_err(|error| failed(&error))?;
    let mut written = Counted { left: cap, buffer: Some(Vec::new()) };
    serde_json::to_writer(&mut written, &found)
        .map_err(|_| format!("the transformed answer is larger than {cap} bytes"))?;
    serde_json::from_slice(&written.buffer.unwrap_or_default()).map_err(|error| failed(&error))
}

fn parse(expression: &str) -> Result<(jmespath::Expression<'static>, f64), String> {
    if expression.len() > MAX_EXPRESSION {
        return Err(format!("a response_transform has at most {MAX_EXPRESSION} characters"));
    }
    if nesting(expression) > MAX_DEPTH {
        return Err(format!("a response_transform is nested at most {MAX_DEPTH} deep"));
    }
    let compiled =
        jmespath::compile(expression).map_err(|error| format!("not a JMESPath expression: {}", first_line(&error)))?;
    let growth = growth(compiled.as_ast());
    if growth > MAX_GROWTH {
        Err("this response_transform could make an answer thousands of times larger".to_owned())
    } else {
        Ok((compiled, growth))
    }
}

fn first_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// An upper bound of the depth of the expression's tree: each operator since the last comma, on every level that is
/// open.
fn nesting(expression: &str) -> usize {
    let mut levels = vec![0];
    let mut deepest = 0;
    for byte in expression.bytes() {
        let Some(level) = levels.last_mut() else { break };
        match byte {
            b'.' | b'|' | b'&' | b'!' | b'<' | b'>' | b'=' => *level += 1,
            b',' => *level = 0,
            b'(' | b'[' | b'{' => {
                *level += 1;
                levels.push(0);
            }
            b')' | b']' | b'}' if levels.len() > 1 => {
                levels.pop();
            }
            _ => {}
        }
        deepest = deepest.max(levels.iter().sum());
    }
    deepest
}

/// An upper bound of (size of result) / (size of input).
fn growth(ast: &Ast) -> f64 {
    match ast {
        Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } | Ast::Slice { .. } => 1.0,
        Ast::Literal { value, .. } => value.to_string().len() as f64,
        Ast::Comparison { lhs, rhs, .. } | Ast::And { lhs, rhs, .. } | Ast::Or { lhs, rhs, .. } => {
            growth(lhs).max(growth(rhs))
        }
        Ast::Projection { lhs, rhs, .. } | Ast::Subexpr { lhs, rhs, .. } => growth(lhs) * growth(rhs),
        Ast::Condition { predicate, then, .. } => growth(predicate).max(growth(then)),
        Ast::Expref { ast, .. } => growth(ast),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => growth(node),
        Ast::MultiList { elements, .. } => elements.iter().map(growth).sum::<f64>().max(1.0),
        Ast::MultiHash { elements, .. } => elements.iter().map(|pair| growth(&pair.value)).sum::<f64>().max(1.0),
        Ast::Function { name, args, .. } => called(name, args),
    }
}

fn called(name: &str, args: &[Ast]) -> f64 {
    let arguments: f64 = args.iter().map(growth).map(|growth| growth.max(1.0)).product();
    match name {
        // Quoting a string escapes its quotes and backslashes.
        "to_string" => 2.0 * arguments,
        "merge" | "not_null" => args.iter().map(growth).sum::<f64>().max(1.0),
        _ => arguments,
    }
}

/// Counts, and keeps if asked to, no more than `left` bytes.
struct Counted {
    left: usize,
    buffer: Option<Vec<u8>>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("too large"))?;
        if let Some(buffer) = &mut self.buffer {
            buffer.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{apply, check_transform};

    #[test]
    fn an_answer_is_cut_to_what_the_tenant_asked_for() {
        let answer = json!({"data": {"items": [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}]}, "noise": true});
        assert_eq!(
            apply("data.items[?id > `1`].{name: n, id: id}", &answer, 1000).unwrap(),
            json!([{"name": "b", "id": 2}])
        );
        assert_eq!(apply("missing", &answer, 1000).unwrap(), json!(null));
        assert_eq!(apply("join(', ', data.items[*].n)", &answer, 1000).unwrap(), json!("a, b"));
        assert!(apply("sum(data)", &answer, 1000).unwrap_err().contains("failed"));
        assert!(apply("data", &answer, 10).unwrap_err().contains("larger than 10"));
    }

    #[test]
    fn an_expression_that_multiplies_is_refused() {
        for step in ["[@,@]", "[@,@][]", "join('',[@,@])", "{a:@,b:@}", "map(&[@,@],[@,@])", "merge(@,@)"] {
            let bomb = vec![step; 1000 / (step.len() + 1)].join("|");
            assert!(check_transform(&bomb).is_err(), "{step}");
            let small = vec![step; 14].join("|");
            assert!(check_transform(&small).is_err(), "{step}");
        }
        let wide = format!("[{}]", vec!["@"; 500].join(","));
        check_transform(&wide).unwrap();
        assert!(apply(&wide, &json!("x".repeat(500_000)), 1 << 20).unwrap_err().contains("too large"));
    }

    #[test]
    fn an_expression_that_is_broken_too_long_or_too_deep_is_refused_without_a_crash() {
        for bad in [
            "",
            "a b",
            "[",
            "nope(",
            &"a.".repeat(600),
            &"(".repeat(1000),
            &"!".repeat(1000),
            &"a|".repeat(500),
            &"&".repeat(1000),
        ] {
            assert!(check_transform(bad).is_err(), "{bad}");
        }
        for step in [".a", "[]", "[0]", "|a", "||a", "[?a]", ".*", "[*]", ".{a: a}", ".[a]", "[::1]", ".not_null(a)"] {
            let deepest = (1..=100)
                .rev()
                .map(|count| format!("a{}", step.repeat(count)))
                .find(|chain| check_transform(chain).is_ok())
                .unwrap();
            apply(&deepest, &json!({"a": {"a": [{"a": 1}]}}), 1000).unwrap();
        }
        let wide: Vec<String> = (0..40).map(|i| format!("k{i}: data.x[0].y")).collect();
        check_transform(&format!("{{{}}}", wide.join(", "))).unwrap();
    }
}
