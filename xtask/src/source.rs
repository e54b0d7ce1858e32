//! The text of a Rust file without comments, string literals and tests, which contain no dependencies.

/// Blanks comments and strings, and cuts the tests at the end of the file.
pub(crate) fn code(text: &str) -> String {
    let text = text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(product, _)| product);
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = literal_or_comment(rest);
        if skipped > 0 {
            code.push(' ');
            rest = &rest[skipped..];
        } else if next.is_alphanumeric() || next == '_' {
            // Takes a whole word, because an `r` at the end of a word does not begin a raw string.
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            code.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    code
}

/// The length of the comment or literal at the beginning of the text; 0 when there is none.
fn literal_or_comment(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return text.find("*/").map_or(text.len(), |end| end + 2);
    }
    if text.starts_with("'\"'") {
        return 3;
    }
    if text.starts_with('"') {
        return string(text);
    }
    raw_string(text)
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn raw_string(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("br").or_else(|| text.strip_prefix('r')) else { return 0 };
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    if !rest[hashes..].starts_with('"') {
        return 0;
    }
    let (start, end) = (text.len() - rest.len() + hashes + 1, format!("\"{}", "#".repeat(hashes)));
    text[start..].find(&end).map_or(text.len(), |at| start + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_tests_are_left_out() {
        let text = "use crate::a; // crate::b\nlet x = \"crate::c \\\" crate::d\"; r#\"crate::e\"#; '\"'; crate::f\n#[cfg(test)]\nmod tests {\ncrate::g";
        let code = code(text);
        assert!(code.contains("crate::a") && code.contains("crate::f"));
        assert!("bcdeg".chars().all(|name| !code.contains(&format!("crate::{name}"))), "{code}");
    }
}
