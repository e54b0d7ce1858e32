use artel_domain::Entry;

use super::cursor::Cursor;
use super::mapper::{Mapper, Shown, Standing, View};

/// What one client gets to see.
#[derive(Debug)]
pub(crate) struct Reader {
    mapper: Mapper,
    /// The client knows the entries up to this one.
    known: i64,
    with_seq: bool,
}

impl Reader {
    /// `after` is the client's, who knows what it means; `known` is where the session is read on from.
    pub(crate) fn new(view: View, known: i64, after: Option<Cursor>, with_seq: bool) -> Self {
        let stands = after.map_or(Standing::Nothing(known), Standing::All);
        Self { mapper: Mapper::of_reader(view, stands), known, with_seq }
    }

    /// What is new to the client.
    pub(crate) fn read(&mut self, entry: &Entry) -> Shown {
        let told = self.mapper.on(entry);
        if entry.seq <= self.known {
            return Shown::nothing();
        }
        let place = Cursor { entry: entry.seq, characters: self.mapper.characters() };
        Shown { frame: told.frame.map(|frame| if self.with_seq { frame.with_seq(place) } else { frame }), ..told }
    }
}
