use artel_domain::{Refusal, Requester, Subject};
use artel_identity::{Scope, Scopes};
use serde_json::json;

/// Refuses a requester without this scope, or one that implies it.
pub(crate) fn check(requester: &Requester, scope: Scope) -> Result<(), Refusal> {
    if Scopes::new(requester.principal.scopes.iter().cloned()).allows(scope) {
        return Ok(());
    }
    let message = format!("This needs the scope {}.", scope.as_str());
    let details = json!({ "required_scope": scope.as_str() });
    Err(Refusal::forbidden(Subject::Scope, "insufficient_scope", message).with_details(details))
}
