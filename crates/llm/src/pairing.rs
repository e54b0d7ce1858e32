//! The check that each result belongs to a call. A dialogue that no provider accepts is refused before it is sent.

use std::collections::HashSet;

use crate::{Message, ModelError};

/// Checks that an earlier assistant message made the call of each result.
///
/// # Errors
/// Fails for a result without such a call.
pub(crate) fn check_results(messages: &[Message]) -> Result<(), ModelError> {
    let mut asked = HashSet::new();
    for message in messages {
        asked.extend(message.calls().iter().map(|call| call.id.as_str()));
        if let Message::Tool { call_id, .. } = message
            && !asked.contains(call_id.as_str())
        {
            return Err(ModelError::BadRequest(format!(
                "the tool result for call `{call_id}` follows no assistant message with that call"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use artel_domain::AssistantCall;

    use super::check_results;
    use crate::Message;

    #[test]
    fn a_result_needs_a_call_before_it() {
        let call = AssistantCall {
            id: "a".to_owned(),
            name: "now".to_owned(),
            arguments: "{}".to_owned(),
            ..AssistantCall::default()
        };
        let asked = Message::assistant("", vec![call]);
        let result = |id: &str| Message::tool(id, "noon", false);
        assert_eq!(check_results(&[Message::user("hi"), asked.clone(), result("a")]), Ok(()));
        for orphaned in [vec![asked.clone(), result("b")], vec![result("b"), asked]] {
            assert!(check_results(&orphaned).unwrap_err().to_string().contains("`b`"));
        }
    }
}
