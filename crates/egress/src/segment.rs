//! Segments of a path that lead out of it.

/// May a server read this segment as `.` or `..`? Some forget what follows a `;`, and white space around a name.
///
/// # Arguments
/// * `segment`: without `/`, decoded.
pub fn is_dot_segment(segment: &str) -> bool {
    let name = segment.split(';').next().unwrap_or_default();
    matches!(name.trim_matches(|c: char| c.is_whitespace() || c.is_control()), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::is_dot_segment;

    #[test]
    fn dots_are_known_with_whatever_servers_forget() {
        for dots in [".", "..", "..;", "..;x=1", ".;a", "..\t", " ..", "..\u{0}"] {
            assert!(is_dot_segment(dots), "{dots:?}");
        }
        for name in ["", "a", "...", "a..", "a;..", ";..", ".well-known"] {
            assert!(!is_dot_segment(name), "{name:?}");
        }
    }
}
