mod forget;
mod rotate;
mod values;

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::desk::Desk;
use crate::cli::SecretsCommand;
use crate::config::Config;
use crate::output;
use crate::secret_names::{LLM_PREFIX, place};
use crate::vault::Vault;

pub(crate) async fn run(command: SecretsCommand) -> anyhow::Result<ExitCode> {
    let desk = Desk::open().await?;
    let store = &desk.store;
    let mut code = ExitCode::SUCCESS;
    match command {
        SecretsCommand::Set { name, tenant } => {
            check_provider(&name, &desk.config)?;
            let mut value = String::new();
            std::io::stdin().read_to_string(&mut value)?;
            let value = value.trim_end_matches(['\n', '\r']);
            if value.is_empty() {
                bail!(
                    "the secret's value is read from standard input, and that was empty. Example: printf %s \"$KEY\" | artel secrets set {name}"
                );
            }
            let keyring = Vault::open(&desk.config)?.keyring(store.clone(), desk.clock());
            let seal = keyring
                .of(tenant)
                .await
                .with_context(|| format!("if the master key is lost, see `artel secrets forget --tenant {tenant}`"))?;
            let sealed = seal.seal_text(&place(tenant, &name), value.as_bytes())?;
            store.ensure_principal(tenant, artel_domain::UserId(tenant.0), desk.now()).await?;
            store.put_secret(tenant, &name, &sealed, desk.audit("secret.put", "secret", name.clone())).await?;
            output::line(&format!("stored {name}"));
        }
        SecretsCommand::List { tenant } => {
            for name in store.list_secret_names(tenant).await? {
                output::line(&name);
            }
        }
        SecretsCommand::Delete { name, tenant } => {
            if !store.delete_secret(tenant, &name, desk.audit("secret.delete", "secret", name.clone())).await? {
                bail!("there is no secret {name}; `artel secrets list` shows those there are");
            }
            output::line(&format!("removed {name}"));
        }
        SecretsCommand::Rotate => code = rotate::rotate(&desk).await?,
        SecretsCommand::Forget { tenant, yes } => code = forget::forget(&desk, tenant, yes).await?,
    }
    desk.close().await;
    Ok(code)
}

/// The key for a provider that does not exist would never be used, and nobody would notice.
fn check_provider(name: &str, config: &Config) -> anyhow::Result<()> {
    let Some(provider) = name.strip_prefix(LLM_PREFIX) else { return Ok(()) };
    let custom = config.llm_providers.keys().map(|name| format!("custom:{name}"));
    let known: Vec<String> = ["openai", "anthropic", "ollama"].map(str::to_owned).into_iter().chain(custom).collect();
    if !known.iter().any(|known| known == provider) {
        bail!(
            "there is no model provider `{provider}` here; known are {}. Example: artel secrets set llm/openai",
            known.join(", ")
        );
    }
    Ok(())
}
