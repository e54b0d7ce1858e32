use std::process::ExitCode;

use anyhow::bail;
use artel_domain::{ApiKey, ApiKeyId};
use artel_identity::Scope;
use artel_store::{NewApiKey, Viewer};
use secrecy::ExposeSecret as _;

use super::desk::Desk;
use crate::cli::KeyArgs;
use crate::output;
use crate::vault::Vault;

/// Prints the key alone, so that `KEY=$(artel keys create)` works.
pub(crate) async fn create(args: KeyArgs) -> anyhow::Result<ExitCode> {
    check_scopes(&args.scopes)?;
    let desk = Desk::open().await?;
    let maker = Vault::open(&desk.config)?.key_maker();
    let store = &desk.store;
    let (now, id) = (desk.now(), ApiKeyId(desk.uuid()));
    let fresh = maker.new_key()?;
    let expires_at =
        args.expires_in_days.map(|days| artel_domain::clock::micros(now.as_microsecond() + days * 86_400_000_000));
    let key = ApiKey {
        id,
        tenant_id: args.tenant,
        user_id: args.user,
        agent_id: args.agent,
        name: args.name,
        last4: fresh.last4.clone(),
        scopes: args.scopes,
        daily_limit: args.daily_limit,
        created_at: now,
        expires_at,
        revoked_at: None,
        parent_id: None,
    };
    if let Some(agent) = args.agent
        && store.find_agent(&Viewer::service(args.tenant), agent).await?.is_none()
    {
        bail!("the tenant {} has no agent {agent}", args.tenant);
    }
    store.ensure_principal(args.tenant, args.user, now).await?;
    store
        .create_api_key(
            NewApiKey { key, hash: fresh.hash.clone() },
            desk.audit("api_key.create", "api_key", id.to_string()),
        )
        .await?;
    desk.close().await;
    output::line(fresh.secret.expose_secret());
    Ok(ExitCode::SUCCESS)
}

/// Every word is a scope; the error names the first one that is none, and those that there are.
pub(super) fn check_scopes(words: &[String]) -> anyhow::Result<()> {
    match words.iter().find(|word| Scope::parse(word).is_none()) {
        Some(unknown) => {
            let known: Vec<&str> = Scope::ALL.into_iter().map(Scope::as_str).collect();
            bail!("'{unknown}' is not a scope; known are {}", known.join(", "))
        }
        None => Ok(()),
    }
}
