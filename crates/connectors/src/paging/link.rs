//! The header `Link` (RFC 8288).

use std::fmt::Write as _;

use http::HeaderMap;
use http::header::LINK;

/// The first target of this relation. Bytes that are no ASCII are percent-encoded in it.
pub(super) fn target(headers: &HeaderMap, rel: &str) -> Option<String> {
    headers.get_all(LINK).iter().find_map(|value| {
        let text = ascii(value.as_bytes());
        let mut links = Links { rest: &text };
        links.find(|(_, relations)| names(relations, rel)).map(|(url, _)| url.trim().to_owned())
    })
}

fn ascii(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, byte| {
        if byte.is_ascii() {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

fn names(relations: &str, rel: &str) -> bool {
    relations.split_ascii_whitespace().any(|word| word.trim_matches('\'').eq_ignore_ascii_case(rel))
}

/// The links of one value, each with its relations.
struct Links<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Links<'a> {
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (_, link) = self.rest.split_once('<')?;
        let (url, mut rest) = link.split_once('>')?;
        let mut relations = None;
        while let Some(behind) = rest.trim_start().strip_prefix(';') {
            let (name, value, after) = parameter(behind);
            // Of several parameters `rel` the first counts.
            if name.eq_ignore_ascii_case("rel") {
                relations.get_or_insert(value);
            }
            rest = after;
        }
        self.rest = rest;
        Some((url, relations.unwrap_or_default()))
    }
}

/// Name and value of the parameter that the text begins with, and what comes after it.
fn parameter(text: &str) -> (&str, String, &str) {
    let (name, rest) = text.split_at(text.find(['=', ';', ',']).unwrap_or(text.len()));
    let Some(value) = rest.strip_prefix('=').map(str::trim_start) else {
        return (name.trim(), String::new(), rest);
    };
    if let Some(quoted) = value.strip_prefix('"') {
        let (value, rest) = unquoted(quoted);
        return (name.trim(), value, rest);
    }
    let (value, rest) = value.split_at(value.find([';', ',']).unwrap_or(value.len()));
    (name.trim(), value.trim().to_owned(), rest)
}

/// A text up to its closing quote, and what comes after that.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => value.extend(chars.next()),
            c => value.push(c),
        }
    }
    (value, chars.as_str())
}
