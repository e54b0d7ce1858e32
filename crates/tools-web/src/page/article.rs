//! The article of a page, by a library that pays no fuel and cannot be stopped. So it has a few threads of its own, and
//! whoever waits for it gives up. A thread that is late goes on to its end, which the bounds on a page's size and depth
//! keep near, and takes its place until then: a tenant's pages hold no more processors than other programs do.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, LazyLock};

use artel_domain::TenantId;
use artel_tools::{Fuel, Place, Shares};
use dom_smoothie::{Config, Readability, TextMode};

const STACK: usize = 64 * 1024 * 1024;

/// Title and Markdown of the article; `None` when the page has none, or it is not found in time.
///
/// # Arguments
/// * `most_elements`: larger pages have none.
pub(super) fn read(
    tenant: TenantId,
    html: &Arc<String>,
    url: String,
    most_elements: usize,
    fuel: &Fuel,
) -> Option<(String, String)> {
    let place = readers().free_place(tenant)?;
    let (sender, receiver) = sync_channel(1);
    let html = Arc::clone(html);
    let work = move || {
        let _place: Place = place;
        // Nobody may be waiting any more.
        let _ = sender.send(found(&html, &url, most_elements));
    };
    let reader = std::thread::Builder::new().name("web-page".to_owned()).stack_size(STACK).spawn(work);
    reader.inspect_err(|error| tracing::error!(%error, "there is no thread to read a page")).ok()?;
    // The rest of the time is for the text without its article.
    receiver.recv_timeout(fuel.time_left() / 2).ok()?
}

fn readers() -> &'static Shares {
    static READERS: LazyLock<Shares> = LazyLock::new(|| {
        let threads = std::thread::available_parallelism().map_or(2, usize::from).max(2);
        Shares::new(threads, threads / 2)
    });
    &READERS
}

fn found(html: &str, url: &str, most_elements: usize) -> Option<(String, String)> {
    let config = Config { max_elements_to_parse: most_elements, text_mode: TextMode::Markdown, ..Config::default() };
    let article = Readability::new(html, Some(url), Some(config)).ok()?.parse().ok()?;
    let content = article.text_content.trim().to_owned();
    (!content.is_empty()).then_some((article.title, content))
}
