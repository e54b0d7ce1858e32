//! Brings everything under the master key of today: wraps the data keys of tenants anew, and seals with them what an
//! earlier master key sealed.

use anyhow::{Context as _, bail};
use artel_domain::TenantId;
use artel_identity::{Keyring, SecretBox, ServiceKey};
use artel_store::{SealedPlace, SealedValue};
use serde_json::json;

use crate::commands::desk::Desk;
use crate::vault::Vault;
use crate::{first, output, secret_names};

/// Each time over what others changed meanwhile.
const MOST_PASSES: u32 = 5;

/// What was sealed anew.
#[derive(Default)]
struct Count {
    data_keys: u32,
    secrets: u32,
    signing_keys: u32,
    /// Others changed it while it was looked at.
    changed_meanwhile: u32,
}

/// Can be broken off and begun again: what is under the key of today stays as it is.
pub(super) async fn rotate(desk: &Desk) -> anyhow::Result<()> {
    let vault = Vault::open(&desk.config)?;
    let keyring = vault.keyring(desk.store.clone(), desk.clock());
    let mut total = Count::default();
    for pass in 1.. {
        let count = pass_over(desk, &keyring, &vault.seal()).await?;
        total.data_keys += count.data_keys;
        total.secrets += count.secrets;
        total.signing_keys += count.signing_keys;
        if count.changed_meanwhile == 0 {
            break;
        }
        if pass == MOST_PASSES {
            bail!("{} secrets changed while they were sealed anew; begin again", count.changed_meanwhile);
        }
    }
    note(desk, &total).await?;
    output::line(&format!(
        "sealed anew: {} keys of tenants, {} secrets, {} signing keys",
        total.data_keys, total.secrets, total.signing_keys
    ));
    if vault.is_changing() {
        output::line(
            "the other master key is needed for 24 hours more, for kept answers of requests; then remove it (ARTEL_MASTER_KEY_OTHER, or master.key.other in the data directory)",
        );
    }
    Ok(())
}

async fn pass_over(desk: &Desk, keyring: &Keyring, master: &SecretBox) -> anyhow::Result<Count> {
    let mut count = Count::default();
    for tenant in desk.store.list_tenants().await? {
        for value in desk.store.list_sealed_values(tenant).await? {
            let renewed = renewed(keyring, tenant, &value)
                .await
                .with_context(|| format!("{:?} of the tenant {tenant} opens with no master key", value.place))?;
            let Some(renewed) = renewed else { continue };
            let done = desk.store.reseal(tenant, &value, &renewed).await?;
            let counted = match (done, &value.place) {
                (false, _) => &mut count.changed_meanwhile,
                (true, SealedPlace::DataKey) => &mut count.data_keys,
                (true, _) => &mut count.secrets,
            };
            *counted += 1;
        }
    }
    for key in desk.store.signing_keys(desk.now()).await? {
        let renewed = ServiceKey::renewed(&key.kid, &key.sealed, master)
            .with_context(|| format!("the signing key {} opens with no master key", key.kid))?;
        let Some(renewed) = renewed else { continue };
        let done = desk.store.reseal_signing_key(&key.kid, &key.sealed, &renewed).await?;
        *(if done { &mut count.signing_keys } else { &mut count.changed_meanwhile }) += 1;
    }
    Ok(count)
}

/// `None`: it is sealed as it should be.
async fn renewed(keyring: &Keyring, tenant: TenantId, value: &SealedValue) -> anyhow::Result<Option<String>> {
    let bound_to = match &value.place {
        SealedPlace::DataKey => return Ok(keyring.rewrapped(tenant, &value.sealed)?),
        SealedPlace::Secret(name) => Some(secret_names::place(tenant, name)),
        SealedPlace::Webhook(endpoint) | SealedPlace::WebhookBefore(endpoint) => {
            Some(artel_webhooks::bound_to(tenant, *endpoint))
        }
        place => artel_tools_services::bound_to(tenant, place),
    };
    let bound_to = bound_to.context("nobody says what it is bound to")?;
    Ok(keyring.of(tenant).await?.renewed_text(&bound_to, &value.sealed)?)
}

async fn note(desk: &Desk, total: &Count) -> anyhow::Result<()> {
    let mut audit = desk.audit("secrets.rotate", "installation", String::new());
    audit.details = Some(json!({
        "from": "command line",
        "data_keys": total.data_keys,
        "secrets": total.secrets,
        "signing_keys": total.signing_keys,
    }));
    desk.store.ensure_principal(first::TENANT, artel_domain::UserId(first::TENANT.0), desk.now()).await?;
    desk.store.record_audit(first::TENANT, audit).await?;
    Ok(())
}
