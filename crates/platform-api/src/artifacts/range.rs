//! Parts of a file: the header `Range`.

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};

/// What of a file is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// Within the file and not empty.
    Bytes(Range<u64>),
    /// No byte of the file was asked for.
    Outside,
}

/// The part that a request asks for. Several ranges at once, other units and what cannot be read mean the whole file.
pub(super) fn part(headers: &HeaderMap, length: u64, etag: &str) -> Part {
    let changed = headers.get(IF_RANGE).is_some_and(|known| known.as_bytes() != etag.as_bytes());
    let asked = headers.get(RANGE).and_then(|value| value.to_str().ok()).filter(|_| !changed);
    let Some(range) = asked.and_then(|text| text.strip_prefix("bytes=")) else { return Part::Whole };
    let Some((from, to)) = range.split_once('-') else { return Part::Whole };
    match (bound(from), bound(to)) {
        (Bound::Absent, Bound::At(last)) => suffix(last, length),
        (Bound::At(from), Bound::Absent) => within(from, length, length),
        (Bound::At(from), Bound::At(to)) if from <= to => within(from, to.saturating_add(1), length),
        _ => Part::Whole,
    }
}

/// One end of a range as the header has it.
enum Bound {
    Absent,
    At(u64),
    Unreadable,
}

fn bound(text: &str) -> Bound {
    match text.trim() {
        "" => Bound::Absent,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Bound::At(digits.parse().unwrap_or(u64::MAX)),
        _ => Bound::Unreadable,
    }
}

fn suffix(last: u64, length: u64) -> Part {
    if last == 0 || length == 0 { Part::Outside } else { Part::Bytes(length.saturating_sub(last)..length) }
}

fn within(from: u64, to: u64, length: u64) -> Part {
    if from >= length { Part::Outside } else { Part::Bytes(from..to.min(length)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_as_the_standard_says() {
        let cases = [
            ("bytes=0-3", Part::Bytes(0..4)),
            ("bytes=4-", Part::Bytes(4..10)),
            ("bytes=-3", Part::Bytes(7..10)),
            ("bytes=-30", Part::Bytes(0..10)),
            ("bytes=8-99999999999999999999999", Part::Bytes(8..10)),
            ("bytes=10-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=-", Part::Whole),
            ("lines=1-2", Part::Whole),
        ];
        for (asked, expected) in cases {
            let headers = HeaderMap::from_iter([(RANGE, asked.parse().unwrap())]);
            assert_eq!(part(&headers, 10, "\"a\""), expected, "{asked}");
        }
        assert_eq!(part(&HeaderMap::new(), 10, "\"a\""), Part::Whole);
    }

    #[test]
    fn a_part_of_another_file_is_the_whole_file() {
        let asked = |known: &str| {
            HeaderMap::from_iter([(RANGE, "bytes=0-1".parse().unwrap()), (IF_RANGE, known.parse().unwrap())])
        };
        assert_eq!(part(&asked("\"a\""), 10, "\"a\""), Part::Bytes(0..2));
        assert_eq!(part(&asked("\"b\""), 10, "\"a\""), Part::Whole);
    }
}
