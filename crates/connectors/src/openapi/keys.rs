//! Names that fit: of operations, parameters and modules.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

const LONGEST: usize = 64;

/// The keys that are taken.
#[derive(Debug, Default)]
pub(super) struct Keys(HashSet<String>);

impl Keys {
    /// A key of letters, digits, `_` and `-`: the operation's id when that is unique, else made of method and path.
    pub(super) fn of(&mut self, method: &str, path: &str, id: Option<&str>) -> String {
        let plain = id.map(|id| plain(id, '-')).filter(|key| !key.is_empty());
        let mut key = plain.unwrap_or_else(|| plain_path(method, path));
        if key.len() > LONGEST || self.0.contains(&key) {
            key = shortened(&key, &format!("{method} {path}"));
        }
        self.0.insert(key.clone());
        key
    }
}

fn plain_path(method: &str, path: &str) -> String {
    let words = plain(path, '-');
    if words.is_empty() { method.to_owned() } else { format!("{method}_{words}") }
}

/// The beginning of a key, and a digest that tells it from others.
fn shortened(key: &str, of: &str) -> String {
    let digest = hex::encode(Sha256::digest(of));
    let end = key.floor_char_boundary(LONGEST - 9);
    format!("{}_{}", &key[..end.min(key.len())], &digest[..8])
}

/// Letters, digits, `_` and one more character; everything else becomes `_`, never two of them.
fn plain(text: &str, also: char) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_alphanumeric() || c == also { c } else { '_' };
        if c != '_' || !plain.ends_with('_') {
            plain.push(c);
        }
    }
    plain.trim_matches(['_', '-']).to_owned()
}

/// The name of a parameter: as the document has it, where a model can write it.
pub(super) fn parameter_key(name: &str, taken: &HashSet<String>, prefix: &str) -> String {
    let mut key = plain(name, '_');
    if key.is_empty() || key.starts_with(|c: char| c.is_ascii_digit()) {
        format!("{prefix}_{key}").trim_end_matches('_').clone_into(&mut key);
    }
    if taken.contains(&key) {
        key = format!("{prefix}_{key}");
    }
    let mut number = 2;
    let base = key.clone();
    while taken.contains(&key) {
        key = format!("{base}_{number}");
        number += 1;
    }
    key
}

/// The key of a module: its tag in lower case.
pub(super) fn module_key(tag: &str) -> String {
    let key = plain(&tag.to_lowercase(), '_');
    let key: String = key.chars().take(LONGEST).collect();
    if key.is_empty() { "other".to_owned() } else { key }
}

/// Does a text fit a pattern in which `*` stands for anything?
///
/// Each piece between two `*` is taken where it is first found: that leaves the most text for the pieces behind it.
pub(super) fn fits(glob: &str, text: &str) -> bool {
    let Some((before, after)) = glob.split_once('*') else { return glob == text };
    let Some(mut rest) = text.strip_prefix(before) else { return false };
    let (pieces, end) = after.rsplit_once('*').unwrap_or(("", after));
    for piece in pieces.split('*') {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything() {
        for (glob, text) in [("a*", "abc"), ("*c", "abc"), ("a*c", "abbc"), ("*", ""), ("a*b*a", "aba"), ("**", "x")] {
            assert!(fits(glob, text), "{glob} {text}");
        }
        for (glob, text) in [("a*", "ba"), ("a*b*b", "ab"), ("ab", "abc"), ("a*a", "a"), ("*a*b", "ba")] {
            assert!(!fits(glob, text), "{glob} {text}");
        }
    }

    #[test]
    fn many_stars_are_as_quick_as_one() {
        assert!(!fits(&"*a".repeat(400), &format!("{}b", "a".repeat(2000))));
    }
}
