//! Names of tools, agents and rules: which may be given, and which of them count as one name.
//!
//! Whoever matches a name does it through this module. A name that only looks like another one would walk around a
//! rule about that one, and a model or a human would take one for the other.

use std::borrow::Cow;

use serde::Serialize as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};
use unicode_security::skeleton;

use crate::caseless;

/// Tools that have more than one name.
const ALIASES: [[&str; 2]; 1] = [["run_command", "execute_command"]];

/// Characters that control a display, or that nobody sees: from, to.
const UNSEEN: [(char, char); 28] = [
    ('\0', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Letters that look like small Latin ones, and that the table of letters that look alike leaves out.
const SHAPES: [(char, char); 27] = [
    ('ᴀ', 'a'),
    ('ʙ', 'b'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ꜰ', 'f'),
    ('ɢ', 'g'),
    ('ʜ', 'h'),
    ('ɪ', 'i'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ʟ', 'l'),
    ('ᴍ', 'm'),
    ('ɴ', 'n'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ʀ', 'r'),
    ('ꜱ', 's'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
    ('ʏ', 'y'),
    ('ᴢ', 'z'),
    ('ε', 'e'),
    ('κ', 'k'),
    ('τ', 't'),
];

/// Latin letters outside ASCII: from, to.
const LATIN: [(char, char); 7] = [
    ('\u{c0}', '\u{2af}'),
    ('\u{1d00}', '\u{1dbf}'),
    ('\u{1e00}', '\u{1eff}'),
    ('\u{2c60}', '\u{2c7f}'),
    ('\u{a720}', '\u{a7ff}'),
    ('\u{ab30}', '\u{ab6f}'),
    ('\u{10780}', '\u{107bf}'),
];

/// Why nothing may be called so; `None` for a name that may be given. Its length is the caller's to check.
pub fn fault(name: &str) -> Option<&'static str> {
    if name.chars().any(is_unseen) {
        return Some("must have no control characters and no invisible characters");
    }
    (!name.is_empty() && name.trim().is_empty()).then_some("must be more than white space")
}

/// A stranger's text for people and models to read, in one line: what controls a display or is not seen is not in it.
/// White space among that becomes a space.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let seen = |c: char| if is_unseen(c) { c.is_whitespace().then_some(' ') } else { Some(c) };
    Cow::Owned(text.chars().filter_map(seen).collect())
}

/// For members of answers that hold a stranger's text: what an earlier release took is shown [`visible`].
///
/// # Errors
/// Those of the serializer.
pub fn shown<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&visible(text))
}

/// The same where there may be none.
///
/// # Errors
/// Those of the serializer.
pub fn maybe_shown<S: serde::Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().map(visible).serialize(serializer)
}

/// A stranger's text as one piece of a sentence: [`visible`], between quotation marks that it cannot end.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", visible(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// The regular expression of names that may be given, for schemas.
pub fn schema_pattern() -> String {
    let ranges: String = UNSEEN.iter().map(|(from, to)| range(*from, *to)).collect();
    format!("^[^{ranges}]*[^{ranges}\\s][^{ranges}]*$")
}

/// Characters of the basic plane are escaped as every dialect knows it, others stand for themselves.
fn range(from: char, to: char) -> String {
    let written = |c: char| {
        let code = u32::from(c);
        if code <= 0xffff { format!("\\u{code:04x}") } else { c.to_string() }
    };
    if from == to { written(from) } else { format!("{}-{}", written(from), written(to)) }
}

/// Whether it controls a display, or nobody sees it.
pub fn is_unseen(c: char) -> bool {
    UNSEEN.iter().any(|(from, to)| (*from..=*to).contains(&c))
}

/// Whether two names count as one: case, the encoding of letters, white space, punctuation, what nobody sees, how words
/// are joined, accents on Latin letters and letters that look alike make no other name.
pub fn are_same(left: &str, right: &str) -> bool {
    let right = forms_of(right, |_| false);
    forms_of(left, |_| false).iter().any(|form| right.contains(form))
}

/// Whether a text has the word in it, as people read both. How the words of a running text are joined counts.
pub fn mentions(text: &str, word: &str) -> bool {
    let words = looks(word, |_| false);
    looks(text, |_| false).iter().any(|look| words.iter().any(|word| look.contains(word)))
}

/// Whether a name has the word in it, also spread over several words of the name.
pub fn contains(name: &str, word: &str) -> bool {
    let words = forms_of(word, |_| false);
    forms_of(name, |_| false).iter().any(|form| words.iter().any(|word| form.contains(word)))
}

/// Another name of the same tool, when it has one.
pub fn alias(name: &str) -> Option<&'static str> {
    ALIASES.iter().find_map(
        |[old, new]| {
            if are_same(name, old) { Some(*new) } else { are_same(name, new).then_some(*old) }
        },
    )
}

