//! Text that is compared without regard to case, the same way on every store and surface.

use unicode_normalization::UnicodeNormalization as _;

/// The text as it is compared with others when case does not count.
///
/// Letters are compared by all their forms (`STRASSE` and `straße`, `ΟΔΟΣ` and `οδος`), and a letter is the same
/// however it is encoded (`É` as one character or as two). Marks count: `ё` is not `е`. A database knows none of this,
/// so that the application folds both sides and the database compares them byte by byte.
pub fn caseless(text: &str) -> String {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    let normal: String = text.nfkc().collect();
    // Some letters have two lower-case forms (`ς`, `σ`) or none of one character in upper case (`ß`): through both
    // cases they meet.
    let upper: String = lower(&normal).chars().flat_map(char::to_uppercase).collect();
    lower(&upper).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::caseless;

    #[test]
    fn case_does_not_count_in_any_script() {
        for (left, right) in [
            ("Ёлка", "ёЛКА"),
            ("École", "éCOLE"),
            ("E\u{301}cole", "école"),
            ("STRASSE", "straße"),
            ("STRAẞE", "straße"),
            ("ΟΔΟΣ", "οδος"),
            ("ﬁn", "FIN"),
            ("Ｆull", "full"),
        ] {
            assert_eq!(caseless(left), caseless(right), "{left} and {right}");
        }
    }

    #[test]
    fn marks_count() {
        assert_ne!(caseless("ёлка"), caseless("елка"));
        assert_ne!(caseless("école"), caseless("ecole"));
    }

    #[test]
    fn text_that_is_folded_stays_as_it_is() {
        for letter in (0..=0x0010_ffff).filter_map(char::from_u32) {
            let once = caseless(&letter.to_string());
            assert_eq!(caseless(&once), once, "{letter:?} (U+{:04X})", u32::from(letter));
        }
    }
}
