//! The ids of tool calls as Anthropic takes them: of letters, digits, `_` and `-`, and each once in a request.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::ModelError;

/// Gives each call of a dialogue an id, and each result the id of its call.
#[derive(Debug, Default)]
pub(super) struct CallIds {
    used: HashSet<String>,
    /// The calls without a result so far: the id in the dialogue, and the id that was given.
    open: Vec<(String, String)>,
}

impl CallIds {
    /// The id for a call. One that an earlier call has already gets a number.
    ///
    /// # Errors
    /// Fails for an empty id.
    pub(super) fn of_call(&mut self, given: &str) -> Result<String, ModelError> {
        let legal = legal(given)?;
        let numbered = (2..).map(|number| format!("{legal}_{number}"));
        let id = std::iter::once(legal.clone()).chain(numbered).find(|id| !self.used.contains(id)).unwrap_or_default();
        self.used.insert(id.clone());
        self.open.push((given.to_owned(), id.clone()));
        Ok(id)
    }

    /// The id for a result: that of the first call without one that has this id in the dialogue.
    ///
    /// # Errors
    /// Fails for an empty id.
    pub(super) fn of_result(&mut self, given: &str) -> Result<String, ModelError> {
        match self.open.iter().position(|(id, _)| id == given) {
            Some(at) => Ok(self.open.remove(at).1),
            // No call has this id: the check of pairs refuses it.
            None => legal(given),
        }
    }
}

/// Other characters become their code. The same id becomes the same again.
fn legal(given: &str) -> Result<String, ModelError> {
    if given.is_empty() {
        return Err(ModelError::BadRequest("a tool call has no id".to_owned()));
    }
    let mut id = String::with_capacity(given.len());
    for character in given.chars() {
        if character.is_ascii_alphanumeric() || "_-".contains(character) {
            id.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(id, "_{:x}", u32::from(character));
        }
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_the_same_id_are_told_apart_and_results_follow_their_calls() {
        let mut ids = CallIds::default();
        assert_eq!(ids.of_call("call_0").unwrap(), "call_0");
        assert_eq!(ids.of_result("call_0").unwrap(), "call_0");
        assert_eq!(ids.of_call("call_0").unwrap(), "call_0_2");
        assert_eq!(ids.of_call("call_0").unwrap(), "call_0_3");
        assert_eq!(ids.of_result("call_0").unwrap(), "call_0_2");
        assert_eq!(ids.of_result("call_0").unwrap(), "call_0_3");
    }

    #[test]
    fn different_ids_that_would_be_written_alike_stay_different() {
        let mut ids = CallIds::default();
        assert_eq!(ids.of_call("a.b").unwrap(), "a_2eb");
        assert_eq!(ids.of_call("a_2eb").unwrap(), "a_2eb_2");
        assert_eq!(ids.of_result("a_2eb").unwrap(), "a_2eb_2");
        assert_eq!(ids.of_result("a.b").unwrap(), "a_2eb");
    }
}