/// The forms in which a name and its [`alias`] are compared with the forms of a pattern.
pub fn forms(name: &str) -> Vec<String> {
    let mut forms: Vec<String> = Vec::new();
    for name in [Some(name), alias(name)].into_iter().flatten() {
        forms.extend(forms_of(name, |_| false));
        forms.push(untrimmed(&caseless(&seen(name)), |_| false));
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The forms in which a pattern is compared with [`forms`]: `*` and `?` stay what they are.
pub fn pattern_forms(pattern: &str) -> Vec<String> {
    forms_of(pattern, |c| c == '*' || c == '?')
}

/// As it is written, as it looks, with its words apart (`writeData`) and without anything between them (`writedata`). A
/// pattern with wildcards has no such last form: its beginning would fit words that it does not mean. A form that is
/// empty says nothing, so that such a name is only itself.
fn forms_of(name: &str, keeps: fn(char) -> bool) -> Vec<String> {
    let mut forms = looks(name, keeps);
    if !name.chars().any(keeps) {
        let joined: Vec<String> = forms.iter().map(|form| form.replace('_', "")).collect();
        forms.extend(joined);
    }
    if forms.is_empty() {
        forms.push(seen(name));
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn looks(name: &str, keeps: fn(char) -> bool) -> Vec<String> {
    let seen = without_accents(&seen(name));
    let looks: String = seen.chars().flat_map(latin).collect();
    let mut texts = vec![caseless(&seen), caseless(&words_apart(&seen)), skeleton(&caseless(&looks)).collect()];
    // A pattern with wildcards says what it means: the beginning of another look would fit names that it does not mean.
    if !name.chars().any(keeps) {
        let bare = without_accents(&seen.chars().flat_map(without_strokes).collect::<String>());
        // A capital `I` looks like an `l` only as long as its case is not forgotten.
        texts.extend([skeleton(&bare).collect(), skeleton(&caseless(&bare)).collect()]);
    }
    texts
        .iter()
        .map(|text| untrimmed(&caseless(text), keeps).trim_matches('_').to_owned())
        .filter(|form| !form.is_empty())
        .collect()
}

/// Without the marks on Latin letters. In other scripts a mark makes another letter, and the one mark that is a letter
/// in upper case (U+0345) stays.
fn without_accents(name: &str) -> String {
    let mut is_latin = false;
    let bare = name.nfd().filter(|c| {
        let is_mark = is_combining_mark(*c) && c.to_uppercase().eq([*c]);
        if !is_mark {
            is_latin = c.is_ascii_alphabetic();
        }
        !(is_mark && is_latin)
    });
    bare.nfc().collect()
}

/// A capital letter behind a small one begins a word.
fn words_apart(name: &str) -> String {
    let mut apart = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_uppercase() && apart.chars().next_back().is_some_and(char::is_lowercase) {
            apart.push('_');
        }
        apart.push(c);
    }
    apart
}

/// Without what nobody sees, each character in the form that stands for all its encodings.
fn seen(name: &str) -> String {
    name.nfkc().filter(|c| !is_unseen(*c)).nfkc().collect()
}

/// A capital letter that looks like a Latin one, before its case is forgotten: the small `н` looks like no `h`.
fn latin(c: char) -> Vec<char> {
    if c.is_ascii() { vec![c] } else { skeleton(c.encode_utf8(&mut [0; 4])).collect() }
}

/// A Latin letter with what is drawn through it or hangs on it (`đ`, `ɗ`) as its plain letter and marks.
fn without_strokes(c: char) -> Vec<char> {
    if let Some((_, plain)) = SHAPES.iter().find(|(shape, _)| *shape == c) {
        return vec![*plain];
    }
    let is_latin = LATIN.iter().any(|(from, to)| (*from..=*to).contains(&c));
    if is_latin { skeleton(c.encode_utf8(&mut [0; 4])).collect() } else { vec![c] }
}

/// With one `_` in place of all that separates words.
fn untrimmed(text: &str, keeps: fn(char) -> bool) -> String {
    let mut words = String::with_capacity(text.len());
    for c in text.chars() {
        let separates = !keeps(c) && (c.is_whitespace() || c.is_ascii_punctuation() || is_punctuation(c));
        match (separates, words.ends_with('_')) {
            (true, true) => {}
            (true, false) => words.push('_'),
            (false, _) => words.push(c),
        }
    }
    words
}

fn is_punctuation(c: char) -> bool {
    matches!(c.general_category_group(), GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Separator)
}

#[cfg(test)]
mod tests;
