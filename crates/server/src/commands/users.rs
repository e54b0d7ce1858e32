use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use artel_domain::clock::micros;
use artel_domain::{Account, Invite, TenantId, UserId};
use artel_identity::{Passwords, check_new_password, is_email, is_username};
use artel_store::{NewAccount, NewInvite, OrgStore, StoreError};
use secrecy::{ExposeSecret as _, SecretString};

use super::desk::Desk;
use crate::cli::{UserArgs, UsersCommand};
use crate::output;
use crate::vault::Vault;

const HOUR: i64 = 3_600_000_000;
const PAGE: u32 = 200;

pub(crate) async fn run(command: UsersCommand) -> anyhow::Result<ExitCode> {
    let desk = Desk::open().await?;
    let store = &desk.store;
    match command {
        UsersCommand::Create(args) => create(&desk, args).await?,
        UsersCommand::List { tenant } => list(store.as_ref(), tenant).await?,
        UsersCommand::SetPassword { user, password_stdin } => set_password(&desk, &user, password_stdin).await?,
        UsersCommand::Deactivate { user } => {
            let account = find(store.as_ref(), &user).await?;
            let entry = desk.audit("user.deactivate", "user", account.user_id.to_string());
            let done = store.deactivate_account(account.tenant_id, account.user_id, entry).await?;
            output::line(if done {
                "deactivated; all logins ended and API keys revoked"
            } else {
                "was deactivated already"
            });
        }
        UsersCommand::Activate { user } => {
            let account = find(store.as_ref(), &user).await?;
            let entry = desk.audit("user.activate", "user", account.user_id.to_string());
            let done = store.reactivate_account(account.tenant_id, account.user_id, entry).await?;
            output::line(if done { "can sign in again" } else { "was active already" });
        }
        UsersCommand::Invite { tenant, admin, hours } => invite(&desk, tenant, admin, hours).await?,
    }
    desk.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn create(desk: &Desk, args: UserArgs) -> anyhow::Result<()> {
    if !is_username(&args.username) {
        bail!("'{}' is not a username: 3 to 255 of the characters A-Z a-z 0-9 _", args.username);
    }
    if let Some(email) = args.email.as_deref().filter(|email| !is_email(email)) {
        bail!("'{email}' is not an e-mail address");
    }
    let password = password(args.password_stdin)?;
    let user_id = UserId(desk.uuid());
    let account = Account {
        user_id,
        tenant_id: args.tenant,
        username: args.username,
        email: args.email,
        is_admin: args.admin,
        created_at: desk.now(),
        updated_at: None,
        last_login_at: None,
        deactivated_at: None,
    };
    let new = NewAccount { account, password_hash: Passwords::new()?.hash(&password)? };
    match desk.store.create_account(new, desk.audit("user.create", "user", user_id.to_string())).await {
        Err(StoreError::Duplicate(what)) => bail!("{what} exists already; `artel users list` shows who there is"),
        made => made?,
    }
    tell(&password, args.password_stdin, "created");
    Ok(())
}

async fn list(store: &dyn OrgStore, tenant: TenantId) -> anyhow::Result<()> {
    let head = ["username", "e-mail", "admin", "state", "last login", "user id"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    let mut after = None;
    loop {
        let page = store.list_accounts(tenant, after.take(), PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        after = page.last().map(|account| account.username.clone());
        rows.extend(page.iter().map(row));
        if is_last {
            break;
        }
    }
    output::table(&rows);
    Ok(())
}

fn row(account: &Account) -> Vec<String> {
    vec![
        account.username.clone(),
        account.email.clone().unwrap_or_else(|| "-".to_owned()),
        if account.is_admin { "yes" } else { "no" }.to_owned(),
        if account.is_active() { "active" } else { "deactivated" }.to_owned(),
        account.last_login_at.map_or_else(|| "never".to_owned(), |at| at.to_string()),
        account.user_id.to_string(),
    ]
}

async fn set_password(desk: &Desk, user: &str, from_stdin: bool) -> anyhow::Result<()> {
    let account = find(desk.store.as_ref(), user).await?;
    let password = password(from_stdin)?;
    let hash = Passwords::new()?.hash(&password)?;
    let entry = desk.audit("user.set_password", "user", account.user_id.to_string());
    desk.store.set_password(account.tenant_id, account.user_id, hash, None, entry).await?;
    tell(&password, from_stdin, "the password was changed and all logins ended");
    Ok(())
}

async fn invite(desk: &Desk, tenant_id: TenantId, is_admin: bool, hours: i64) -> anyhow::Result<()> {
    let code = Vault::open(&desk.config)?.opaque_tokens().new_invite()?;
    let now = desk.now();
    let invite =
        Invite { tenant_id, is_admin, created_at: now, expires_at: micros(now.as_microsecond() + hours * HOUR) };
    // The organisation may be a new one.
    desk.store.ensure_principal(tenant_id, UserId(tenant_id.0), now).await?;
    let entry = desk.audit("invite.create", "invite", code.hash[..12].to_owned());
    desk.store.create_invite(NewInvite { invite, hash: code.hash }, entry).await?;
    output::line(code.secret.expose_secret());
    Ok(())
}

async fn find(store: &dyn OrgStore, user: &str) -> anyhow::Result<Account> {
    let login = store.find_login(user).await?;
    login
        .map(|login| login.account)
        .with_context(|| format!("there is no user {user}; `artel users list` shows those there are"))
}

/// From standard input, held to the rules for new passwords; or a fresh one.
fn password(from_stdin: bool) -> anyhow::Result<SecretString> {
    if !from_stdin {
        return Ok(artel_auth_api::generated_password()?);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let text = text.trim_end_matches(['\n', '\r']);
    check_new_password(text)?;
    Ok(text.into())
}

/// A password that was made here is the answer; one that was given is not repeated.
fn tell(password: &SecretString, was_given: bool, done: &str) {
    output::line(if was_given { done } else { password.expose_secret() });
}
