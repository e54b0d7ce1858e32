use artel_connectors::schema::Webhook;
use artel_domain::Hook;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

use crate::document::one_of;

/// A hook without its token and its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HookView {
    #[serde(flatten)]
    hook: Hook,
    /// What proves where a delivery is from, beside the token in the URL: the `secret`, the sender's `address`, or
    /// `nothing`. `missing_secret`: the service signs its deliveries and the hook has no secret yet, so that every
    /// delivery is refused. `no_connector`: there is no connector any more that takes deliveries, so that they are
    /// refused too.
    #[schema(schema_with = proof)]
    proof: &'static str,
}

/// Every word of `proof`.
const PROOFS: [&str; 5] = ["secret", "address", "nothing", "missing_secret", "no_connector"];

fn proof() -> Schema {
    one_of(&PROOFS)
}

impl HookView {
    /// * `webhook`: `None` when the connector is gone, or its service sends nothing any more.
    pub(super) fn new(hook: Hook, webhook: Option<&Webhook>) -> Self {
        let [secret, address, nothing, missing, gone] = PROOFS;
        let proof = match webhook {
            Some(webhook) if webhook.takes_secret() && hook.has_secret => secret,
            Some(webhook) if webhook.knows_addresses() => address,
            Some(webhook) if webhook.takes_secret() => missing,
            Some(_) => nothing,
            None => gone,
        };
        Self { hook, proof }
    }
}
