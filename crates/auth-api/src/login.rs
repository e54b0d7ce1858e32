//! Checks a name and a password. The result is an account, or the same refusal for every reason.

use std::net::IpAddr;

use artel_domain::{Account, OAuthClient, account};
use artel_store::Login;
use metrics::counter;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use crate::AuthApp;
use crate::audit::{By, Details as _};
use crate::error::OAuthError;
use crate::guard::Attempt;

/// The longest username.
const LONGEST_NAME: usize = 255;

/// A name and a password as the person typed them.
pub(crate) struct TypedCredentials {
    pub(crate) name: String,
    pub(crate) password: SecretString,
}

impl AuthApp {
    /// The account that signs in. An unknown name, a wrong password, a deactivated account and an account that this
    /// client does not serve cannot be distinguished: the text, the work and the counting are the same.
    pub(crate) async fn sign_in(
        &self,
        typed: TypedCredentials,
        client: &OAuthClient,
        ip: Option<IpAddr>,
    ) -> Result<Account, OAuthError> {
        let is_a_name = typed.name.chars().count() <= LONGEST_NAME;
        let login = if is_a_name { self.store.find_login(&typed.name).await? } else { None };
        let attempt = Attempt { name: counted_name(login.as_ref(), &typed.name), ip };
        let known = login.as_ref().map(|login| &login.account);
        self.guard.admit_name(&attempt).await?;
        let may_enter = |account: &Account| account.is_active() && client.serves(account.tenant_id);
        if self.check(&attempt, typed.password, login.as_ref(), Some(client)).await?
            && let Some(account) = known.filter(|account| may_enter(account))
        {
            self.guard.succeeded(&attempt).await?;
            return Ok(account.clone());
        }
        self.note_failure(known, ip, Some(client)).await?;
        Err(OAuthError::invalid_grant("Invalid username or password"))
    }

    /// Whether a signed-in person knows their password.
    pub(crate) async fn knows_password(
        &self,
        login: &Login,
        password: SecretString,
        ip: Option<IpAddr>,
    ) -> Result<bool, OAuthError> {
        let attempt = Attempt { name: counted_name(Some(login), ""), ip };
        self.guard.admit_name(&attempt).await?;
        let right = self.check(&attempt, password, Some(login), None).await?;
        if right {
            self.guard.succeeded(&attempt).await?;
        } else {
            self.note_failure(Some(&login.account), ip, None).await?;
        }
        Ok(right)
    }

    /// Counts the attempt, then checks the password.
    async fn check(
        &self,
        attempt: &Attempt,
        password: SecretString,
        login: Option<&Login>,
        client: Option<&OAuthClient>,
    ) -> Result<bool, OAuthError> {
        let _turn = self.guard.turn(&attempt.name).await;
        if let Err(locked) = self.guard.begin(attempt).await? {
            if locked.is_first {
                self.note(login.map(|login| &login.account), attempt.ip, client, "auth.lockout", "locked").await?;
            }
            return Err(locked.into_error(self.clock.now()));
        }
        self.passwords.verify(password, login.map(|login| login.password_hash.clone())).await
    }

    async fn note_failure(
        &self,
        account: Option<&Account>,
        ip: Option<IpAddr>,
        client: Option<&OAuthClient>,
    ) -> Result<(), OAuthError> {
        counter!("auth_failed_login_attempts_total").increment(1);
        self.note(account, ip, client, "auth.login_failed", "invalid_grant").await
    }

    /// The audit entry has no unknown name, because people sometimes type their password into that field.
    async fn note(
        &self,
        account: Option<&Account>,
        ip: Option<IpAddr>,
        client: Option<&OAuthClient>,
        action: &'static str,
        outcome: &str,
    ) -> Result<(), OAuthError> {
        let by = By { user: account.map(|account| account.user_id), ip };
        let entity = account.map_or_else(|| "unknown".to_owned(), |account| account.user_id.to_string());
        let mut entry = self.audit(by, action, ("user", entity)).with_outcome(outcome);
        if let Some(client) = client {
            entry = entry.with_client(&client.id);
        }
        let tenant = account.map_or(self.config.home_tenant, |account| account.tenant_id);
        Ok(self.store.record_audit(tenant, entry).await?)
    }
}

/// The name under which attempts are counted: the user's id, whether they typed the username or the e-mail address; of
/// an unknown name only the hash.
fn counted_name(login: Option<&Login>, typed: &str) -> String {
    match login {
        Some(login) => login.account.user_id.to_string(),
        None => hex::encode(&Sha256::digest(account::login_key(typed))[..16]),
    }
}
