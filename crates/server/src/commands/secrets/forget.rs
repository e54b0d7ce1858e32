//! An organisation whose key no master key opens gets a new one.

use std::process::ExitCode;

use anyhow::bail;
use artel_domain::TenantId;
use artel_store::{SealedPlace, SealedValue};
use serde_json::json;

use super::values::{Known, known, name};
use crate::commands::desk::Desk;
use crate::output;
use crate::vault::Vault;

/// What the key sealed stays in its rows, so that the old master key still opens a copy of the database.
pub(super) async fn forget(desk: &Desk, tenant: TenantId, yes: bool) -> anyhow::Result<ExitCode> {
    let keyring = Vault::open(&desk.config)?.keyring(desk.store.clone(), desk.clock());
    let Some(wrapped) = desk.store.find_data_key(tenant).await? else {
        bail!("the organisation {tenant} has no key: nothing of it is sealed");
    };
    let key = SealedValue { place: SealedPlace::DataKey, sealed: wrapped };
    if !matches!(known(&keyring, tenant, &key).await?, Known::Lost) {
        bail!("the key of the organisation {tenant} opens with a master key of today: nothing is lost");
    }
    let mut lost = Vec::new();
    for value in desk.store.list_sealed_values(tenant).await?.iter().filter(|value| value.place != SealedPlace::DataKey)
    {
        lost.push(name(&value.place));
    }
    output::line(&format!("lost, to be set again or deleted: {}", lost.len()));
    for name in &lost {
        output::line(name);
    }
    if !yes {
        output::error("nothing was changed; say --yes to give the organisation a new key");
        return Ok(ExitCode::FAILURE);
    }
    if !desk.store.reseal(tenant, &key, &keyring.fresh(tenant)?).await? {
        bail!("the key was changed by others meanwhile; begin again");
    }
    let mut audit = desk.audit("secrets.forget", "tenant", tenant.to_string());
    audit.details = Some(json!({ "from": "command line", "lost": lost.len() }));
    desk.store.ensure_principal(tenant, artel_domain::UserId(tenant.0), desk.now()).await?;
    desk.store.record_audit(tenant, audit).await?;
    output::line("the organisation has a new key; restart the servers, then set the values again");
    Ok(ExitCode::SUCCESS)
}
