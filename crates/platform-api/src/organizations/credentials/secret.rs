//! Secrets on their way into the store and, for a request to their service, out of it.

use artel_connectors::{Connector, Credential as Secret, Listed, check_account};
use artel_domain::{CredentialId, TenantId};
use artel_http::{Faults, Problem};
use artel_identity::TenantSeal;
use artel_store::SealedCredential;
use serde_json::{Map, Value};

use crate::App;

/// The most that a secret may have, in bytes of JSON.
const LARGEST: usize = 64 * 1024;

/// That a request's `secret` is an object. The text never holds the value.
pub(super) fn check_shape(faults: &mut Faults, secret: &Value) {
    faults.ensure(
        secret.is_object(),
        "secret",
        "must be an object with the members that the connector's auth.schema names",
    );
    faults.ensure(secret.to_string().len() <= LARGEST, "secret", "must have at most 64 KiB");
}

/// The connector of that key.
///
/// # Errors
/// 422 that names the field.
pub(super) async fn connector(app: &App, tenant: TenantId, key: &str) -> Result<Listed, Problem> {
    if let Some(listed) = app.connectors.find(tenant, key).await? {
        return Ok(listed);
    }
    let known = app.connectors.keys(tenant).await?.join(", ");
    Err(Problem::invalid_field("service_name", format!("there is no connector '{key}'; there are {known}")))
}

/// Holds a secret to what the connector asks for.
///
/// # Errors
/// 422 with each member that is wrong.
pub(super) fn checked(connector: &Connector, secret: Value) -> Result<Map<String, Value>, Problem> {
    let Value::Object(members) = secret else { return Err(Problem::invalid_field("secret", "must be an object")) };
    let mut faults = Faults::default();
    for fault in check_account(connector, &Secret::new(members.clone())).err().unwrap_or_default() {
        let field = if fault.member.is_empty() { "secret".to_owned() } else { format!("secret.{}", fault.member) };
        faults.add(field, fault.message);
    }
    faults.result().map(|()| members)
}

/// The secret as the store keeps it.
pub(super) fn sealed(
    seal: &TenantSeal,
    tenant: TenantId,
    credential: CredentialId,
    secret: &Map<String, Value>,
) -> Result<String, Problem> {
    artel_tools_services::sealed(seal, tenant, credential, secret).map_err(Problem::internal)
}

/// The secret, for a request to its service.
pub(super) fn opened(seal: &TenantSeal, sealed: &SealedCredential) -> Result<Secret, Problem> {
    artel_tools_services::opened(seal, sealed).map_err(Problem::internal)
}
