//! The text of a page without any understanding of it: for pages that are no article, or too large to be taken apart.

/// Elements whose content is no text.
const NO_TEXT: [&str; 5] = ["script", "style", "noscript", "template", "svg"];

/// What stands between the tags, without scripts and styles, with runs of white space as one.
pub(crate) fn text_of(html: &str) -> String {
    read(html, |_| true).0
}

/// As [`text_of`], as far as somebody pays.
///
/// # Arguments
/// * `pays`: is asked for each tag, with the bytes that were read since the last one.
///
/// Returns the text, and whether it is the whole of it.
pub(crate) fn read(html: &str, mut pays: impl FnMut(usize) -> bool) -> (String, bool) {
    let mut words = Words::default();
    let mut inside: Option<&str> = None;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let tag = &rest[start..];
        if inside.is_none() {
            words.add(&rest[..start]);
            words.is_gap = true;
        }
        let after = match inside {
            Some(element) if closes(tag, element) => {
                inside = None;
                behind(tag, ">")
            }
            Some(_) => &tag[1..],
            None if tag.starts_with("<!--") => behind(tag, "-->"),
            None => {
                inside = NO_TEXT.into_iter().find(|element| begins_with(&tag[1..], element));
                behind(tag, ">")
            }
        };
        if !pays(rest.len() - after.len()) {
            return (words.text, false);
        }
        rest = after;
    }
    if inside.is_none() {
        words.add(rest);
    }
    (words.text, true)
}

fn closes(tag: &str, element: &str) -> bool {
    tag.strip_prefix("</").is_some_and(|name| begins_with(name, element))
}

fn begins_with(text: &str, name: &str) -> bool {
    text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// What comes after `end`; nothing when there is none.
fn behind<'a>(tag: &'a str, end: &str) -> &'a str {
    tag.split_once(end).map_or("", |(_, after)| after)
}

/// A text under way, with one space between two words.
#[derive(Default)]
struct Words {
    text: String,
    is_gap: bool,
}

impl Words {
    fn add(&mut self, piece: &str) {
        let mut rest = piece;
        while let Some(at) = rest.find('&') {
            self.letters(&rest[..at]);
            let (letter, after) = entity(&rest[at..]);
            self.letters(letter);
            rest = after;
        }
        self.letters(rest);
    }

    fn letters(&mut self, piece: &str) {
        for (index, word) in piece.split(char::is_whitespace).enumerate() {
            self.is_gap |= index > 0;
            if word.is_empty() {
                continue;
            }
            if self.is_gap && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.is_gap = false;
            self.text.push_str(word);
        }
    }
}

/// The letter that a text begins with, which is `&` or an entity, and what comes after it.
fn entity(text: &str) -> (&str, &str) {
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " "), ("&#39;", "'"), ("&amp;", "&")];
    let found = known.iter().find_map(|(name, letter)| Some((*letter, text.strip_prefix(name)?)));
    found.unwrap_or((&text[..1], &text[1..]))
}

#[cfg(test)]
mod tests {
    use super::{read, text_of};

    #[test]
    fn scripts_styles_and_comments_are_no_text() {
        let page = "<p>One &amp; two</p><script>alert('<p>')</script><STYLE>p{}</STYLE><!-- no --><b>three</b>";
        assert_eq!(text_of(page), "One & two three");
        assert_eq!(text_of("a < b"), "a");
        assert_eq!(text_of("<script>never closed"), "");
        assert_eq!(text_of("<script>a</scrip></SCRIPT>b"), "b");
        assert_eq!(text_of("<я>да"), "да");
        assert_eq!(text_of(" a&nbsp;&amp;lt;  &b;\n c&"), "a &lt; &b; c&");
    }

    #[test]
    fn what_is_not_paid_for_is_not_read() {
        let mut left = 3;
        let read = read(&"<p>word".repeat(1000), |_| {
            left -= 1;
            left > 0
        });
        assert_eq!(read, ("word word".to_owned(), false));
    }
}
