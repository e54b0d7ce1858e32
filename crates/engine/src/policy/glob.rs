//! Patterns with `*` for any text, also for none, and `?` for one character, matched without going back.

use std::collections::HashMap;

use artel_tools::{Exhausted, Fuel};

/// Whether the whole text fits the pattern. The pieces between the stars are looked for one behind the other, each at
/// its first place: what fits there never has to move. So the work is the text's length, times the number of machine
/// words that a piece with question marks takes.
///
/// # Errors
/// [`Exhausted`] when the fuel does not pay for it.
pub(super) fn matches(pattern: &str, text: &str, fuel: &Fuel) -> Result<bool, Exhausted> {
    fuel.spend((pattern.len() + text.len()) as u64)?;
    let Some((first, behind)) = pattern.split_once('*') else { return Ok(fits_at_start(pattern, text) == Some("")) };
    let Some(mut rest) = fits_at_start(first, text) else { return Ok(false) };
    let (middle, last) = behind.rsplit_once('*').unwrap_or(("", behind));
    for piece in middle.split('*').filter(|piece| !piece.is_empty()) {
        let Some(found) = behind_first(piece, rest, fuel)? else { return Ok(false) };
        rest = found;
    }
    Ok(fits_at_end(last, rest))
}

/// What is behind the piece at the beginning of the text.
fn fits_at_start<'a>(piece: &str, text: &'a str) -> Option<&'a str> {
    let mut rest = text.chars();
    piece.chars().all(|wanted| rest.next().is_some_and(|c| fits(wanted, c))).then_some(rest.as_str())
}

fn fits_at_end(piece: &str, text: &str) -> bool {
    let mut rest = text.chars().rev();
    piece.chars().rev().all(|wanted| rest.next().is_some_and(|c| fits(wanted, c)))
}

fn fits(wanted: char, c: char) -> bool {
    wanted == '?' || wanted == c
}

/// What is behind the first place where the piece fits.
fn behind_first<'a>(piece: &str, text: &'a str, fuel: &Fuel) -> Result<Option<&'a str>, Exhausted> {
    if piece.contains('?') {
        return Piece::new(piece).behind_first(text, fuel);
    }
    let found = text.find(piece).map(|at| at + piece.len());
    fuel.spend(found.unwrap_or(text.len()) as u64)?;
    Ok(found.map(|end| &text[end..]))
}

/// A piece with question marks as the automaton of all its beginnings, one bit for each ("shift-and").
struct Piece {
    /// For each character of the piece, the places where it may stand.
    places: HashMap<char, Vec<u64>>,
    /// For any other character: the places of the question marks.
    anywhere: Vec<u64>,
    length: usize,
}

impl Piece {
    fn new(piece: &str) -> Self {
        let wanted: Vec<char> = piece.chars().collect();
        let words = wanted.len().div_ceil(64);
        let places_of = |c: Option<char>| {
            let mut bits = vec![0_u64; words];
            let may_stand = |wanted: char| wanted == '?' || Some(wanted) == c;
            wanted
                .iter()
                .enumerate()
                .filter(|(_, w)| may_stand(**w))
                .for_each(|(at, _)| bits[at / 64] |= 1 << (at % 64));
            bits
        };
        let places = wanted.iter().map(|c| (*c, places_of(Some(*c)))).collect();
        Self { places, anywhere: places_of(None), length: wanted.len() }
    }

    fn behind_first<'a>(&self, text: &'a str, fuel: &Fuel) -> Result<Option<&'a str>, Exhausted> {
        let mut begun = vec![0_u64; self.anywhere.len()];
        let (word, bit) = ((self.length - 1) / 64, (self.length - 1) % 64);
        for (at, c) in text.char_indices() {
            fuel.spend(begun.len() as u64)?;
            let places = self.places.get(&c).unwrap_or(&self.anywhere);
            let mut carried = 1;
            for (begun, places) in begun.iter_mut().zip(places) {
                let next = *begun >> 63;
                *begun = ((*begun << 1) | carried) & places;
                carried = next;
            }
            if begun[word] >> bit & 1 == 1 {
                return Ok(Some(&text[at + c.len_utf8()..]));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use artel_tools::{Exhausted, Fuel};

    fn matches(pattern: &str, text: &str) -> bool {
        super::matches(pattern, text, &Fuel::steps(100_000_000, Duration::from_secs(5))).unwrap()
    }

    /// As it was before: simple, and slow.
    fn by_going_back(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((&'*', rest)) => (0..=text.len()).any(|taken| by_going_back(rest, &text[taken..])),
            Some((wanted, rest)) => {
                text.split_first().is_some_and(|(c, behind)| super::fits(*wanted, *c) && by_going_back(rest, behind))
            }
        }
    }

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, text, fits) in [
            ("write_file", "write_file", true),
            ("write_file", "write_files", false),
            ("write_*", "write_file", true),
            ("write_*", "write_", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("*_file", "write_file", true),
            ("*_file", "write_file_now", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("?rite", "write", true),
            ("?rite", "rite", false),
            ("заме?ка*", "заметка.md", true),
            ("Write", "write", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn every_short_pattern_fits_what_it_fits_by_going_back() {
        let words = |letters: &[char], longest: usize| {
            (0..=longest as u32)
                .flat_map(|length| (0..letters.len().pow(length)).map(move |n| (length, n)))
                .map(|(length, mut n)| {
                    (0..length)
                        .map(|_| {
                            let c = letters[n % letters.len()];
                            n /= letters.len();
                            c
                        })
                        .collect::<String>()
                })
                .collect::<Vec<String>>()
        };
        let texts = words(&['a', 'b'], 6);
        for pattern in words(&['a', 'b', '*', '?'], 5) {
            let wanted: Vec<char> = pattern.chars().collect();
            for text in &texts {
                let simple = by_going_back(&wanted, &text.chars().collect::<Vec<_>>());
                assert_eq!(matches(&pattern, text), simple, "{pattern} {text}");
            }
        }
    }

    #[test]
    fn a_long_piece_with_question_marks_is_found() {
        let piece = format!("{}?{}", "a".repeat(100), "b".repeat(100));
        let text = format!("{}é{}x", "a".repeat(300), "b".repeat(100));
        assert!(matches(&format!("*{piece}*"), &text) && matches(&format!("*{piece}x"), &text));
        assert!(!matches(&format!("*{piece}*{piece}*"), &text));
    }

    #[test]
    fn a_large_pattern_on_a_large_text_takes_no_longer_than_both() {
        let text = "a".repeat(1_000_000);
        for pattern in [
            format!("{}b", "a*".repeat(2_000)),
            format!("*{}b*", "a".repeat(3_998)),
            format!("*{}b*", "a?".repeat(30)),
            format!("{}b", "*?".repeat(2_000)),
        ] {
            let started = Instant::now();
            assert!(!matches(&pattern, &text));
            assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        }
        let fuel = Fuel::steps(10_000_000, Duration::from_secs(5));
        assert_eq!(super::matches(&format!("*{}b*", "a?".repeat(2_000)), &text, &fuel), Err(Exhausted));
    }
}
