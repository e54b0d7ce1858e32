use artel_domain::names::visible;

use super::words::shortened;
use crate::schema::Connector;

/// Parts that are told one by one.
const MOST_TOLD: usize = 10_000;

/// What was made of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub connector: Connector,
    /// Operations that the document has.
    pub seen: usize,
    /// The first ten thousand.
    pub left_out: Vec<LeftOut>,
    /// How many more were left out.
    pub more_left_out: usize,
    /// Schemas that were too deep or too large to be written out; any value is accepted there.
    pub cut_schemas: usize,
}

/// A part of the document that the connector does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// `GET /users`, or what else it is.
    pub place: String,
    pub reason: String,
}

/// Collects what is left out.
#[derive(Debug, Default)]
pub(super) struct Report {
    told: Vec<LeftOut>,
    more: usize,
}

impl Report {
    /// The same reason at the same place is told once. The document's words in it are shortened.
    pub(super) fn add(&mut self, place: impl AsRef<str>, reason: impl AsRef<str>) {
        let words = |text: &str| shortened(&visible(text));
        let (place, reason) = (words(place.as_ref()), words(reason.as_ref()));
        let last = self.told.last().is_some_and(|last| last.place == place && last.reason == reason);
        match (last, self.told.len() < MOST_TOLD) {
            (true, _) => {}
            (false, true) => self.told.push(LeftOut { place, reason }),
            (false, false) => self.more += 1,
        }
    }

    pub(super) fn finish(self, connector: Connector, seen: usize, cut_schemas: usize) -> Imported {
        Imported { connector, seen, left_out: self.told, more_left_out: self.more, cut_schemas }
    }
}
