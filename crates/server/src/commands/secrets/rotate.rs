//! Brings everything under the master key of today: wraps the data keys of tenants anew, and seals with them what an
//! earlier master key sealed.

use std::process::ExitCode;

use anyhow::bail;
use artel_identity::{Keyring, SecretBox, ServiceKey};
use artel_store::SealedPlace;
use serde_json::json;

use super::values::{Known, known, name};
use crate::commands::desk::Desk;
use crate::vault::Vault;
use crate::{first, output};

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
    /// What no key opens, for people to read.
    lost: Vec<String>,
}

/// Can be broken off and begun again: what is under the key of today stays as it is. What no key opens stays as it is
/// too, and holds up nothing else.
pub(super) async fn rotate(desk: &Desk) -> anyhow::Result<ExitCode> {
    let vault = Vault::open(&desk.config)?;
    let keyring = vault.keyring(desk.store.clone(), desk.clock());
    let mut total = Count::default();
    for pass in 1.. {
        let count = pass_over(desk, &keyring, &vault.seal()).await?;
        total.data_keys += count.data_keys;
        total.secrets += count.secrets;
        total.signing_keys += count.signing_keys;
        total.lost = count.lost;
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
    if total.lost.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    output::error("these open with no key:");
    for lost in &total.lost {
        output::error(lost);
    }
    output::error(
        "give the master key that sealed them as ARTEL_MASTER_KEY_OTHER and begin again; if it is lost, run `artel secrets forget --tenant ID` for each organisation whose key is named, then set the values again or delete them",
    );
    Ok(ExitCode::FAILURE)
}

async fn pass_over(desk: &Desk, keyring: &Keyring, master: &SecretBox) -> anyhow::Result<Count> {
    let mut count = Count::default();
    for tenant in desk.store.list_tenants().await? {
        for value in desk.store.list_sealed_values(tenant).await? {
            let renewed = match known(keyring, tenant, &value).await? {
                Known::AsItShould => continue,
                Known::Lost => {
                    count.lost.push(format!("organisation {tenant}: {}", name(&value.place)));
                    continue;
                }
                Known::Renewed(renewed) => renewed,
            };
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
        let Ok(renewed) = ServiceKey::renewed(&key.kid, &key.sealed, master) else {
            count.lost.push(format!("installation: the signing key {}", key.kid));
            continue;
        };
        let Some(renewed) = renewed else { continue };
        let done = desk.store.reseal_signing_key(&key.kid, &key.sealed, &renewed).await?;
        *(if done { &mut count.signing_keys } else { &mut count.changed_meanwhile }) += 1;
    }
    Ok(count)
}

async fn note(desk: &Desk, total: &Count) -> anyhow::Result<()> {
    let mut audit = desk.audit("secrets.rotate", "installation", String::new());
    audit.details = Some(json!({
        "from": "command line",
        "data_keys": total.data_keys,
        "secrets": total.secrets,
        "signing_keys": total.signing_keys,
        "lost": total.lost.len(),
    }));
    desk.store.ensure_principal(first::TENANT, artel_domain::UserId(first::TENANT.0), desk.now()).await?;
    desk.store.record_audit(first::TENANT, audit).await?;
    Ok(())
}
