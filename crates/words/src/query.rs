use crate::analyse::tokens;
use crate::shelf::Shelf;
use crate::stop::is_stop;

/// How much of a query is read, in characters.
pub const LONGEST_QUERY: usize = 400;
/// More words find nothing better.
const MOST_TERMS: usize = 32;

/// What is looked for: words, of which a text has at least one. No text is a query with a syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    terms: Vec<String>,
}

impl Query {
    /// Reads what somebody typed, up to [`LONGEST_QUERY`]. Words that every text has are left out, unless there is no
    /// other. `None`: it has no word.
    pub fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().take(LONGEST_QUERY).collect();
        let mut terms: Vec<String> = Vec::new();
        for token in tokens(&text) {
            if !terms.contains(&token) {
                terms.push(token);
            }
        }
        if terms.iter().any(|term| !is_stop(term)) {
            terms.retain(|term| !is_stop(term));
        }
        terms.truncate(MOST_TERMS);
        (!terms.is_empty()).then_some(Self { terms })
    }

    /// How well a text fits: the share of the words that it has, from 0 to 1. A word that only its body has counts
    /// half.
    pub fn coverage(&self, title: &str, body: &str) -> f64 {
        let (title, body) = (tokens(title), tokens(body));
        let worth = |term: &String| match (title.contains(term), body.contains(term)) {
            (true, _) => 1.0,
            (false, true) => 0.5,
            (false, false) => 0.0,
        };
        self.terms.iter().map(worth).sum::<f64>() / self.terms.len() as f64
    }

    /// The expression for `MATCH` of FTS5.
    pub fn fts5(&self, shelf: &Shelf) -> String {
        self.terms.iter().map(|term| format!("\"{}\"", shelf.token(term))).collect::<Vec<_>>().join(" OR ")
    }

    /// The text of a `tsquery` that finds each text with one of the words.
    pub fn tsquery(&self, shelf: &Shelf) -> String {
        self.tsqueries(shelf).join(" | ")
    }

    /// A `tsquery` for each word.
    pub fn tsqueries(&self, shelf: &Shelf) -> Vec<String> {
        self.terms.iter().map(|term| format!("'{}'", shelf.token(term))).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::Query;
    use crate::Shelf;

    fn terms(text: &str) -> Vec<String> {
        Query::read(text).map(|query| query.terms).unwrap_or_default()
    }

    #[test]
    fn words_that_say_nothing_are_left_out_unless_there_is_no_other() {
        assert_eq!(terms("какой срок оплаты по договору"), ["срок", "оплат", "договор"]);
        assert_eq!(terms("what is the price"), ["price"]);
        assert_eq!(terms("и или не"), ["и", "ил", "не"]);
        assert_eq!(terms("оплата оплаты оплатой"), ["оплат"]);
    }

    #[test]
    fn a_query_is_bounded() {
        let long = (0..100_000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(terms(&long).len(), 32);
        assert_eq!(Query::read(" \"*() AND"), Query::read("and"));
        assert_eq!(Query::read(" \"*()"), None);
    }

    #[test]
    fn a_text_fits_as_far_as_it_has_the_words() {
        let query = Query::read("отчёт о продажах за неделю").unwrap_or_else(|| panic!("it has words"));
        let fits = |title: &str, body: &str| query.coverage(title, body);
        assert!((fits("Отчёты продаж недели", "") - 1.0).abs() < 1e-9);
        assert!((fits("", "отчёт, продажа, неделя") - 0.5).abs() < 1e-9);
        assert!((fits("отчёт", "отчёт") - 1.0 / 3.0).abs() < 1e-9);
        assert!(fits("протокол", "совещания").abs() < 1e-9);
    }

    #[test]
    fn what_was_typed_is_never_syntax() {
        let shelf = Shelf::of_tenant("document", Uuid::from_u128(1));
        let query = Query::read("a\" OR NEAR('b') : *").unwrap_or_else(|| panic!("it has words"));
        assert_eq!(query.fts5(&shelf), format!("\"{shelf}_near\" OR \"{shelf}_b\""));
        assert_eq!(query.tsquery(&shelf), format!("'{shelf}_near' | '{shelf}_b'"));
    }
}
