//! Texts of the document for people and models.

const SHOWN_CHARACTERS: usize = 200;
/// Of a longer text the beginning is looked at.
const LOOKED_AT_BYTES: usize = 4 * 1024;

/// The beginning of a text, in one line.
pub(super) fn shortened(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LOOKED_AT_BYTES)];
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN_CHARACTERS {
        line
    } else {
        line.chars().take(SHOWN_CHARACTERS - 1).chain(['…']).collect()
    }
}
