//! Words by which people sort their documents.

use artel_domain::names;
use artel_http::Faults;

/// The most tags of one document, and the characters of one.
const MOST: usize = 20;
const LONGEST: usize = 50;

/// Of a form: with commas between them.
pub(super) fn of_form(text: &str) -> Vec<String> {
    tidy(text.split(',').map(str::to_owned).collect())
}

/// Without white space around them, each once.
pub(super) fn tidy(tags: Vec<String>) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim();
        if !tag.is_empty() && !tidy.iter().any(|known| known == tag) {
            tidy.push(tag.to_owned());
        }
    }
    tidy
}

pub(super) fn check(faults: &mut Faults, tags: &[String]) {
    faults.ensure(tags.len() <= MOST, "tags", "must be at most 20");
    let is_good =
        |tag: &String| tag.chars().count() <= LONGEST && !tag.contains(',') && !tag.chars().any(names::is_unseen);
    let message = "must each have at most 50 characters, and no comma, control character or invisible character";
    faults.ensure(tags.iter().all(is_good), "tags", message);
}
