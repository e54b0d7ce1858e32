//! Tokens for API keys, and test tokens where the operator allows them.

pub(crate) mod test_token;
pub(crate) mod token;

use artel_http::{Identity, Problem};
use artel_identity::Grant;

use crate::App;

pub(crate) const TAG: &str = "auth";

/// A token that can do what `identity` can.
fn issue(app: &App, identity: &Identity) -> Result<String, Problem> {
    let grant = Grant {
        user_id: identity.user_id,
        tenant_id: identity.tenant_id,
        scopes: identity.scopes.clone(),
        key_id: identity.api_key_id,
    };
    app.issuer.issue(&grant, app.config.token_ttl, &*app.clock).map_err(Problem::internal)
}
