//! `response_transform`: a tenant's JMESPath expression over an answer.
//!
//! `[@,@]|[@,@]|…` doubles with every step, so an expression's growth is computed from its tree and bounded. What it
//! costs to follow an expression is paid with fuel ([`metered`]).

mod growth;
mod metered;

use std::io::{self, Write};

use jmespath::{Rcvar, Variable};
use serde_json::Value;

use crate::programs::Fuel;
use growth::growth;
use metered::Metered;

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
pub(crate) fn apply(expression: &str, value: &Value, cap: usize, fuel: &Fuel) -> Result<Value, String> {
    let (compiled, growth) = parse(expression)?;
    let failed = |error: &dyn std::fmt::Display| format!("the response_transform failed: {}", first_line(error));
    let mut size = Counted { left: usize::MAX, buffer: None };
    serde_json::to_writer(&mut size, value).map_err(|error| failed(&error))?;
    let size = usize::MAX - size.left;
    if growth * size as f64 > MAX_RESULT {
        return Err("the response_transform could make this answer too large".to_owned());
    }
    fuel.spend(size as u64).map_err(|exhausted| failed(&exhausted))?;
    let data = Rcvar::new(Variable::try_from(value).map_err(|error| failed(&error))?);
    let found =
        Metered::new(&compiled, &jmespath::DEFAULT_RUNTIME, fuel).search(&data).map_err(|error| failed(&error))?;
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
mod tests;
