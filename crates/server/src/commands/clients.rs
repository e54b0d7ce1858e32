use std::process::ExitCode;

use anyhow::{Context as _, bail};
use artel_auth_api::check_redirect_uri;
use artel_domain::{ClientId, GrantType, OAuthClient, TenantId, UserId};
use artel_identity::{is_client_id, is_scope_token};
use artel_store::{ClientRecord, OrgStore, StoreError};
use secrecy::ExposeSecret as _;

use super::desk::Desk;
use crate::cli::{ClientArgs, ClientsCommand};
use crate::output;
use crate::vault::Vault;

pub(crate) async fn run(command: ClientsCommand) -> anyhow::Result<ExitCode> {
    let desk = Desk::open().await?;
    let store = &desk.store;
    match command {
        ClientsCommand::Create(args) => create(&desk, args).await?,
        ClientsCommand::List { tenant } => list(store.as_ref(), tenant).await?,
        ClientsCommand::RotateSecret { client_id } => rotate_secret(&desk, client_id).await?,
        ClientsCommand::Deactivate { client_id } => {
            let client = find(store.as_ref(), client_id).await?;
            let entry = desk.audit("client.deactivate", "client", client.id.to_string());
            let done = store.deactivate_client(client.tenant_id, &client.id, entry).await?;
            output::line(if done { "deactivated; all logins through it ended" } else { "was deactivated already" });
        }
    }
    desk.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn create(desk: &Desk, args: ClientArgs) -> anyhow::Result<()> {
    check(&args)?;
    let client = OAuthClient {
        name: args.name.unwrap_or_else(|| args.client_id.clone()),
        id: ClientId::new(args.client_id),
        tenant_id: args.tenant,
        user_id: UserId(desk.uuid()),
        description: args.description,
        is_confidential: args.confidential,
        is_first_party: args.first_party,
        scopes: args.scopes,
        grant_types: args.grants,
        redirect_uris: args.redirect_uri,
        access_ttl_seconds: args.access_ttl_seconds.unwrap_or(desk.config.auth.access_ttl_seconds),
        refresh_ttl_seconds: args.refresh_ttl_seconds.unwrap_or(desk.config.auth.refresh_ttl_seconds),
        created_at: desk.now(),
        updated_at: None,
        deactivated_at: None,
    };
    let secrets = Vault::open(&desk.config)?.client_secrets();
    let secret = client.is_confidential.then(|| secrets.new_secret()).transpose()?;
    let secret_hash = secret.as_ref().map(|secret| secrets.hash(&client.id, secret.expose_secret()));
    let entry = desk.audit("client.create", "client", client.id.to_string());
    match desk.store.create_client(ClientRecord { client, secret_hash }, entry).await {
        Err(StoreError::Duplicate(_)) => {
            bail!("there is a client of that name already; `artel clients list` shows those there are")
        }
        made => made?,
    }
    output::line(secret.as_ref().map_or("created", |secret| secret.expose_secret()));
    Ok(())
}

/// What could never work is not stored.
fn check(args: &ClientArgs) -> anyhow::Result<()> {
    if !is_client_id(&args.client_id) {
        bail!("'{}' is not a client id: 3 to 255 of the characters A-Z a-z 0-9 _ -", args.client_id);
    }
    if let Some(word) = args.scopes.iter().find(|word| !is_scope_token(word)) {
        bail!("'{word}' is not a scope: 1 to 100 of the characters A-Z a-z 0-9 _ : . -");
    }
    for uri in &args.redirect_uri {
        check_redirect_uri(uri).map_err(|fault| anyhow::anyhow!("--redirect-uri {uri}: {fault}"))?;
    }
    let has = |grant| args.grants.contains(&grant);
    if has(GrantType::AuthorizationCode) && args.redirect_uri.is_empty() {
        bail!("the grant authorization_code needs --redirect-uri: where the browser goes with the code");
    }
    if has(GrantType::ClientCredentials) && !args.confidential {
        bail!("the grant client_credentials needs --confidential: a client without a secret cannot act for itself");
    }
    if has(GrantType::Password) && !args.first_party {
        bail!("the grant password needs --first-party: only your own programs may see passwords");
    }
    Ok(())
}

async fn list(store: &dyn OrgStore, tenant: TenantId) -> anyhow::Result<()> {
    let head =
        ["client id", "type", "grants", "scopes", "access/refresh s", "state", "redirect URIs"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    rows.extend(store.list_clients(tenant).await?.iter().map(row));
    output::table(&rows);
    Ok(())
}

fn row(client: &OAuthClient) -> Vec<String> {
    let kind = match (client.is_confidential, client.is_first_party) {
        (true, true) => "confidential, first party",
        (true, false) => "confidential",
        (false, true) => "public, first party",
        (false, false) => "public",
    };
    vec![
        client.id.to_string(),
        kind.to_owned(),
        client.grant_types.iter().map(|grant| grant.as_str()).collect::<Vec<_>>().join(","),
        client.scopes.join(","),
        format!("{}/{}", client.access_ttl_seconds, client.refresh_ttl_seconds),
        if client.is_active() { "active" } else { "deactivated" }.to_owned(),
        client.redirect_uris.join(" "),
    ]
}

async fn rotate_secret(desk: &Desk, client_id: String) -> anyhow::Result<()> {
    let client = find(desk.store.as_ref(), client_id).await?;
    let secrets = Vault::open(&desk.config)?.client_secrets();
    let secret = secrets.new_secret()?;
    let hash = secrets.hash(&client.id, secret.expose_secret());
    let entry = desk.audit("client.rotate_secret", "client", client.id.to_string());
    if !desk.store.rotate_client_secret(client.tenant_id, &client.id, hash, entry).await? {
        bail!("{} is a public client: it has no secret", client.id);
    }
    output::line(secret.expose_secret());
    Ok(())
}

async fn find(store: &dyn OrgStore, client_id: String) -> anyhow::Result<OAuthClient> {
    let id = ClientId::new(client_id);
    let record = store.find_client(&id).await?;
    record
        .map(|record| record.client)
        .with_context(|| format!("there is no client {id}; `artel clients list` shows those there are"))
}
