use artel_domain::Requester;
use artel_identity::{Scope, Scopes};
use artel_store::Viewer;
use artel_store::viewer::ACCESS;

use crate::Intents;

impl Intents {
    /// How much of the tenant's sessions the requester may see now. An administrator sees all of them, and each look
    /// into another user's private session is recorded for that user.
    pub fn viewer(&self, requester: &Requester) -> Viewer {
        let viewer = Viewer::from(requester);
        let words = &requester.principal.scopes;
        if requester.is_service || !Scopes::new(words.iter().cloned()).allows(Scope::Admin) {
            return viewer;
        }
        let scopes = Scopes::new(words.iter().map(String::as_str).chain([Scope::Admin.as_str()]));
        viewer.with_scopes(scopes.words()).as_administrator(requester.audit(ACCESS, "session", "", self.clock.now()))
    }
}
