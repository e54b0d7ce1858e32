//! Lenient JSON for inexact providers: an unreadable member is dropped or repaired, and the rest of the answer is kept.
//!
//! The strict parser runs first. Only when it fails is the text mended, parsed into a tree and repaired, so correct
//! JSON costs nothing extra.

use std::collections::HashMap;

use artel_domain::{mend_json, read_foreign_json};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};
use serde_path_to_error::{Path, Segment};

use crate::surrogates;

/// The largest number of repairs in one text. More repairs mean that the text is something else.
const MAX_REPAIRS: usize = 64;

/// Parses a JSON text that holds one value.
///
/// # Arguments
/// `has_stand_ins` is set when stand-ins of [`surrogates`] were written into the value's strings.
///
/// # Errors
/// The strict parser's error, when the text is not JSON or no repair helps.
pub(crate) fn read<T: DeserializeOwned>(text: &str, has_stand_ins: &mut bool) -> serde_json::Result<T> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(error) => match repaired(text, |text| unreadable_at::<T>(text), has_stand_ins) {
            Some(repaired) => serde_json::from_str(&repaired),
            None => Err(error),
        },
    }
}

/// The text with every unreadable member repaired; `None` when that is not possible.
///
/// # Arguments
/// `check` returns the path of the first value that cannot be read, see [`unreadable_at`].
pub(crate) fn repaired(text: &str, check: impl Fn(&str) -> Option<Place>, has_stand_ins: &mut bool) -> Option<String> {
    let text = surrogates::with_stand_ins(text, has_stand_ins);
    let mut value = value(&text)?;
    let mut tried = HashMap::new();
    for _ in 0..MAX_REPAIRS {
        let text = value.to_string();
        match check(&text) {
            None => return Some(text),
            Some(place) => repair(&mut value, place, &mut tried)?,
        }
    }
    None
}

/// A JSON text as a tree, with its long integers as strings; `None` when it is not even almost JSON.
pub(crate) fn value(text: &str) -> Option<Value> {
    read_foreign_json(text).or_else(|_| read_foreign_json(&mend_json(text))).ok()
}

/// Whether a text may hold an object. A text without one is no part of an answer: it keeps the connection open.
pub(crate) fn has_object(text: &str) -> bool {
    text.contains('{')
}

/// The path of a value in a JSON text, from the root.
pub(crate) type Place = Vec<Step>;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Item(usize),
    Member(String),
}

/// The path of the first value that cannot be read as a `T`; `None` when there is none.
pub(crate) fn unreadable_at<'a, T: Deserialize<'a>>(text: &'a str) -> Option<Place> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize::<_, T>(&mut json).err().map(|error| place(error.path()))
}

fn place(path: &Path) -> Place {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Map { key } => Some(Step::Member(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().map_while(step).collect()
}

/// The readings of the original value that are not tried yet, by path. The best one is last.
type Tried = HashMap<Place, Vec<Value>>;

/// Replaces the value at a path by another reading of it, then by `null`, then removes it; `None` at the root.
fn repair(root: &mut Value, mut place: Place, tried: &mut Tried) -> Option<()> {
    let slot = find(root, &place)?;
    let readings = tried.entry(place.clone()).or_insert_with(|| readings(slot));
    if let Some(reading) = readings.pop() {
        *slot = reading;
        return Some(());
    }
    match (place.pop()?, find(root, &place)?) {
        (Step::Member(name), Value::Object(members)) => members.shift_remove(&name).map(drop),
        (Step::Item(index), Value::Array(items)) if index < items.len() => {
            items.remove(index);
            // The items after the removed one have other paths now.
            tried.clear();
            Some(())
        }
        _ => None,
    }
}

fn find<'a>(root: &'a mut Value, place: &[Step]) -> Option<&'a mut Value> {
    place.iter().try_fold(root, |value, step| match step {
        Step::Item(index) => value.get_mut(*index),
        Step::Member(name) => value.get_mut(name),
    })
}

/// Other readings of a value: `11.0` and `"11"` may mean 11, and 11 may mean `"11"`. `null` means absent.
fn readings(value: &Value) -> Vec<Value> {
    let mut readings = vec![Value::Null];
    match value {
        Value::Number(number) => {
            readings.push(number.to_string().into());
            readings.extend(whole(number));
        }
        Value::String(text) => readings.extend(text.trim().parse::<Number>().ok().map(Value::Number)),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
    readings
}

fn whole(number: &Number) -> Option<Value> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    let is_exact = float.fract() == 0.0 && float.abs() < 9e15;
    is_exact.then(|| Value::from(float as i64))
}

#[cfg(test)]
mod tests;
