//! A value of the document, read once and used by all that refer to it.

use std::ops::Deref;
use std::rc::Rc;

use artel_domain::names::visible;
use artel_domain::{read_foreign_json, with_number_bounds};
use serde_json::{Map, Value};

const BOUNDS: [&str; 5] = ["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"];

/// A value where it stands, or the one that a reference names.
pub(super) enum Shared<'v> {
    Here(&'v Value),
    There(Rc<Value>),
}

impl Shared<'_> {
    pub(super) fn into_rc(self) -> Rc<Value> {
        match self {
            Self::Here(value) => Rc::new(value.clone()),
            Self::There(value) => value,
        }
    }
}

impl Deref for Shared<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Self::Here(value) => value,
            Self::There(value) => value,
        }
    }
}

/// The text of a value as a tree, in which no text has characters that control a display or that nobody sees. Integers
/// that are too long become strings with all their digits.
///
/// # Errors
/// The text is nested too deeply.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let value = read_foreign_json(text).map_err(|error| error.to_string())?;
    let mut value = with_number_bounds(value);
    clean(&mut value);
    Ok(value)
}

/// At most how many bytes of memory the tree of a text takes, more or less.
pub(super) fn weight(text: &str) -> usize {
    let parts = text.bytes().filter(|byte| matches!(byte, b',' | b':' | b'{' | b'[')).count();
    text.len() + parts * 64
}

pub(super) fn clean(value: &mut Value) {
    match value {
        Value::String(text) => clean_text(text),
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(members) => clean_members(members),
        _ => {}
    }
}

fn clean_text(text: &mut String) {
    if is_unclean(text) {
        *text = visible(text).into_owned();
    }
}

/// What values are held to is left out when it would be another one, and bounds that no number reaches.
fn clean_members(members: &mut Map<String, Value>) {
    for name in BOUNDS {
        if members.get(name).and_then(Value::as_str).is_some_and(is_out_of_reach) {
            members.shift_remove(name);
        }
    }
    for name in ["pattern", "enum", "const"] {
        if members.get(name).is_some_and(is_changed) {
            members.shift_remove(name);
        }
    }
    if members.keys().any(|name| is_unclean(name)) {
        *members =
            std::mem::take(members).into_iter().map(|(name, value)| (visible(&name).into_owned(), value)).collect();
    }
    members.values_mut().for_each(clean);
}

/// `1e999` and the like are texts by now.
fn is_out_of_reach(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|bound| !bound.is_finite())
}

fn is_changed(value: &Value) -> bool {
    match value {
        Value::String(text) => is_unclean(text),
        Value::Array(items) => items.iter().any(|item| item.as_str().is_some_and(is_unclean)),
        _ => false,
    }
}

fn is_unclean(text: &str) -> bool {
    matches!(visible(text), std::borrow::Cow::Owned(_))
}
