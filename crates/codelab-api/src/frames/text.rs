//! What has been said in a segment of a turn, piece by piece.

/// Between two texts of one segment.
const BREAK: &str = "\n\n";
/// Before a text that is told anew because it turned out another than it began.
pub(crate) const RESTART: &str = "\n\n---\n\n";

/// The tokens of a segment: what is given out, put together, is [`Spoken::all`].
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// Everything given out.
    all: String,
    /// Where in it the text under way begins, once something of it was given out.
    from: Option<usize>,
    /// The text under way comes again, so far: after it was cut off, or because the reader has more of it than was
    /// kept.
    again: Option<String>,
    /// Characters of the text under way that the reader has, when that is more than was kept.
    claimed: usize,
    /// The reader has words that nobody knows any more: what comes next stands behind a line.
    is_cut: bool,
}

impl Spoken {
    pub(super) fn all(&self) -> &str {
        &self.all
    }

    /// How much of the text under way was given out.
    pub(super) fn characters(&self) -> usize {
        self.given().chars().count()
    }

    /// Another text begins.
    pub(super) fn next_text(&mut self) {
        self.from = None;
        self.again = None;
        if std::mem::take(&mut self.claimed) > 0 {
            self.is_cut = true;
        }
    }

    /// The client is to act: what is said afterwards is another segment.
    pub(super) fn next_segment(&mut self) {
        *self = Self::default();
    }

    /// The reader has nothing of what was told so far, and does not go on behind it.
    pub(super) fn reader_has_nothing(&mut self) {
        *self = Self::default();
    }

    /// The reader comes back with so many characters of the text under way. That is more than was given out when the
    /// pieces of a text were put together since; they are the same text until it is cut off.
    pub(super) fn reader_has(&mut self, characters: usize) {
        if characters > self.characters() {
            self.claimed = characters;
            self.again = Some(self.given().to_owned());
        }
    }

    /// What was given out of the text under way is void: it comes again. What the reader has beyond it cannot be
    /// compared with what comes.
    pub(super) fn cut_off(&mut self) {
        if self.claimed > 0 {
            self.next_text();
        } else if self.from.is_some() {
            self.again = Some(String::new());
        }
    }

    /// Takes a piece of the text under way; what is to be given out for it, if anything.
    pub(super) fn push(&mut self, piece: &str) -> Option<String> {
        let Some(mut again) = self.again.take() else { return self.give(piece) };
        again.push_str(piece);
        if self.is_known(&again) {
            self.again = Some(again);
            return None;
        }
        self.become_text(&again)
    }

    /// The text under way is this one and over; what is still to be given out of it.
    pub(super) fn finish(&mut self, text: &str) -> Option<String> {
        self.again = None;
        let is_all_there = text.is_empty() || (self.claimed == 0 && self.given().trim_end() == text.trim_end());
        let rest = if is_all_there { None } else { self.become_text(text) };
        self.next_text();
        rest
    }

    /// The reader has all of this.
    fn is_known(&self, text: &str) -> bool {
        let given = self.given();
        given.starts_with(text) || (text.starts_with(given) && text.chars().count() <= self.claimed)
    }

    fn become_text(&mut self, text: &str) -> Option<String> {
        let claimed = std::mem::take(&mut self.claimed);
        let fits = text.chars().count() >= claimed;
        if let Some(rest) = text.strip_prefix(self.given()).filter(|_| fits).map(str::to_owned) {
            let known = claimed.saturating_sub(self.characters());
            return self.give_behind(&rest, known);
        }
        self.all.push_str(RESTART);
        self.from = Some(self.all.len());
        self.all.push_str(text);
        Some(format!("{RESTART}{text}"))
    }

    /// What was given out of the text under way.
    fn given(&self) -> &str {
        self.from.map_or("", |from| &self.all[from..])
    }

    fn give(&mut self, piece: &str) -> Option<String> {
        self.give_behind(piece, 0)
    }

