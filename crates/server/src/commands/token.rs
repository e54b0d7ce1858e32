use std::process::ExitCode;
use std::time::Duration;

use artel_domain::SystemClock;
use artel_identity::{Grant, Scopes};

use super::keys::check_scopes;
use crate::cli::TokenArgs;
use crate::config::Config;
use crate::output;
use crate::vault::Vault;

pub(crate) fn run(args: &TokenArgs) -> anyhow::Result<ExitCode> {
    check_scopes(&args.scopes)?;
    let config = Config::load()?;
    let vault = Vault::open(&config)?;
    let grant = Grant {
        user_id: args.user,
        tenant_id: args.tenant,
        scopes: Scopes::new(args.scopes.iter().cloned()),
        key_id: None,
    };
    output::line(&vault.issuer(&config).issue(&grant, Duration::from_secs(args.ttl_seconds), &SystemClock)?);
    Ok(ExitCode::SUCCESS)
}
