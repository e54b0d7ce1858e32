//! Where a reader stands: behind an entry, and so many characters into the text under way. The entries of a run that is
//! long over are put together; the number alone would not tell how much of such a text the reader has.
//!
//! The characters are those of the text that was under way at that entry. An entry that makes this text void has a
//! higher number, so nothing is ever counted in another text.

/// Characters of a text that can be told.
const BITS: u32 = 20;
const MOST: i64 = (1 << BITS) - 1;

/// Opaque to clients, who give back the `seq` of the last frame they have: it grows from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cursor {
    /// The number of the last entry.
    pub(crate) entry: i64,
    pub(crate) characters: usize,
}

impl Cursor {
    pub(crate) fn read(seq: i64) -> Self {
        Self { entry: seq >> BITS, characters: (seq & MOST) as usize }
    }

    pub(crate) fn seq(self) -> i64 {
        let characters = i64::try_from(self.characters).unwrap_or(MOST).min(MOST);
        self.entry.saturating_mul(1 << BITS).saturating_add(characters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_grows_with_its_entries() {
        for cursor in
            [Cursor::default(), Cursor { entry: 7, characters: 0 }, Cursor { entry: 1 << 32, characters: 1_000_000 }]
        {
            assert_eq!(Cursor::read(cursor.seq()), cursor);
        }
        let long = Cursor { entry: 1, characters: usize::MAX };
        assert!(long.seq() < Cursor { entry: 2, characters: 0 }.seq());
        assert!(Cursor { entry: i64::MAX, characters: 0 }.seq() > 0);
        assert_eq!(Cursor::read(i64::MAX).entry, i64::MAX >> 20);
    }
}
