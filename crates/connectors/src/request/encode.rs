//! How values become text in paths, queries and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::schema::Encoding;

/// Letters, digits and `-._~` stay.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What a segment of a path may also hold as it is.
const SEGMENT: &AsciiSet = &UNRESERVED.remove(b':').remove(b'@').remove(b',').remove(b'=').remove(b'$').remove(b'!');
const MEMBER: &AsciiSet = &UNRESERVED.remove(b':');
const SEGMENTS: &AsciiSet = &SEGMENT.remove(b'/');
/// A path that the caller encoded already.
const ADDRESS: &AsciiSet =
    &SEGMENTS.remove(b'%').remove(b'(').remove(b')').remove(b'\'').remove(b'*').remove(b'+').remove(b';').remove(b'&');
const QUERY_NAME: &AsciiSet = &UNRESERVED.remove(b'$').remove(b'[').remove(b']');
const QUERY_VALUE: &AsciiSet = &UNRESERVED.remove(b':').remove(b',').remove(b'/').remove(b'@');

/// A text of the credential in a URL: `:` stays (bot tokens have one), `@` does not, or it could be a user's name.
pub(super) fn member(text: &str) -> String {
    utf8_percent_encode(text, MEMBER).to_string()
}

fn path_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// One segment of a path, in which `/` is `%2F`.
pub(super) fn one_segment(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

pub(super) fn segments(text: &str) -> String {
    utf8_percent_encode(text, SEGMENTS).to_string()
}

pub(super) fn address(text: &str) -> String {
    utf8_percent_encode(text, ADDRESS).to_string()
}

/// `a=1&b=2`
pub(super) fn query(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| {
        format!("{}={}", utf8_percent_encode(name, QUERY_NAME), utf8_percent_encode(value, QUERY_VALUE))
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Texts, numbers and flags.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A value as the pairs of a query or form.
pub(super) fn pairs(name: &str, value: &Value, encoding: Encoding) -> Vec<(String, String)> {
    match (value, encoding) {
        (Value::Array(_) | Value::Object(_), Encoding::Json) => vec![(name.to_owned(), value.to_string())],
        (Value::Array(items), Encoding::Comma) => {
            vec![(name.to_owned(), items.iter().filter_map(scalar).collect::<Vec<_>>().join(","))]
        }
        (Value::Array(items), _) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| {
                let inner = match encoding {
                    Encoding::Brackets => format!("{name}[]"),
                    Encoding::Indexed => format!("{name}[{index}]"),
                    _ => name.to_owned(),
                };
                pairs(&inner, item, encoding)
            })
            .collect(),
        (Value::Object(members), _) => {
            members.iter().flat_map(|(member, value)| pairs(&format!("{name}[{member}]"), value, encoding)).collect()
        }
        _ => scalar(value).map(|text| (name.to_owned(), literal(&text, encoding))).into_iter().collect(),
    }
}

/// A literal of OData, or the text itself.
pub(super) fn literal(text: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::OdataGuid => format!("guid'{text}'"),
        Encoding::OdataDatetime => format!("datetime'{text}'"),
        Encoding::OdataString => format!("'{}'", text.replace('\'', "''")),
        _ => text.to_owned(),
    }
}

/// A literal of OData within a path: the quotes stay, what is between them is encoded.
pub(super) fn path_literal(text: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::OdataString => format!("'{}'", path_segment(&text.replace('\'', "''")).replace("%27", "'")),
        Encoding::OdataGuid | Encoding::OdataDatetime => literal(&path_segment(text), encoding),
        Encoding::Segments => segments(text),
        _ => one_segment(text),
    }
}
