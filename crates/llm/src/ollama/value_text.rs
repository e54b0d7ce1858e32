//! The text of a JSON value that may be spread over several lines.

/// Lines that are collected until they are a complete value.
#[derive(Debug, Default)]
pub(super) struct ValueText {
    text: String,
    depth: usize,
}

impl ValueText {
    pub(super) fn push_line(&mut self, line: &str) {
        let (mut in_string, mut escaped) = (false, false);
        for byte in line.bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => self.depth += 1,
                b'}' | b']' if !in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        // A string cannot go over the end of a line, so these lines can never become a value.
        if in_string {
            self.depth = 0;
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Whether more lines must follow.
    pub(super) fn is_open(&self) -> bool {
        self.depth > 0
    }

    pub(super) fn take(&mut self) -> String {
        self.depth = 0;
        std::mem::take(&mut self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_complete_when_all_its_brackets_are_closed() {
        let mut value = ValueText::default();
        let lines = [r#"{ "message": {"#, r#"  "content": "} \" ]" },"#, r#"  "list": [1,"#, "2] }"];
        let open: Vec<bool> = lines.into_iter().map(|line| (value.push_line(line), value.is_open()).1).collect();
        assert_eq!(open, [true, true, true, false]);
        assert!(serde_json::from_str::<serde_json::Value>(&value.take()).is_ok());
    }

    #[test]
    fn a_line_that_ends_within_a_string_is_no_value_and_does_not_wait_for_more() {
        let mut value = ValueText::default();
        value.push_line(r#"{"broken"#);
        assert!(!value.is_open());
    }
}
