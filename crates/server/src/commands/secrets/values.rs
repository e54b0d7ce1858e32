//! What is sealed: whether a key opens it, and what people call it.

use anyhow::Context as _;
use artel_domain::TenantId;
use artel_identity::{Keyring, NoDataKey};
use artel_store::{SealedPlace, SealedValue};

use crate::secret_names;

/// What the keys of today say to something sealed.
pub(super) enum Known {
    AsItShould,
    /// The same, as it should be sealed.
    Renewed(String),
    /// No key opens it.
    Lost,
}

/// # Errors
/// The store is away.
pub(super) async fn known(keyring: &Keyring, tenant: TenantId, value: &SealedValue) -> anyhow::Result<Known> {
    if value.place == SealedPlace::DataKey {
        return Ok(of(keyring.rewrapped(tenant, &value.sealed)));
    }
    let bound_to = bound_to(tenant, &value.place).context("nobody says what it is bound to")?;
    let seal = match keyring.of(tenant).await {
        Ok(seal) => seal,
        Err(NoDataKey::Seal(_)) => return Ok(Known::Lost),
        Err(not_now @ NoDataKey::NotNow(_)) => return Err(not_now.into()),
    };
    Ok(match of(seal.renewed_text(&bound_to, &value.sealed)) {
        Known::AsItShould if seal.open_text(&bound_to, &value.sealed).is_err() => Known::Lost,
        known => known,
    })
}

fn of<E>(renewed: Result<Option<String>, E>) -> Known {
    match renewed {
        Ok(None) => Known::AsItShould,
        Ok(Some(renewed)) => Known::Renewed(renewed),
        Err(_) => Known::Lost,
    }
}

fn bound_to(tenant: TenantId, place: &SealedPlace) -> Option<Vec<u8>> {
    match place {
        SealedPlace::DataKey => None,
        SealedPlace::Secret(name) => Some(secret_names::place(tenant, name)),
        SealedPlace::Webhook(endpoint) | SealedPlace::WebhookBefore(endpoint) => {
            Some(artel_webhooks::bound_to(tenant, *endpoint))
        }
        place => artel_tools_services::bound_to(tenant, place),
    }
}

/// For people, with what gives it a new value.
pub(super) fn name(place: &SealedPlace) -> String {
    match place {
        SealedPlace::DataKey => "its own key, under which all the rest is sealed".to_owned(),
        SealedPlace::Secret(name) => format!("the secret {name}"),
        SealedPlace::Credential(id) => format!("the account {id} of a service"),
        SealedPlace::ConnectorToken(id) => format!("the token of the account {id}"),
        SealedPlace::Hook(id) => format!("the secret of the hook {id}"),
        SealedPlace::Webhook(id) => format!("the secret of the webhook endpoint {id}: rotate it"),
        SealedPlace::WebhookBefore(id) => format!("the secret before of the webhook endpoint {id}: rotate it"),
    }
}
