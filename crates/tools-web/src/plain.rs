//! The text of a page without any understanding of it: for pages that are no article, or too large to be taken apart.

/// What stands between the tags, without scripts and styles, with runs of white space as one.
pub(crate) fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push(&mut text, &rest[..start]);
        rest = &rest[start..];
        rest = skip(rest).unwrap_or_default();
        text.push(' ');
    }
    push(&mut text, rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What comes after the tag, or after the whole element where its content is no text. `None`: nothing.
fn skip(rest: &str) -> Option<&str> {
    if rest.starts_with("<!--") {
        return rest.split_once("-->").map(|(_, after)| after);
    }
    for element in ["script", "style", "noscript", "template", "svg"] {
        let name = rest.get(1..=element.len());
        if name.is_some_and(|name| name.eq_ignore_ascii_case(element)) {
            let end = format!("</{element}");
            let at = rest
                .char_indices()
                .map(|(at, _)| at)
                .find(|at| rest.get(*at..*at + end.len()).is_some_and(|found| found.eq_ignore_ascii_case(&end)))?;
            return rest[at..].split_once('>').map(|(_, after)| after);
        }
    }
    rest.split_once('>').map(|(_, after)| after)
}

fn push(text: &mut String, piece: &str) {
    let piece = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " "), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(piece.to_owned(), |piece, (name, letter)| piece.replace(name, letter));
    text.push_str(&piece);
}

#[cfg(test)]
mod tests {
    use super::text_of;

    #[test]
    fn scripts_styles_and_comments_are_no_text() {
        let page = "<p>One &amp; two</p><script>alert('<p>')</script><STYLE>p{}</STYLE><!-- no --><b>three</b>";
        assert_eq!(text_of(page), "One & two three");
        assert_eq!(text_of("a < b"), "a");
        assert_eq!(text_of("<script>never closed"), "");
        assert_eq!(text_of("<я>да"), "да");
    }
}
