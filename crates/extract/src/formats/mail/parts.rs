//! What a letter would cost its parser, counted before the parser sees it: it makes structures for each header and each
//! part, which take many times the bytes that ask for them.

use crate::Refusal;
use crate::budget::{Budget, at_most};

const TYPE: &[u8] = b"content-type";
const BOUNDARY: &[u8] = b"boundary";
/// Subtypes of letters, and of a collection of them.
const LETTERS: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];
/// Bytes of all heads of a letter and its parts: some thousands of people that it went to.
const HEADS: u64 = 1 << 20;

/// The bytes with the types by which parts are letters made unknown.
///
/// The parser nests a structure for each letter within a letter, without a limit, and structures that are nested deep
/// enough overflow the stack when they are dropped. So it gets none to nest, and [`super::read`] goes through them in a
/// loop.
///
/// # Errors
/// [`Refusal::TooLarge`], when there are too many parts or their heads are too long.
pub(super) fn masked(bytes: &[u8], budget: &Budget<'_>) -> Result<Vec<u8>, Refusal> {
    let mut masked = bytes.to_vec();
    let most = budget.limits.mail_parts;
    let types = types(&masked, usize::try_from(most).unwrap_or(usize::MAX));
    // What stands within a letter is no longer than the letter, so the sum of all of them is bounded too.
    at_most(types.len() as u64, most, "parts in the letter")?;
    let mut boundaries = Vec::new();
    for (start, end) in types {
        let header = &mut masked[start..end];
        LETTERS.iter().for_each(|word| replace_first_letter(header, word));
        match boundaries_of(header) {
            Some(found) => boundaries.extend(found),
            // One that is written in a way of its own is none.
            None => replace_first_letter(header, BOUNDARY),
        }
    }
    check_parts(&masked, &boundaries, budget)?;
    Ok(masked)
}

/// Where headers that name a type stand, with the lines that continue them; one more than `most` shows that there are
/// too many.
fn types(bytes: &[u8], most: usize) -> Vec<(usize, usize)> {
    let (mut types, mut at, mut is_type) = (Vec::new(), 0, false);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let is_continued = line.first().is_some_and(|first| *first == b' ' || *first == b'\t');
        let is_named = line.get(..TYPE.len()).is_some_and(|name| name.eq_ignore_ascii_case(TYPE));
        if types.len() > most {
            break;
        }
        if is_named {
            types.push((at, at + line.len()));
        } else if let (true, true, Some((_, end))) = (is_type, is_continued, types.last_mut()) {
            *end = at + line.len();
        }
        is_type = is_named || (is_type && is_continued);
        at += line.len();
    }
    types
}

/// Replaces the first letter of a word, wherever it stands.
fn replace_first_letter(header: &mut [u8], word: &[u8]) {
    let mut from = 0;
    while let Some(found) = position(&header[from..], word) {
        header[from + found] = b'x';
        from += found + word.len();
    }
}

fn position(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word))
}

/// What parts are divided by. `None`: a boundary is there that cannot be told for sure.
fn boundaries_of(header: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut found, mut rest) = (Vec::new(), header);
    while let Some(at) = position(rest, BOUNDARY) {
        rest = rest[at + BOUNDARY.len()..].trim_ascii_start();
        let value = rest.strip_prefix(b"=")?.trim_ascii_start();
        let is_end = |byte: &u8| b"; \t\r\n()\"".contains(byte);
        let value = match value.strip_prefix(b"\"") {
            Some(quoted) => &quoted[..quoted.iter().position(|byte| *byte == b'"')?],
            None => &value[..value.iter().position(is_end).unwrap_or(value.len())],
        };
        let is_plain = value.iter().all(|byte| (b' '..=b'~').contains(byte) && *byte != b'\\');
        if !is_plain || position(value, b"=?").is_some() || position(value, BOUNDARY).is_some() {
            return None;
        }
        found.push(value.to_vec());
    }
    Some(found)
}

/// Counts the places where a part may begin or end, and the bytes of heads: each goes on to the first empty line.
fn check_parts(bytes: &[u8], boundaries: &[Vec<u8>], budget: &Budget<'_>) -> Result<(), Refusal> {
    let mut heads = head(bytes)?;
    let mut marks = 0_u64;
    if boundaries.is_empty() {
        return Ok(());
    }
    for (at, window) in bytes.windows(2).enumerate() {
        if window != b"--" {
            continue;
        }
        let rest = &bytes[at + 2..];
        let is_mark = |boundary: &&Vec<u8>| !boundary.is_empty() && rest.starts_with(boundary);
        let Some(boundary) = boundaries.iter().find(is_mark) else { continue };
        marks += 1;
        // Each part is begun, and each collection of them is ended.
        at_most(marks, budget.limits.mail_parts.saturating_mul(2), "parts in the letter")?;
        if !rest[boundary.len()..].starts_with(b"--") {
            heads += head(rest)?;
        }
        at_most(heads, HEADS, "bytes in the heads of the letter")?;
    }
    Ok(())
}

/// The bytes before the first empty line.
fn head(bytes: &[u8]) -> Result<u64, Refusal> {
    let (mut length, mut is_after_break) = (0, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' if is_after_break => break,
            b'\n' => is_after_break = true,
            b'\r' => {}
            _ => is_after_break = false,
        }
        length = at as u64 + 1;
        at_most(length, HEADS, "bytes in the heads of the letter")?;
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::boundaries_of;

    #[test]
    fn a_boundary_is_told_for_sure_or_not_at_all() {
        let cases: [(&str, Option<&[&str]>); 8] = [
            ("Content-Type: text/plain", Some(&[])),
            ("Content-Type: multipart/mixed; boundary=x", Some(&["x"])),
            ("Content-Type: multipart/mixed;\r\n\tBoundary = \"a b\"; charset=utf-8\r\n", Some(&["a b"])),
            ("Content-Type: multipart/mixed; boundary=a; boundary=\"b\"", Some(&["a", "b"])),
            ("Content-Type: multipart/mixed; boundary*0=x", None),
            ("Content-Type: multipart/mixed; boundary=\"a\\\"b\"", None),
            ("Content-Type: multipart/mixed; boundary=\"a", None),
            ("Content-Type: multipart/mixed; boundary", None),
        ];
        for (header, expected) in cases {
            let found = boundaries_of(header.as_bytes());
            let found =
                found.map(|all| all.into_iter().map(|one| String::from_utf8_lossy(&one).into_owned()).collect());
            let expected: Option<Vec<String>> = expected.map(|all| all.iter().map(|one| (*one).to_owned()).collect());
            assert_eq!(found, expected, "{header}");
        }
    }
}
