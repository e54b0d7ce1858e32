//! From a page to its readable text.

use dom_smoothie::{Config, Readability, TextMode};

use crate::{depth, plain};

/// Larger pages are read without being taken apart.
const LARGEST: usize = 3 * 1024 * 1024;
const MOST_ELEMENTS: usize = 20_000;
/// The reader of articles takes the square of the depth, and recurses.
const DEEPEST: usize = 256;
/// Characters of a title.
const LONGEST_TITLE: usize = 300;
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
    if html.len() > LARGEST || html.matches('<').count() > 2 * MOST_ELEMENTS || depth::exceeds(html, DEEPEST) {
        return whole();
    }
    let config = Config { max_elements_to_parse: MOST_ELEMENTS, text_mode: TextMode::Markdown, ..Config::default() };
    let Ok(mut reader) = Readability::new(html, Some(url), Some(config)) else { return whole() };
    match reader.parse() {
        Ok(article) if !article.text_content.trim().is_empty() => {
            Page { title: shortened(&article.title), content: article.text_content.trim().to_owned() }
        }
        _ => whole(),
    }
}

fn title_of(html: &str) -> Option<String> {
    let start = html.find("<title")?;
    let (_, rest) = html[start..].split_once('>')?;
    shortened(&plain::text_of(rest.split("</title").next()?))
}

/// What a model and people read of a title.
fn shortened(title: &str) -> Option<String> {
    let title: String = title.trim().chars().take(LONGEST_TITLE).collect();
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
    fn a_title_has_an_end() {
        let paragraph = "Words that make an article of this page, and some more of them. ".repeat(20);
        for body in ["", &format!("<article><p>{paragraph}</p></article>")] {
            let title = page(&format!("<title>{}</title>{body}", "x".repeat(100_000))).title.unwrap();
            assert_eq!(title.chars().count(), 300);
        }
    }

    #[test]
    fn a_page_that_pretends_to_be_flat_is_read_soon() {
        let started = std::time::Instant::now();
        for element in ["<div/>", "<div></x>", "<span><div></span>"] {
            page(&format!("<html><body>{}words", element.repeat(19_000)));
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
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
