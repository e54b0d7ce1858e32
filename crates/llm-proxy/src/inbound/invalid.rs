use std::fmt::Display;

/// What is wrong with a request, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvalidRequest {
    /// The path of the member: `messages[2].content[0].image_url`; empty for the body as a whole.
    pub(crate) param: String,
    /// What is wrong, as the rest of a sentence that begins with the path: `must be a string`.
    problem: String,
}

impl InvalidRequest {
    pub(crate) fn at(param: &str, problem: impl Into<String>) -> Self {
        Self { param: param.to_owned(), problem: problem.into() }
    }

    /// An error about the value as a whole.
    pub(crate) fn whole(problem: impl Into<String>) -> Self {
        Self::at("", problem)
    }

    /// The same error with the path seen from the object around it.
    pub(crate) fn inside(mut self, outer: impl Display) -> Self {
        let inner = std::mem::take(&mut self.param);
        self.param = match inner.as_bytes().first() {
            None => outer.to_string(),
            Some(b'[') => format!("{outer}{inner}"),
            Some(_) => format!("{outer}.{inner}"),
        };
        self
    }

    /// A sentence for people.
    pub(crate) fn message(&self) -> String {
        if self.param.is_empty() {
            format!("The request {}.", self.problem)
        } else {
            format!("'{}' {}.", self.param, self.problem)
        }
    }
}
