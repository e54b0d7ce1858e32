use artel_catalogue::args::{Freshness, WebSearch};
use artel_tools::ToolError;

use crate::text_error::tell;

const USUAL_COUNT: u8 = 8;
const NOTE: &str = "operators (site:, quotes, minus) are not supported: they were sent as plain words";
const OPERATORS: [&str; 8] = ["site:", "intitle:", "inurl:", "filetype:", "ext:", "related:", "cache:", "allintitle:"];

/// What a service is asked.
#[derive(Debug, Clone)]
pub(super) struct Query {
    /// Plain words.
    pub(super) text: String,
    pub(super) count: usize,
    pub(super) freshness: Option<Freshness>,
    /// Two letters.
    pub(super) lang: Option<String>,
    /// What was done to the words.
    pub(super) note: Option<&'static str>,
}

impl Query {
    pub(super) fn of(args: WebSearch) -> Result<Self, ToolError> {
        let text = plain(&args.query);
        if text.is_empty() || text.chars().count() > 400 {
            let what = "query: it must have 1 to 400 characters that are words";
            return Err(tell("invalid_argument", what, "say in plain words what to look for"));
        }
        let given = args.query.split_whitespace().collect::<Vec<_>>().join(" ");
        let note = (text != given).then_some(NOTE);
        let count = usize::from(args.count.unwrap_or(USUAL_COUNT).clamp(1, 20));
        Ok(Self { text, count, freshness: args.freshness, lang: args.lang, note })
    }

    /// The word that a service has for the freshness.
    pub(super) fn fresh(
        &self,
        day: &'static str,
        week: &'static str,
        month: &'static str,
        year: &'static str,
    ) -> Option<&'static str> {
        self.freshness.map(|freshness| match freshness {
            Freshness::Day => day,
            Freshness::Week => week,
            Freshness::Month => month,
            Freshness::Year => year,
        })
    }
}

/// The words without what search services take for operators.
fn plain(query: &str) -> String {
    let words = query.split_whitespace().filter_map(|word| {
        let word = word.replace(['"', '«', '»', '“', '”'], " ");
        let word = word.trim().trim_start_matches(['-', '+', '!', '~']);
        let lower = word.to_lowercase();
        let operator = OPERATORS.iter().find(|operator| lower.starts_with(**operator));
        let word = operator.map_or(word, |operator| &word[operator.len()..]);
        let is_operator = matches!(word, "AND" | "OR" | "NOT" | "|" | "&&" | "||" | "*");
        let has_letters = word.chars().any(char::is_alphanumeric);
        (!is_operator && has_letters).then(|| word.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, ToolError> {
        Query::of(WebSearch { query: text.to_owned(), count: None, freshness: None, lang: None })
    }

    #[test]
    fn operators_become_plain_words_and_the_note_says_so() {
        for (given, sent) in [
            ("site:example.com \"key rate\" -old", "example.com key rate old"),
            ("цена OR стоимость", "цена стоимость"),
            ("filetype:pdf report", "pdf report"),
        ] {
            let query = query(given).unwrap();
            assert_eq!((query.text.as_str(), query.note.is_some()), (sent, true), "{given}");
        }
    }

    #[test]
    fn words_with_hyphens_and_signs_stay_as_they_are() {
        for plain in ["state-of-the-art C++ axum 0.8", "ставка  ЦБ", "what is 5-3?"] {
            let query = query(plain).unwrap();
            assert_eq!(query.note, None, "{plain}");
        }
    }

    #[test]
    fn a_query_without_words_is_refused_by_its_name() {
        for bad in ["", "  ", "\"\"", "-", "OR"] {
            let text = query(bad).unwrap_err().to_string();
            assert_eq!(
                text,
                "invalid_argument: query: it must have 1 to 400 characters that are words; say in plain words what to look for",
                "{bad}"
            );
        }
    }
}
