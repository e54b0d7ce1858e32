//! A service's words as people and models see them: secrets are hidden in the whole of them, and only then are they
//! shortened. What is left of a secret that was cut is not recognised any more.

use super::{Failure, Reading};

/// Characters that are shown.
const SHOWN: usize = 300;

impl Reading {
    /// The same with its words as they may be shown.
    ///
    /// # Arguments
    /// * `hide`: takes the secrets out of a text.
    #[must_use]
    pub fn shown(self, hide: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Done(mut done) => {
                done.refused_items.iter_mut().for_each(|item| item.message = line(&hide(&item.message)));
                Self::Done(done)
            }
            Self::SignInEnded(failure) => Self::SignInEnded(failure.shown(hide)),
            Self::Failed(failure) => Self::Failed(failure.shown(hide)),
            Self::Unreadable(failure) => Self::Unreadable(failure.shown(hide)),
            other @ (Self::NotYet(_) | Self::TooFast(_)) => other,
        }
    }
}

impl Failure {
    /// The same with its words as they may be shown.
    ///
    /// # Arguments
    /// * `hide`: takes the secrets out of a text.
    #[must_use]
    pub fn shown(mut self, hide: &dyn Fn(&str) -> String) -> Self {
        self.message = line(&hide(&self.message));
        self.code = self.code.map(|code| line(&hide(&code)));
        self
    }
}

/// The beginning of a text, on one line.
fn line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((end, _)) = line.char_indices().nth(SHOWN) {
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::reply::Failure;

    #[test]
    fn words_are_hidden_before_they_are_shortened() {
        let message = format!("{}s3cret-canary", "x".repeat(290));
        let failure = Failure { status: 400, code: Some("a s3cret-canary".into()), message, means: None };
        let shown = failure.shown(&|text| text.replace("s3cret-canary", "***"));
        assert_eq!((shown.message, shown.code.as_deref()), (format!("{}***", "x".repeat(290)), Some("a ***")));
    }

    #[test]
    fn a_line_has_an_end() {
        assert_eq!(line(" a\n b "), "a b");
        assert_eq!(line(&"я".repeat(300)).chars().count(), 300);
        assert_eq!(line(&"я ".repeat(300)).chars().count(), 301);
    }
}
