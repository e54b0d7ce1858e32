//! What the caller has already: the header `If-None-Match`.

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

/// Whether the caller has the bytes with this tag: it names the tag, weak or not, alone or among others, or any (`*`)
/// (RFC 9110, 13.1.2).
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let said = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    said.map(str::trim).any(|value| value == "*" || tags(value).any(|tag| tag == etag))
}

/// The tags of a list with their quotation marks. A tag may hold commas.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let begin = rest.find('"')?;
        let length = rest[begin + 1..].find('"')? + 2;
        let tag = &rest[begin..begin + length];
        rest = &rest[begin + length..];
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_weak_or_strong_and_among_others() {
        let asked = |known: &str| HeaderMap::from_iter([(IF_NONE_MATCH, known.parse().unwrap())]);
        for known in ["\"a\"", "W/\"a\"", "\"b\", W/\"a\"", "\"b,c\",\"a\"", " * ", "*"] {
            assert!(is_known(&asked(known), "\"a\""), "{known}");
        }
        for known in ["", "a", "\"b\"", "\"b, a\"", "\"a", "\"b\", *"] {
            assert!(!is_known(&asked(known), "\"a\""), "{known}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
        let mut twice = asked("\"b\"");
        twice.append(IF_NONE_MATCH, "\"a\"".parse().unwrap());
        assert!(is_known(&twice, "\"a\""));
    }
}
