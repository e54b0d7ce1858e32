//! The names under which tools are offered to a model.

use std::collections::HashSet;

const LONGEST: usize = 64;

/// One name for each tool, in order. Each fits `^[a-zA-Z0-9_-]{1,64}$`, and no two are equal.
pub fn offer<'a>(tools: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    tools
        .into_iter()
        .map(|name| {
            let base = fit(name);
            let name =
                (1..=u32::MAX).map(|n| numbered(&base, n)).find(|candidate| !taken.contains(candidate)).unwrap_or(base);
            taken.insert(name.clone());
            name
        })
        .collect()
}

fn fit(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .take(LONGEST)
        .collect();
    if name.chars().all(|c| c == '_') { "tool".to_owned() } else { name }
}

fn numbered(base: &str, n: u32) -> String {
    if n == 1 {
        return base.to_owned();
    }
    let suffix = format!("_{n}");
    format!("{}{suffix}", &base[..base.len().min(LONGEST - suffix.len())])
}

#[cfg(test)]
mod tests {
    use super::offer;

    #[test]
    fn names_fit_the_pattern_and_are_different() {
        let long = "x".repeat(200);
        let names = offer(["echo", "echo", "погода в городе", "прогноз", "a.b", "a b", &long, &long, ""]);
        assert_eq!(&names[..6], ["echo", "echo_2", "tool", "tool_2", "a_b", "a_b_2"]);
        assert_eq!(names.iter().collect::<std::collections::HashSet<_>>().len(), names.len());
        for name in names {
            assert!(
                (1..=64).contains(&name.len())
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'),
                "{name}"
            );
        }
    }
}
