/// The head of a Markdown text (what stands between two lines of three hyphens at its beginning) and what follows it;
/// `None`: the text has no head.
pub fn split_head(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (first, rest) = text.split_once('\n')?;
    if first.trim_end() != "---" {
        return None;
    }
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split_head;

    #[test]
    fn a_head_stands_between_two_lines_of_hyphens() {
        assert_eq!(split_head("---\ntitle: a\n---\nbody\n---\n"), Some(("title: a\n", "body\n---\n")));
        assert_eq!(split_head("\u{feff}---\r\ntitle: a\r\n---"), Some(("title: a\r\n", "")));
        assert_eq!(split_head("---\n---\n"), Some(("", "")));
        for text in ["", "---", "---\n", "---\ntitle: a", " ---\n---\n", "# a\n---\n---\n", "----\na: b\n---\n"] {
            assert_eq!(split_head(text), None, "{text:?}");
        }
    }
}
