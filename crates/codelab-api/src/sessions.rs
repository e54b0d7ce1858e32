//! Users' dialogues: made, listed, read, named, ended.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod rename;
pub(crate) mod view;

use artel_http::Faults;

pub(crate) const TAG: &str = "sessions";

const LONGEST_TITLE: usize = 500;

fn check_title(title: Option<&str>, faults: &mut Faults) {
    faults.seen("title", title, 1..=LONGEST_TITLE);
}
