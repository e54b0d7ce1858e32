//! From a page to its readable text, within the fuel of one program.

mod article;

use std::sync::Arc;

use artel_domain::TenantId;
use artel_tools::Fuel;

use crate::{depth, plain};

/// Larger pages are read without being taken apart.
const LARGEST: usize = 3 * 1024 * 1024;
const MOST_ELEMENTS: usize = 20_000;
/// The reader of articles takes the square of the depth, and recurses.
const DEEPEST: usize = 256;
/// Characters of a title.
const LONGEST_TITLE: usize = 300;
/// Bytes in which the end of a title is looked for.
const TITLE_WITHIN: usize = 4096;
/// Steps for each tag of a page that is read without being taken apart.
const TAG: usize = 16;

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) title: Option<String>,
    /// Markdown.
    pub(crate) content: String,
    /// The page goes on, and there was no time to read it.
    pub(crate) is_cut: bool,
}

/// The article of a page; of one that has none, or takes too long, all its text as far as the fuel goes. It keeps a
/// processor busy: call it off the threads that async tasks share.
///
/// # Arguments
/// * `tenant`: on whose behalf the page is read.
pub(crate) fn read(html: String, url: String, tenant: TenantId, fuel: &Fuel) -> Page {
    let html = Arc::new(html);
    let is_small = html.len() <= LARGEST && html.matches('<').count() <= 2 * MOST_ELEMENTS;
    if is_small
        && !depth::exceeds(&html, DEEPEST, fuel)
        && let Some((title, content)) = article::read(tenant, &html, url, MOST_ELEMENTS, fuel)
    {
        return Page { title: shortened(&title), content, is_cut: false };
    }
    let title = title_of(&html);
    let (content, is_whole) = plain::read(&html, |bytes| fuel.spend((bytes + TAG) as u64).is_ok());
    Page { title, content, is_cut: !is_whole }
}

fn title_of(html: &str) -> Option<String> {
    let start = html.find("<title")?;
    let (_, rest) = html[start..].split_once('>')?;
    let rest = &rest[..rest.floor_char_boundary(TITLE_WITHIN)];
    shortened(&plain::text_of(rest.split("</title").next()?))
}

/// What a model and people read of a title.
fn shortened(title: &str) -> Option<String> {
    let title: String = title.trim().chars().take(LONGEST_TITLE).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use artel_domain::{Clock as _, SystemClock, TenantId};
    use artel_tools::Fuel;

    use super::{Page, read};

    fn within(html: &str, longest: Duration) -> Page {
        let (tenant, fuel) = (TenantId(SystemClock.uuid()), Fuel::steps(u64::MAX, longest));
        read(html.to_owned(), "https://example.com/a/".to_owned(), tenant, &fuel)
    }

    fn page(html: &str) -> Page {
        within(html, Duration::from_mins(2))
    }

    #[test]
    fn a_page_takes_no_longer_than_its_fuel_and_is_cut_there() {
        let paragraphs = format!("<title>T</title>{}", "<p>x".repeat(2_400_000));
        let started = Instant::now();
        let read = within(&paragraphs, Duration::from_millis(20));
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        assert!(read.is_cut && read.title.as_deref() == Some("T") && read.content.starts_with("T x x x"));
        assert!(!page("<p>short").is_cut);
    }

    #[test]
    fn a_page_whose_article_takes_too_long_is_its_text() {
        let hostile = format!("<html><body>{}words", "<span><div></span>".repeat(13_000));
        let started = Instant::now();
        let read = within(&hostile, Duration::from_millis(100));
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        assert!(read.is_cut || read.content.contains("words"), "{read:?}");
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
        let started = Instant::now();
        for element in ["<div/>", "<div></x>", "<span><div></span>"] {
            page(&format!("<html><body>{}words", element.repeat(19_000)));
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
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
