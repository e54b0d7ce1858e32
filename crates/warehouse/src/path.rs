//! Where a value stands in an item: `a.b`, `lines[].sku`, `"name with . in it".x`.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// Names and `[]` of one path at most.
const LONGEST: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    /// Each element of a list.
    Each,
}

/// The way from a value to values within it. The empty path is the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(Vec<Step>);

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("has an empty name; write it such as a.b or lines[].sku")]
    EmptyName,
    #[error("has a bracket that is not []; write lines[] for each element of lines")]
    Bracket,
    #[error("has a quotation mark that is not closed")]
    Quote,
    #[error("has more than {LONGEST} steps")]
    TooLong,
}

impl Path {
    /// It may lead to several values.
    pub fn is_many(&self) -> bool {
        self.0.contains(&Step::Each)
    }

    /// The first value that it leads to.
    pub fn first<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.all(value).first().copied()
    }

    /// All values that it leads to, in order. Lists that are not there have no elements.
    pub fn all<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut found = Vec::new();
        self.visit(value, &mut |end| found.extend(end.ok()));
        found
    }

    /// Each end of the way: a value, or as an error the value that has no such member or is no list.
    pub(crate) fn visit<'a>(&self, value: &'a Value, end: &mut dyn FnMut(Result<&'a Value, &'a Value>)) {
        walk(&self.0, value, end);
    }
}

fn walk<'a>(steps: &[Step], value: &'a Value, end: &mut dyn FnMut(Result<&'a Value, &'a Value>)) {
    match steps {
        [] => end(Ok(value)),
        [Step::Member(name), rest @ ..] => match value.as_object().and_then(|object| object.get(name)) {
            Some(value) => walk(rest, value, end),
            None => end(Err(value)),
        },
        [Step::Each, rest @ ..] => match value.as_array() {
            Some(list) => list.iter().for_each(|value| walk(rest, value, end)),
            None => end(Err(value)),
        },
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut rest = text;
        let mut wants_name = !text.is_empty() && !text.starts_with('[');
        while wants_name || !rest.is_empty() {
            if steps.len() >= LONGEST {
                return Err(PathError::TooLong);
            }
            if wants_name {
                let (name, after) = name_of(rest)?;
                steps.push(Step::Member(name));
                (rest, wants_name) = (after, false);
            } else if let Some(after) = rest.strip_prefix("[]") {
                steps.push(Step::Each);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('.') {
                (rest, wants_name) = (after, true);
            } else {
                return Err(PathError::Bracket);
            }
        }
        Ok(Self(steps))
    }
}

/// A name, and what follows it.
fn name_of(text: &str) -> Result<(String, &str), PathError> {
    if text.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let Some(Ok(name)) = values.next() else { return Err(PathError::Quote) };
        let after = text.get(values.byte_offset()..).unwrap_or_default();
        return Ok((name, after));
    }
    let end = text.find(['.', '[', ']', '"']).unwrap_or(text.len());
    if end == 0 {
        return Err(if text.starts_with(['[', ']']) { PathError::Bracket } else { PathError::EmptyName });
    }
    let (name, after) = text.split_at(end);
    Ok((name.to_owned(), after))
}

/// A name as a path has it.
pub(crate) fn quoted(name: &str) -> String {
    let is_plain = !name.is_empty() && !name.contains(['.', '[', ']', '"']);
    if is_plain { name.to_owned() } else { Value::from(name).to_string() }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            match step {
                Step::Each => f.write_str("[]")?,
                Step::Member(name) if n == 0 => f.write_str(&quoted(name))?,
                Step::Member(name) => write!(f, ".{}", quoted(name))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Path, PathError};

    #[test]
    fn a_path_leads_to_members_and_to_each_element() {
        let item = json!({"a": {"b": [{"c": 1}, {"c": 2}, {"d": 3}]}, "x.y": {"": 4}, "п": 5});
        for (text, found) in [
            ("a.b[].c", json!([1, 2])),
            ("a.b[]", json!([{"c": 1}, {"c": 2}, {"d": 3}])),
            ("\"x.y\".\"\"", json!([4])),
            ("п", json!([5])),
            ("a.missing[].c", json!([])),
            ("a.b.c", json!([])),
        ] {
            let path: Path = text.parse().unwrap();
            assert_eq!(json!(path.all(&item)), found, "{text}");
            assert_eq!(path.to_string(), text);
        }
        let whole: Path = "".parse().unwrap();
        assert_eq!(whole.first(&item), Some(&item));
        let lists: Path = "[][]".parse().unwrap();
        assert_eq!(json!(lists.all(&json!([[1, 2], [3]]))), json!([1, 2, 3]));
    }

    #[test]
    fn what_is_no_path_says_why() {
        for (text, why) in [
            ("a..b", PathError::EmptyName),
            (".a", PathError::EmptyName),
            ("a.", PathError::EmptyName),
            ("a[0]", PathError::Bracket),
            ("a]", PathError::Bracket),
            ("a.[]", PathError::Bracket),
            ("\"a", PathError::Quote),
        ] {
            assert_eq!(text.parse::<Path>(), Err(why), "{text}");
        }
        assert_eq!("a.".repeat(20).parse::<Path>(), Err(PathError::TooLong));
    }
}
