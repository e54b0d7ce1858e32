use crate::schema::Connector;

/// What was made of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub connector: Connector,
    /// Operations that the document has.
    pub seen: usize,
    pub left_out: Vec<LeftOut>,
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
pub(super) struct Report(Vec<LeftOut>);

impl Report {
    /// The same reason at the same place is told once.
    pub(super) fn add(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        let (place, reason) = (place.into(), reason.into());
        let last = self.0.last().is_some_and(|last| last.place == place && last.reason == reason);
        if !last {
            self.0.push(LeftOut { place, reason });
        }
    }

    pub(super) fn finish(self, connector: Connector, seen: usize, cut_schemas: usize) -> Imported {
        Imported { connector, seen, left_out: self.0, cut_schemas }
    }
}
