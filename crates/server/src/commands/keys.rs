use std::process::ExitCode;

use anyhow::bail;
use artel_domain::{Actor, ApiKey, ApiKeyId, AuditEntry, Clock, SystemClock};
use artel_identity::Scope;
use artel_store::NewApiKey;
use secrecy::ExposeSecret as _;

use crate::cli::KeyArgs;
use crate::config::Config;
use crate::vault::Vault;
use crate::{logging, output, wiring};

/// Prints the key alone, so that `KEY=$(artel keys create)` works.
pub(crate) async fn create(args: KeyArgs) -> anyhow::Result<ExitCode> {
    if let Some(unknown) = args.scopes.iter().find(|word| Scope::parse(word).is_none()) {
        bail!(
            "'{unknown}' is not a scope; known are tools:read, tools:write, agents:read, agents:write, runs:read, runs:write, api-keys:write, audit:read, llm:invoke, users:act-as and admin"
        );
    }
    let config = Config::load()?;
    logging::start(&config);
    let maker = Vault::open(&config)?.key_maker();
    let store = wiring::open_store(&config).await?;
    let clock = SystemClock;
    let (now, id) = (clock.now(), ApiKeyId(clock.uuid()));
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
    store.ensure_principal(args.tenant, args.user, now).await?;
    store
        .create_api_key(NewApiKey { key, hash: fresh.hash.clone() }, audit("api_key.create", "api_key", id.to_string()))
        .await?;
    store.close().await;
    output::line(fresh.secret.expose_secret());
    Ok(ExitCode::SUCCESS)
}

/// What an operator at the command line does.
pub(crate) fn audit(action: &'static str, entity_type: &'static str, entity_id: String) -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action,
        entity_type,
        entity_id,
        trace_id: SystemClock.uuid().to_string(),
        outcome: "ok".to_owned(),
        details: Some(serde_json::json!({ "from": "command line" })),
        at: SystemClock.now(),
    }
}
