//! The API keys of a tenant.

use std::process::ExitCode;

use anyhow::bail;
use artel_domain::{ApiKey, ApiKeyId, TenantId};
use artel_store::{Store, Viewer};

use super::desk::Desk;
use crate::cli::ApiKeysCommand;
use crate::output;

pub(crate) async fn run(command: ApiKeysCommand) -> anyhow::Result<ExitCode> {
    let desk = Desk::open().await?;
    let done = match command {
        ApiKeysCommand::List { tenant, all, json } => list(desk.store.as_ref(), tenant, all, json).await,
        ApiKeysCommand::Revoke { id, tenant } => revoke(&desk, tenant, id).await,
    };
    desk.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn list(store: &dyn Store, tenant: TenantId, all: bool, as_json: bool) -> anyhow::Result<()> {
    if !store.list_tenants().await?.contains(&tenant) {
        bail!("there is no tenant {tenant}");
    }
    let keys = store.list_api_keys(&Viewer::service(tenant), all).await?;
    if as_json {
        output::json(&keys)?;
    } else {
        output::table(&table(&keys));
    }
    Ok(())
}

fn table(keys: &[ApiKey]) -> Vec<Vec<String>> {
    let mut rows = vec![["id", "ends in", "name", "user", "made", "until", "scopes"].map(str::to_owned).to_vec()];
    rows.extend(keys.iter().map(|key| {
        let until = match (key.revoked_at, key.expires_at) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(at)) => at.to_string(),
            (None, None) => "it is revoked".to_owned(),
        };
        vec![
            key.id.to_string(),
            key.last4.clone(),
            key.name.clone().unwrap_or_default(),
            key.user_id.to_string(),
            key.created_at.to_string(),
            until,
            key.scopes.join(","),
        ]
    }));
    rows
}

async fn revoke(desk: &Desk, tenant: TenantId, id: ApiKeyId) -> anyhow::Result<()> {
    let entry = desk.audit("api_key.revoke", "api_key", id.to_string());
    if !desk.store.revoke_api_key(&Viewer::service(tenant), id, entry).await? {
        bail!("no key of that id is in force in the tenant {tenant}; `artel api-keys list` shows all");
    }
    output::line("revoked; running processes notice within five seconds");
    Ok(())
}