    /// Gives out a piece of which the reader has the first characters.
    fn give_behind(&mut self, piece: &str, known: usize) -> Option<String> {
        if piece.is_empty() {
            return None;
        }
        let begins_later = self.from.is_none() && !self.all.is_empty();
        let token = match (std::mem::take(&mut self.is_cut), begins_later) {
            (true, _) => format!("{RESTART}{piece}"),
            (false, true) => format!("{BREAK}{piece}"),
            (false, false) => piece.to_owned(),
        };
        self.all.push_str(&token);
        self.from.get_or_insert(self.all.len() - piece.len());
        if known == 0 {
            return Some(token);
        }
        let rest: String = piece.chars().skip(known).collect();
        (!rest.is_empty()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(spoken: &mut Spoken, pieces: &[&str]) -> Vec<String> {
        pieces.iter().filter_map(|piece| spoken.push(piece)).collect()
    }

    #[test]
    fn pieces_are_given_out_as_they_come() {
        let mut spoken = Spoken::default();
        assert_eq!(said(&mut spoken, &["Hel", "", "lo"]), ["Hel", "lo"]);
        assert_eq!(spoken.finish("Hello"), None);
        assert_eq!(spoken.all(), "Hello");
    }

    #[test]
    fn what_was_not_streamed_is_given_at_the_end() {
        let mut spoken = Spoken::default();
        said(&mut spoken, &["Hel"]);
        assert_eq!(spoken.finish("Hello").unwrap(), "lo");
        assert_eq!(Spoken::default().finish("Hello").unwrap(), "Hello");
    }

    #[test]
    fn a_second_text_stands_apart_from_the_first() {
        let mut spoken = Spoken::default();
        said(&mut spoken, &["One."]);
        spoken.next_text();
        assert_eq!(said(&mut spoken, &["Tw", "o."]), ["\n\nTw", "o."]);
        assert_eq!(spoken.finish("Two.\n"), None, "white space at the end is no other text");
        assert_eq!(spoken.all(), "One.\n\nTwo.");
    }

    #[test]
    fn an_answer_that_comes_again_goes_on_where_it_was() {
        let mut spoken = Spoken::default();
        said(&mut spoken, &["Приве"]);
        spoken.cut_off();
        assert_eq!(said(&mut spoken, &["При", "вет, м", "ир"]), ["т, м", "ир"]);
        assert_eq!(spoken.finish("Привет, мир"), None);
        assert_eq!(spoken.all(), "Привет, мир");
    }

    #[test]
    fn an_answer_that_comes_again_differently_is_told_whole() {
        let mut spoken = Spoken::default();
        said(&mut spoken, &["Hello"]);
        spoken.cut_off();
        assert_eq!(said(&mut spoken, &["Hel", "p!", " Yes"]), ["\n\n---\n\nHelp!", " Yes"]);
        assert_eq!(spoken.all(), "Hello\n\n---\n\nHelp! Yes");
    }

    #[test]
    fn an_answer_that_comes_again_shorter_is_told_whole() {
        let mut spoken = Spoken::default();
        said(&mut spoken, &["Hello"]);
        spoken.cut_off();
        assert_eq!(said(&mut spoken, &["Hel"]), [""; 0]);
        assert_eq!(spoken.finish("Hel").unwrap(), "\n\n---\n\nHel");
        let mut twice = Spoken::default();
        said(&mut twice, &["ab"]);
        twice.cut_off();
        said(&mut twice, &["a"]);
        twice.cut_off();
        assert_eq!(said(&mut twice, &["a", "bc"]), ["c"]);
    }

    #[test]
    fn what_a_reader_has_of_a_void_text_and_nobody_kept_is_never_taken_for_the_next_text() {
        for again in ["one two three four", "uno dos"] {
            let mut spoken = Spoken::default();
            said(&mut spoken, &["one two"]);
            spoken.reader_has("one two three".len());
            spoken.cut_off();
            assert_eq!(said(&mut spoken, &[again, "!"]), [format!("\n\n---\n\n{again}"), "!".to_owned()]);
            let mut nothing_kept = Spoken::default();
            nothing_kept.reader_has(3);
            nothing_kept.cut_off();
            assert_eq!(nothing_kept.finish(again).unwrap(), format!("\n\n---\n\n{again}"));
        }
    }

    #[test]
    fn a_reader_that_has_more_than_was_kept_gets_what_is_behind_it() {
        let mut spoken = Spoken::default();
        said(&mut spoken, &["one two"]);
        spoken.reader_has("one two three".len());
        assert_eq!(said(&mut spoken, &[" th", "ree", " four"]), [" four"]);
        assert_eq!(spoken.finish("one two three four"), None);
        assert_eq!(spoken.all(), "one two three four");
        let mut nothing_kept = Spoken::default();
        nothing_kept.reader_has(3);
        assert_eq!(said(&mut nothing_kept, &["on", "e two"]), [" two"]);
        let mut shorter = Spoken::default();
        shorter.reader_has(7);
        assert_eq!(said(&mut shorter, &["one"]), [""; 0]);
        assert_eq!(shorter.finish("one").unwrap(), "\n\n---\n\none");
    }
}
