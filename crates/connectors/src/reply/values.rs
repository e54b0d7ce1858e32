//! How many values a body has, before anybody reads it: each takes much more memory than its text.

/// Whether a body that looks like JSON may have more values than `most`. Each value but the first has one of these
/// characters before it, outside of strings.
pub fn has_more_values(body: &[u8], most: usize) -> bool {
    if body.len() <= most {
        return false;
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let looks_like_json = body.starts_with(b"{") || body.starts_with(b"[");
    looks_like_json && separators(body) > most
}

fn separators(body: &[u8]) -> usize {
    let (mut found, mut in_string, mut is_escaped) = (0, false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => found += 1,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::has_more_values;

    const MOST: usize = 1000;

    #[test]
    fn only_json_is_counted() {
        let numbers = "1,".repeat(MOST + 1);
        assert!(has_more_values(format!("\u{feff} [{numbers}1]").as_bytes(), MOST));
        assert!(!has_more_values(numbers.as_bytes(), MOST));
        assert!(!has_more_values(format!("[\"{}\"]", "x".repeat(2 * MOST)).as_bytes(), MOST));
        assert!(!has_more_values(b"[1,2]", MOST));
        let text = r#"\",["#.repeat(MOST);
        assert!(!has_more_values(format!("[\"{text}\"]").as_bytes(), MOST));
        assert!(has_more_values(format!("[\"{text}\",{numbers}1]").as_bytes(), MOST));
        assert!(has_more_values(format!(r#"["\\",{numbers}1]"#).as_bytes(), MOST));
    }
}
