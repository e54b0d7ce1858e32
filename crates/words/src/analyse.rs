use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;

/// The longest token, in characters. What goes on is not part of it, in texts and in queries alike.
const LONGEST: usize = 64;

/// The tokens of a text, in its order. They consist of letters, digits and `_`.
///
/// A word is its stem. A code (`АБ-123/4`, `iPhone15`, `3.14`) gives its parts, and the whole with `_` between the
/// parts, whatever stood between them: so `АБ123/4` finds `АБ-123/4`.
pub fn tokens(text: &str) -> Vec<String> {
    let analyser =
        Analyser { russian: Stemmer::create(Algorithm::Russian), english: Stemmer::create(Algorithm::English) };
    let mut found = Vec::new();
    let mut run = String::new();
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        match letter {
            'ё' => run.push('е'),
            letter if letter.is_alphanumeric() || (is_joint(letter) && !run.is_empty()) => run.push(letter),
            // An accent that no letter has in it: it is written above the letter before it, and nobody types it.
            '\u{300}'..='\u{36f}' => {}
            _ => analyser.note(&mut run, &mut found),
        }
    }
    analyser.note(&mut run, &mut found);
    found
}

/// Characters that join the parts of a code.
fn is_joint(letter: char) -> bool {
    matches!(letter, '-' | '‐' | '‑' | '–' | '/' | '.' | ',' | ':' | '_' | '\\')
}

struct Analyser {
    russian: Stemmer,
    english: Stemmer,
}

impl Analyser {
    /// What stands between two spaces.
    fn note(&self, run: &mut String, found: &mut Vec<String>) {
        let end = run.trim_end_matches(is_joint).len();
        run.truncate(end);
        if run.chars().any(char::is_numeric) {
            self.note_code(run, found);
        } else {
            found.extend(run.split(is_joint).filter(|word| !word.is_empty()).map(|word| self.stem(word)));
        }
        run.clear();
    }

    fn note_code(&self, run: &str, found: &mut Vec<String>) {
        let parts = parts(run);
        found.extend(parts.iter().map(|part| self.stem(part)));
        if parts.len() > 1 {
            found.push(cut(&parts.join("_")));
        }
    }

    /// The word is cut first: stemming takes the square of its length, and the text is a stranger's.
    fn stem(&self, word: &str) -> String {
        let word = &cut(word);
        if word.chars().all(|letter| matches!(letter, 'а'..='я')) {
            self.russian.stem(word).into_owned()
        } else if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            self.english.stem(word).into_owned()
        } else {
            word.clone()
        }
    }
}

/// Letters and digits of a code, each for itself.
fn parts(run: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = None;
    for letter in run.chars() {
        let kind = if is_joint(letter) { None } else { Some(letter.is_numeric()) };
        match (kind, parts.last_mut()) {
            (Some(_), Some(part)) if before == kind => part.push(letter),
            (Some(_), _) => parts.push(letter.into()),
            (None, _) => {}
        }
        before = kind;
    }
    parts
}

fn cut(token: &str) -> String {
    token.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::tokens;

    #[test]
    fn cases_and_yo_and_forms_of_letters_do_not_matter() {
        assert_eq!(tokens("Договорами поставки"), tokens("договор ПОСТАВКА"));
        assert_eq!(tokens("Счёт учёта"), tokens("СЧЕТ учета"));
        assert_eq!(tokens("Deliveries ﬁnished"), tokens("delivery finishing"));
        assert_eq!(tokens("Ｗｉｄｅ"), tokens("wide"));
        // The letter й as one character and as two.
        assert_eq!(tokens("мои\u{306}"), tokens("мо\u{439}"));
    }

    #[test]
    fn a_code_is_kept_whole_and_in_its_parts() {
        assert_eq!(tokens("АБ-123/4"), ["аб", "123", "4", "аб_123_4"]);
        assert_eq!(tokens("аб123/4"), tokens("АБ-123/4"));
        assert_eq!(
            tokens("артикул: АБ-123/4, цена 3.14."),
            ["артикул", "аб", "123", "4", "аб_123_4", "цен", "3", "14", "3_14"]
        );
        assert_eq!(tokens("2026"), ["2026"]);
        assert_ne!(tokens("1-23").last(), tokens("12-3").last());
    }

    #[test]
    fn words_beside_each_other_are_words() {
        assert_eq!(tokens("купля-продажа,аренда/наём"), ["купл", "продаж", "аренд", "на"]);
        assert_eq!(tokens(" -- … !?\u{0}\n"), Vec::<String>::new());
        assert_eq!(tokens("\"'*:&|()<->"), Vec::<String>::new());
    }

    #[test]
    fn a_token_has_an_end() {
        let long = tokens(&"щ".repeat(10_000));
        assert_eq!(long.iter().map(|token| token.chars().count()).collect::<Vec<_>>(), [64]);
    }

    #[test]
    fn a_long_word_costs_no_more_than_short_ones() {
        let time = |text: &str| {
            let started = Instant::now();
            tokens(text);
            started.elapsed()
        };
        for syllables in ["ay", "ing", "ов", "я", "е\u{301}", "1", "a-", "ﷺ"] {
            let one = syllables.repeat(500_000 / syllables.len());
            let took = time(&one);
            assert!(took < Duration::from_secs(5), "{syllables}: {took:?}");
        }
    }

    #[test]
    fn nothing_in_a_token_needs_to_be_quoted() {
        let every: String =
            (0..=u32::from(char::MAX)).filter_map(char::from_u32).flat_map(|letter| [letter, ' ']).collect();
        for token in tokens(&every) {
            assert!(token.chars().all(|letter| letter.is_alphanumeric() || letter == '_'), "{token:?}");
        }
    }
}
