/// Whether the whole text fits the pattern: `*` stands for any text, also for none, `?` for one character.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // The newest star, and where in the text its share ends so far: on a misfit it takes one character more.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

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
    fn many_stars_cost_no_more_than_their_product_with_the_text() {
        let text = "a".repeat(5_000);
        assert!(!matches(&format!("{}b", "a*".repeat(100)), &text));
    }
}
