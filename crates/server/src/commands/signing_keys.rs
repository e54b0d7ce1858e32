//! The keys that sign access tokens.

use std::process::ExitCode;

use anyhow::bail;
use artel_domain::clock::micros;
use artel_identity::ServiceKey;
use artel_store::NewSigningKey;

use super::desk::Desk;
use crate::cli::RotateArgs;
use crate::vault::Vault;
use crate::{first, output};

const HOUR: i64 = 3_600_000_000;

/// Prints the new key's name.
pub(crate) async fn rotate(args: RotateArgs) -> anyhow::Result<ExitCode> {
    let desk = Desk::open().await?;
    let seal = Vault::open(&desk.config)?.seal();
    let sealed = tokio::task::spawn_blocking(move || ServiceKey::generate_sealed(&seal)).await??;
    let kid = sealed.kid.clone();
    let next = NewSigningKey { kid: sealed.kid, sealed: sealed.sealed, public_jwk: sealed.public_jwk };
    let not_after = micros(desk.now().as_microsecond() + args.overlap_hours * HOUR);
    desk.store
        .rotate_signing_key(
            next,
            not_after,
            first::TENANT,
            desk.audit("signing_key.rotate", "signing_key", kid.clone()),
        )
        .await?;
    desk.close().await;
    output::line(&kid);
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn list() -> anyhow::Result<ExitCode> {
    let desk = Desk::open().await?;
    let mut rows = vec![["kid", "state", "made", "verifies until"].map(str::to_owned).to_vec()];
    for key in desk.store.signing_keys(desk.now()).await? {
        let until = key.not_after.map_or_else(|| "it is replaced".to_owned(), |at| at.to_string());
        rows.push(vec![key.kid, key.state.as_str().to_owned(), key.created_at.to_string(), until]);
    }
    desk.close().await;
    output::table(&rows);
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn withdraw(kid: String) -> anyhow::Result<ExitCode> {
    let desk = Desk::open().await?;
    let done = desk
        .store
        .withdraw_signing_key(&kid, first::TENANT, desk.audit("signing_key.withdraw", "signing_key", kid.clone()))
        .await?;
    desk.close().await;
    if !done {
        bail!(
            "no key of that name is retiring; `artel keys list` shows all, and `artel keys rotate` retires the active one"
        );
    }
    output::line(
        "withdrawn; tokens that it signed are refused within seconds here, within an hour by those who remember the key set",
    );
    Ok(ExitCode::SUCCESS)
}
