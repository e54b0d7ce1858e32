/// The language of a text, as far as the analysis of words needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Russian,
    English,
    /// Another one, or too little text to tell.
    Other,
}

/// Letters from which a language is told.
const LOOKED_AT: usize = 20_000;
const FEWEST: usize = 10;

/// Small words of English: without enough of them, a text in Latin letters is in another language.
const ENGLISH: [&str; 16] =
    ["the", "of", "and", "to", "in", "is", "for", "that", "with", "on", "this", "are", "be", "by", "you", "from"];
const OTHER_LATIN: [&str; 16] =
    ["der", "die", "und", "das", "le", "la", "les", "des", "et", "que", "el", "los", "di", "il", "nie", "jest"];
/// Letters that Russian does not have.
const NOT_RUSSIAN: [char; 8] = ['і', 'ї', 'є', 'ґ', 'ў', 'ј', 'қ', 'ө'];

impl Language {
    /// ISO 639-1: `ru`, `en`; nothing for another one.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Russian => Some("ru"),
            Self::English => Some("en"),
            Self::Other => None,
        }
    }

    /// A guess by letters, and by small words where the letters are Latin.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let (mut cyrillic, mut latin, mut foreign, mut english, mut other) = (0_usize, 0, 0, 0, 0);
        for text in texts {
            if cyrillic + latin > LOOKED_AT {
                break;
            }
            for letter in text.chars().take(LOOKED_AT).filter(|letter| letter.is_alphabetic()) {
                cyrillic += usize::from(('\u{400}'..='\u{52f}').contains(&letter));
                latin += usize::from(letter < '\u{250}');
                foreign += usize::from(NOT_RUSSIAN.iter().any(|own| letter.to_lowercase().eq([*own])));
            }
            for word in text.split(|letter: char| !letter.is_alphabetic()).take(LOOKED_AT) {
                english += usize::from(ENGLISH.iter().any(|small| word.eq_ignore_ascii_case(small)));
                other += usize::from(OTHER_LATIN.iter().any(|small| word.eq_ignore_ascii_case(small)));
            }
        }
        match () {
            () if cyrillic + latin < FEWEST => Self::Other,
            // Russian texts about technology are full of Latin names.
            () if cyrillic * 3 >= latin && foreign * 50 < cyrillic => Self::Russian,
            () if latin > cyrillic && english >= other => Self::English,
            () => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_language_is_guessed() {
        let cases = [
            ("Договор поставки № 17 от 5 мая", Language::Russian),
            ("Настройка PostgreSQL и Redis для Artel на Debian 12 bookworm", Language::Russian),
            ("The contract is signed by both parties", Language::English),
            ("Contract number seventeen", Language::English),
            ("Der Vertrag und die Anlage sind das Ganze", Language::Other),
            ("Договір поставки їхніх товарів і послуг", Language::Other),
            ("12 345", Language::Other),
            ("", Language::Other),
        ];
        for (text, expected) in cases {
            assert_eq!(Language::of([text].into_iter()), expected, "{text}");
        }
    }
}
