//! Takes secrets out of what a server answered: receivers echo headers, and answers go to models, journals and logs.

mod forms;
mod plain;

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde_json::Value;

use crate::programs::{Exhausted, Fuel};
use forms::SHORTEST;
use plain::{Plain, Space};

pub(crate) const MASK: &str = "***";
/// Steps for each byte that is looked at.
const STEPS: usize = 4;

/// Everything of one call that must not be seen.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Looked for in texts as they are.
    whole: Needles,
    /// Looked for in texts without their white space.
    broken: Needles,
}

/// What is looked for in one form of the texts.
#[derive(Clone, Default)]
struct Needles {
    all: Vec<Vec<u8>>,
    /// Finds all needles at once. `None` when there is nothing to find.
    finder: OnceLock<Option<AhoCorasick>>,
}

impl Redactor {
    /// Hide this secret: as it is, however its characters are escaped or percent-encoded, in base64 (also as a part of
    /// a longer text, and in broken lines) and in hexadecimal.
    pub fn hide(&mut self, secret: &str) {
        let forms = forms::of(secret);
        forms.whole.into_iter().for_each(|needle| self.whole.add(needle));
        forms.broken.into_iter().for_each(|needle| self.broken.add(needle));
    }

    /// Pays for looking at so many bytes.
    pub(crate) fn pay(bytes: usize, fuel: &Fuel) -> Result<(), Exhausted> {
        fuel.spend((bytes * STEPS) as u64)
    }

    /// The text without the secrets.
    pub fn text(&self, text: &str) -> String {
        self.masked(text, false).unwrap_or_else(|| text.to_owned())
    }

    /// The beginning of a text without the secrets, and without the beginning of one that was cut off.
    pub(crate) fn beginning(&self, text: &str) -> String {
        self.masked(text, true).unwrap_or_else(|| text.to_owned())
    }

    /// Strings, numbers and names of members alike.
    pub fn value(&self, value: &mut Value) {
        if self.whole.all.is_empty() {
            return;
        }
        match value {
            Value::String(text) => {
                if let Some(masked) = self.masked(text, false) {
                    *text = masked;
                }
            }
            Value::Number(number) => {
                if self.masked(&number.to_string(), false).is_some() {
                    *value = MASK.into();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => {
                if members.keys().any(|name| self.masked(name, false).is_some()) {
                    *members =
                        std::mem::take(members).into_iter().map(|(name, member)| (self.text(&name), member)).collect();
                }
                members.values_mut().for_each(|member| self.value(member));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The text with a mask in the place of each secret; `None` when it has none.
    fn masked(&self, text: &str, is_cut: bool) -> Option<String> {
        if text.len() < SHORTEST {
            return None;
        }
        let mut places = self.whole.places(text, Space::Kept, is_cut);
        // A text without white space was looked at already.
        if text.bytes().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'\\' | b'%' | b'&')) {
            let broken = self.broken.places(text, Space::Skipped, is_cut).into_iter();
            // The white space behind a secret is not the secret's.
            places.extend(broken.map(|(from, to)| (from, from + text[from..to].trim_ascii_end().len())));
            places.sort_unstable_by_key(|(_, to)| *to);
        }
        let mut apart = Vec::with_capacity(places.len());
        for (from, to) in places {
            add(&mut apart, from, to);
        }
        (!apart.is_empty()).then(|| with_masks(text, apart.into_iter()))
    }
}

impl Needles {
    fn add(&mut self, needle: Vec<u8>) {
        if !self.all.contains(&needle) {
            self.all.push(needle);
            self.finder = OnceLock::new();
        }
    }

    /// Where they are in a text, at the borders of its characters, in the order of their ends.
    fn places(&self, text: &str, space: Space, is_cut: bool) -> Vec<(usize, usize)> {
        let Some(finder) = self.finder.get_or_init(|| finder(&self.all)) else { return Vec::new() };
        let plain = Plain::of(text, space);
        let mut places = Vec::new();
        for found in finder.find_overlapping_iter(&plain.bytes) {
            add(&mut places, found.start(), found.end());
        }
        if let Some(length) = self.begun(&plain.bytes).filter(|_| is_cut) {
            add(&mut places, plain.bytes.len() - length, plain.bytes.len());
        }
        let in_text = |(from, to)| {
            let (from, to) = plain.place(from, to);
            (text.floor_char_boundary(from), text.ceil_char_boundary(to))
        };
        places.into_iter().map(in_text).collect()
    }

    /// How much of the end is the beginning of a secret.
    fn begun(&self, bytes: &[u8]) -> Option<usize> {
        let of_one =
            |needle: &Vec<u8>| (SHORTEST..needle.len()).rev().find(|length| bytes.ends_with(&needle[..*length]));
        self.all.iter().filter_map(of_one).max()
    }
}

/// Adds a place that ends behind all others. Places that overlap become one.
fn add(places: &mut Vec<(usize, usize)>, mut from: usize, to: usize) {
    while let Some((start, _)) = places.pop_if(|(_, end)| *end > from) {
        from = from.min(start);
    }
    places.push((from, to));
}

/// Masks these places, which are in order.
fn with_masks(text: &str, places: impl Iterator<Item = (usize, usize)>) -> String {
    let (mut masked, mut shown_to) = (String::with_capacity(text.len()), 0);
    for (from, to) in places {
        masked.push_str(text.get(shown_to..from).unwrap_or_default());
        masked.push_str(MASK);
        shown_to = shown_to.max(to);
    }
    masked.push_str(&text[shown_to..]);
    masked
}

/// Overlapping secrets are found each, so that a secret within a secret leaves no rest.
fn finder(needles: &[Vec<u8>]) -> Option<AhoCorasick> {
    if needles.is_empty() {
        return None;
    }
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::ContiguousNFA));
    builder.build(needles).inspect_err(|error| tracing::error!(%error, "secrets cannot be looked for")).ok()
}

/// Does a header of this name usually hold a credential?
pub(crate) fn is_sensitive_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let telling = ["auth", "token", "secret", "cookie", "password", "credential", "session", "signature"];
    telling.iter().any(|word| name.contains(word)) || (name.contains("key") && name != "x-idempotency-key")
}

#[cfg(test)]
mod tests;
