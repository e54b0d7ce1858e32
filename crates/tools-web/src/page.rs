//! From a page to its readable text.

use dom_smoothie::{Config, Readability, TextMode};

use crate::plain;

/// Larger pages are read without being taken apart.
const LARGEST: usize = 3 * 1024 * 1024;
const MOST_ELEMENTS: usize = 20_000;
/// The reader of articles takes the square of the depth, and recurses.
const DEEPEST: usize = 256;
const STACK: usize = 64 * 1024 * 1024;

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) title: Option<String>,
    /// Markdown.
    pub(crate) content: String,
}

/// The article of a page; of one that has none, all its text. It keeps a processor busy: call it off the threads that
/// async tasks share.
///
/// # Errors
/// A text when no thread can be had.
pub(crate) fn read(html: String, url: String) -> Result<Page, String> {
    let reader = std::thread::Builder::new().name("web-page".to_owned()).stack_size(STACK);
    let reading = reader.spawn(move || article(&html, &url)).map_err(|error| format!("failed: no thread: {error}"))?;
    reading.join().map_err(|_| "failed: the page cannot be read; use another source".to_owned())
}

fn article(html: &str, url: &str) -> Page {
    let whole = || Page { title: title_of(html), content: plain::text_of(html) };
    if html.len() > LARGEST || html.matches('<').count() > 2 * MOST_ELEMENTS || depth(html) > DEEPEST {
        return whole();
    }
    let config = Config { max_elements_to_parse: MOST_ELEMENTS, text_mode: TextMode::Markdown, ..Config::default() };
    let Ok(mut reader) = Readability::new(html, Some(url), Some(config)) else { return whole() };
    match reader.parse() {
        Ok(article) if !article.text_content.trim().is_empty() => {
            let title = Some(article.title.trim().to_owned()).filter(|title| !title.is_empty());
            Page { title, content: article.text_content.trim().to_owned() }
        }
        _ => whole(),
    }
}

/// How deep elements stand in each other at most, counted without knowing which of them need no end.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        match tag.bytes().next() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(letter) if letter.is_ascii_alphabetic() && !is_void(tag) => depth += 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// An element that has no content, and so no end.
fn is_void(tag: &str) -> bool {
    const VOID: [&str; 9] = ["br", "img", "meta", "link", "input", "hr", "source", "wbr", "col"];
    let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
    VOID.iter().any(|void| name.eq_ignore_ascii_case(void))
        || tag.split('>').next().is_some_and(|tag| tag.ends_with('/'))
}

fn title_of(html: &str) -> Option<String> {
    let start = html.find("<title")?;
    let (_, rest) = html[start..].split_once('>')?;
    let title = plain::text_of(rest.split("</title").next()?);
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::read;

    fn page(html: &str) -> super::Page {
        read(html.to_owned(), "https://example.com/a/".to_owned()).unwrap()
    }

    #[test]
    fn an_article_is_read_without_its_surroundings() {
        let paragraph = "Прочитать эту статью стоит целиком, потому что в ней есть всё, что нужно знать. ".repeat(8);
        let html = format!(
            "<html><head><title>Статья</title></head><body><nav><a href=/>Меню</a></nav>\
             <article><h2>Глава</h2><p>{paragraph}</p><p><a href=\"b\">дальше</a> {paragraph}</p></article>\
             <footer>Реклама</footer><script>alert(1)</script></body></html>"
        );
        let read = page(&html);
        assert_eq!(read.title.as_deref(), Some("Статья"));
        assert!(read.content.contains("Прочитать эту статью"), "{}", read.content);
        assert!(!read.content.contains("alert") && !read.content.contains("Меню"), "{}", read.content);
        assert!(read.content.contains("https://example.com/a/b"), "links are whole: {}", read.content);
    }

    #[test]
    fn a_page_without_an_article_is_all_its_text() {
        assert_eq!(page("<title>T</title><p>Short.</p>").content.replace("T ", ""), "Short.");
        assert_eq!(page("").content, "");
    }

    #[test]
    fn a_page_that_nests_without_end_is_read_too() {
        for element in ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<blockquote>"] {
            let read = page(&format!("{}deep down", element.repeat(15_000)));
            assert!(read.content.contains("deep down"), "{element}");
        }
        assert!(page(&format!("{}far", "<i>".repeat(900_000))).content.contains("far"));
    }
}
