//! The demo's reading of a user message.

/// A user message and its words.
pub(super) struct UserMessage<'a> {
    text: &'a str,
    words: Vec<String>,
}

/// Words that do not tell which tool is meant, or that are about tools in general.
const COMMON: [&str; 34] = [
    "the", "and", "for", "with", "using", "use", "call", "run", "tool", "tools", "please", "this", "that", "from",
    "into", "what", "you", "your", "are", "can", "will", "get", "its", "has", "not", "word", "text", "back", "returns",
    "return", "given", "then", "times", "input",
];
/// The subject of the message ends before one of these.
const ENDS: [&str; 9] = [" using", " with ", " via ", " through ", " by ", ",", ".", "!", "?"];
/// The largest number of calls for one message. `demo:loop` is the model for tests of step limits.
const MAX_CALLS: usize = 1000;

impl<'a> UserMessage<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, words: words(text) }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Whether the message asks for a tool without naming one.
    pub(super) fn mentions_tools(&self) -> bool {
        const SIGNS: [&str; 3] = ["tool", "tools", "call"];
        self.words.iter().any(|word| SIGNS.contains(&word.as_str()) || word.starts_with("инструмент"))
    }

    /// How many words, common ones left out, another text shares with the message.
    pub(super) fn words_shared_with(&self, other: &str) -> usize {
        let telling = |word: &&String| word.chars().count() > 2 && !COMMON.contains(&word.as_str());
        words(other).iter().filter(telling).filter(|word| self.words.iter().any(|mine| same_stem(mine, word))).count()
    }

    /// How many calls the message asks for.
    pub(super) fn times(&self) -> usize {
        let pairs =
            self.words.windows(2).find_map(|pair| repetition(&pair[1]).then(|| number_word(&pair[0])).flatten());
        let single = || self.words.iter().find_map(|word| once_twice(word));
        pairs.or_else(single).unwrap_or(1).clamp(1, MAX_CALLS)
    }

    /// The numbers in the message, without the number of calls.
    pub(super) fn numbers(&self) -> Vec<f64> {
        let pieces: Vec<&str> = self
            .text
            .split(|c: char| !c.is_ascii_digit() && !".-".contains(c))
            .filter(|piece| !piece.is_empty())
            .collect();
        let mut numbers: Vec<f64> =
            pieces.iter().filter_map(|piece| piece.trim_end_matches(['.', '-']).parse().ok()).collect();
        if self.times() > 1
            && let Some(at) = numbers.iter().position(|number| (*number - self.times() as f64).abs() < f64::EPSILON)
        {
            numbers.remove(at);
        }
        numbers
    }

    /// The text that the user wants to have processed.
    pub(super) fn subject(&self) -> String {
        let found = self.quoted().or_else(|| self.after_word()).or_else(|| self.after_verb());
        found.unwrap_or(self.text).trim().to_owned()
    }

    /// The longest arithmetic expression.
    pub(super) fn arithmetic(&self) -> Option<String> {
        let pieces = self
            .text
            .split(|c: char| !c.is_ascii_digit() && !"+-*/().^% ".contains(c))
            .map(|piece| piece.trim().trim_end_matches('.'));
        let sums = pieces
            .filter(|piece| piece.chars().any(|c| c.is_ascii_digit()) && piece.chars().any(|c| "+-*/^%".contains(c)));
        sums.max_by_key(|piece| piece.len()).map(str::to_owned)
    }

    pub(super) fn url(&self) -> Option<&'a str> {
        self.text.split_whitespace().find(|word| word.starts_with("http://") || word.starts_with("https://"))
    }

    fn quoted(&self) -> Option<&'a str> {
        const QUOTES: [(char, char); 5] = [('"', '"'), ('“', '”'), ('«', '»'), ('`', '`'), ('\'', '\'')];
        QUOTES.into_iter().find_map(|(open, close)| between(self.text, open, close))
    }

    fn after_word(&self) -> Option<&'a str> {
        let rest = ["word ", "слово "].iter().find_map(|marker| after(self.text, marker))?;
        rest.split_whitespace().next().map(|word| word.trim_end_matches(['.', ',', '!', '?', ':', ';']))
    }

    fn after_verb(&self) -> Option<&'a str> {
        let rest = ["text ", "echo ", "say "].iter().find_map(|marker| after(self.text, marker))?;
        let end = ENDS.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
        let subject = rest[..end].trim();
        let subject = subject.strip_prefix("the ").or_else(|| subject.strip_prefix("back ")).unwrap_or(subject);
        (!subject.is_empty()).then_some(subject)
    }
}

/// Lower-case words. `snake_case` and `kebab-case` are split into several.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether two words have the same stem: "adds" and "add", "calculate" and "calculator".
fn same_stem(one: &str, other: &str) -> bool {
    const STEM: usize = 5;
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    shared >= STEM || one.trim_end_matches('s') == other.trim_end_matches('s')
}

fn repetition(word: &str) -> bool {
    matches!(word, "times" | "time" | "раз" | "раза")
}

fn once_twice(word: &str) -> Option<usize> {
    match word {
        "twice" | "дважды" => Some(2),
        "thrice" | "трижды" => Some(3),
        _ => None,
    }
}

fn number_word(word: &str) -> Option<usize> {
    const ENGLISH: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    const RUSSIAN: [&str; 11] =
        ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять"];
    let position = |list: [&str; 11]| list.iter().position(|name| *name == word);
    word.parse().ok().or_else(|| position(ENGLISH)).or_else(|| position(RUSSIAN))
}

fn between(text: &str, open: char, close: char) -> Option<&str> {
    let (_, rest) = text.split_once(open)?;
    let (inner, _) = rest.split_once(close)?;
    (!inner.trim().is_empty()).then_some(inner)
}

/// The text after the first occurrence of a marker as a separate word, in any case.
fn after<'t>(text: &'t str, marker: &str) -> Option<&'t str> {
    let starts = |at: usize| text.get(at..at + marker.len()).is_some_and(|piece| piece.to_lowercase() == marker);
    let word_begins = |at: usize| text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    let at = text.char_indices().map(|(at, _)| at).find(|at| starts(*at) && word_begins(*at))?;
    Some(&text[at + marker.len()..])
}
