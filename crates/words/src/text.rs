use std::collections::BTreeMap;

use crate::analyse::tokens;
use crate::shelf::Shelf;

/// The highest position that PostgreSQL keeps, and how many it keeps of one word.
const LAST_POSITION: usize = 16_383;
const MOST_POSITIONS: usize = 255;

/// A part of a text, by how much it says about the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Title,
    Body,
}

impl Field {
    fn weight(self) -> char {
        match self {
            Self::Title => 'A',
            Self::Body => 'D',
        }
    }
}

/// The text's tokens, as a column of an FTS5 table takes them.
pub fn fts5(shelf: &Shelf, text: &str) -> String {
    tokens(text).iter().map(|token| shelf.token(token)).collect::<Vec<_>>().join(" ")
}

/// All fields as the text of one `tsvector`.
pub fn tsvector(shelf: &Shelf, fields: &[(Field, &str)]) -> String {
    let (mut places, mut at): (BTreeMap<String, Vec<String>>, usize) = (BTreeMap::new(), 0);
    for (field, text) in fields {
        for token in tokens(text) {
            at = (at + 1).min(LAST_POSITION);
            let places = places.entry(token).or_default();
            if places.len() < MOST_POSITIONS {
                places.push(format!("{at}{}", field.weight()));
            }
        }
    }
    let words = places.iter().map(|(token, at)| format!("'{}':{}", shelf.token(token), at.join(",")));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Field, fts5, tsvector};
    use crate::Shelf;

    #[test]
    fn both_databases_get_the_same_tokens() {
        let shelf = Shelf::of_user("memory", Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(fts5(&shelf, "Цены, цена"), format!("{shelf}_цен {shelf}_цен"));
        let vector = tsvector(&shelf, &[(Field::Title, "Цены"), (Field::Body, "цена А-1")]);
        assert_eq!(vector, format!("'{shelf}_1':4D '{shelf}_а':3D '{shelf}_а_1':5D '{shelf}_цен':1A,2D"));
    }

    #[test]
    fn shelves_share_no_token() {
        let [one, two] = [1, 2].map(|user| Shelf::of_user("memory", Uuid::from_u128(1), Uuid::from_u128(user)));
        assert_ne!(fts5(&one, "цена"), fts5(&two, "цена"));
        assert_ne!(one, Shelf::of_user("memory", Uuid::from_u128(3), Uuid::from_u128(1)));
    }
}
