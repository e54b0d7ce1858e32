use artel_words::split_head;
use serde::Deserialize;

/// The most characters of a title, and of a source.
const LONGEST: usize = 500;
/// The longest front matter, in bytes, and the most parts of it that are read.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_EVENTS: usize = 2_000;
/// What a text may begin with.
const CORRECT: &str = "---\ntitle: Style of letters\nsource: the user, in chat\n---\n";

/// What the head of a text says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Head {
    pub(super) title: String,
    pub(super) source: String,
}

/// Reads the head of a file of memory.
///
/// # Errors
/// What is wrong with it, after the name of the member, and a head that is right.
pub(super) fn read(content: &str) -> Result<Head, String> {
    let Some((yaml, _)) = split_head(content) else { return Err(wrong("must begin with front matter")) };
    if yaml.len() > LONGEST_HEAD {
        return Err(wrong(&format!("has front matter of more than {LONGEST_HEAD} bytes")));
    }
    let head: Head = serde_saphyr::from_str_with_options(yaml, options())
        .map_err(|_| wrong("must begin with front matter that is YAML and holds title and source as texts"))?;
    for (name, value) in [("title", &head.title), ("source", &head.source)] {
        let length = value.trim().chars().count();
        if length == 0 || length > LONGEST {
            return Err(wrong(&format!("has a {name} of no or of more than {LONGEST} characters in its front matter")));
        }
    }
    Ok(Head { title: head.title.trim().to_owned(), source: head.source.trim().to_owned() })
}

/// Aliases are refused: a few lines of them mean billions of values.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! { max_aliases: 0, max_events: MOST_EVENTS, max_depth: 16 },
    }
}

fn wrong(what: &str) -> String {
    format!("{what}; a correct beginning is:\n{CORRECT}")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{CORRECT, read};

    #[test]
    fn title_and_source_are_read_and_other_members_left_alone() {
        let head = read("---\ntitle: ' Цены: осень '\ntags: [a, b]\nsource: письмо от 3 мая\n---\n# Body").unwrap();
        assert_eq!((head.title.as_str(), head.source.as_str()), ("Цены: осень", "письмо от 3 мая"));
        assert!(read(CORRECT).is_ok());
    }

    #[test]
    fn a_bomb_is_refused_at_once() {
        let list = |name: char, of: char| format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 10].join(", "));
        let mut aliases = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        aliases.extend(('a'..='i').zip('b'..='j').map(|(of, name)| list(name, of)));
        let deep = format!("deep: {}{}", "[".repeat(7_000), "]".repeat(7_000));
        let wide = format!("wide: [{}x]", "x,".repeat(7_000));
        let long = format!("# {}", "x".repeat(60_000));
        for yaml in [aliases, deep, wide, long] {
            let started = Instant::now();
            let why = read(&format!("---\n{yaml}\ntitle: t\nsource: s\n---\n")).unwrap_err();
            assert!(why.ends_with(CORRECT), "{why}");
            assert!(started.elapsed() < Duration::from_millis(250), "{yaml:.40}: {:?}", started.elapsed());
        }
    }

    #[test]
    fn a_wrong_head_is_refused_with_a_right_one() {
        let long = format!("---\ntitle: {}\nsource: s\n---\n", "x".repeat(501));
        for content in [
            "",
            "no head",
            "---\ntitle: t\nsource: s\n",
            "---\ntitle: t\n---\n",
            "---\nsource: s\n---\n",
            "---\ntitle: ''\nsource: s\n---\n",
            "---\ntitle: [a]\nsource: s\n---\n",
            "---\n- a\n- b\n---\n",
            "---\ntitle: &a t\nsource: *b\n---\n",
            &long,
        ] {
            let why = read(content).unwrap_err();
            assert!(why.ends_with(CORRECT), "{content:?}: {why}");
        }
    }
}
