//! The ids of tool calls in the form that Anthropic accepts: letters, digits, `_` and `-`, each id once in a request.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::ModelError;

/// Gives each call of a dialogue an id, and each result the id of its call.
#[derive(Debug, Default)]
pub(super) struct CallIds {
    used: HashSet<String>,
    /// The calls without a result so far: the id in the dialogue, and the id in the request.
    open: Vec<(String, String)>,
}

impl CallIds {
    /// The id of a call in the request. An id that an earlier call already has gets a number.
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

    /// The id of a result in the request: that of the first open call with this id in the dialogue.
    ///
    /// # Errors
    /// Fails for an empty id.
    pub(super) fn of_result(&mut self, given: &str) -> Result<String, ModelError> {
        match self.open.iter().position(|(id, _)| id == given) {
            Some(at) => Ok(self.open.remove(at).1),
            // No call has this id. `pairs::check` will refuse the request.
            None => legal(given),
        }
    }
}

/// Replaces each other character by `_` and its code in hexadecimal. The same id always gives the same text.
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
    fn calls_with_the_same_id_get_different_ids_and_results_get_the_ids_of_their_calls() {
        let mut ids = CallIds::default();
        assert_eq!(ids.of_call("call_0").unwrap(), "call_0");
        assert_eq!(ids.of_result("call_0").unwrap(), "call_0");
        assert_eq!(ids.of_call("call_0").unwrap(), "call_0_2");
        assert_eq!(ids.of_call("call_0").unwrap(), "call_0_3");
        assert_eq!(ids.of_result("call_0").unwrap(), "call_0_2");
        assert_eq!(ids.of_result("call_0").unwrap(), "call_0_3");
    }

    #[test]
    fn different_ids_with_the_same_legal_form_stay_different() {
        let mut ids = CallIds::default();
        assert_eq!(ids.of_call("a.b").unwrap(), "a_2eb");
        assert_eq!(ids.of_call("a_2eb").unwrap(), "a_2eb_2");
        assert_eq!(ids.of_result("a_2eb").unwrap(), "a_2eb_2");
        assert_eq!(ids.of_result("a.b").unwrap(), "a_2eb");
    }
}
