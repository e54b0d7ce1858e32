//! Sessions and tokens: found when they are good, made when they are not.

use artel_connectors::schema::Scheme;
use artel_tools::Redactor;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, timeout_at};

use super::Executor;
use crate::account::Account;
use crate::error::ExecuteError;
use crate::maker::{Wanted, made_from, unread};
use crate::tokens::Token;

/// The name of what a scheme obtains, and its value.
pub(crate) type Obtained = Option<(&'static str, SecretString)>;

impl Executor {
    /// What the scheme needs beside the credential.
    ///
    /// # Arguments
    /// * `ended`: a token that the service refused: it is not used again.
    ///
    /// # Errors
    /// The service refused the credential, or could not be reached.
    pub(crate) async fn obtain(
        &self,
        account: &Account,
        scheme: Option<&Scheme>,
        ended: Option<&SecretString>,
        redactor: &mut Redactor,
        until: Instant,
    ) -> Result<Obtained, ExecuteError> {
        let Some(scheme) = scheme else { return Ok(None) };
        let name = match (&scheme.login, &scheme.oauth2) {
            (Some(_), _) => "session",
            (None, Some(_)) => "access_token",
            (None, None) => return Ok(None),
        };
        let made_from = made_from(account, scheme);
        let wanted = Wanted { account: account.clone(), made_from, ended: ended.cloned(), until };
        let token = self.token(wanted, redactor).await?;
        token.refresh_token.iter().chain([&token.value]).for_each(|secret| redactor.hide(secret.expose_secret()));
        Ok(Some((name, token.value)))
    }

    async fn token(&self, wanted: Wanted, redactor: &mut Redactor) -> Result<Token, ExecuteError> {
        let (place, until) = (wanted.account.place(), wanted.until);
        let service = wanted.account.connector.key.clone();
        let found = self.maker.tokens.read(&place).await.map_err(|why| unread(&service, &why))?;
        if let Some(token) = found.filter(|token| wanted.is_met_by(token, self.clock.now())) {
            return Ok(token);
        }
        // A call may be cancelled or run out of time when its refresh token is used up already. So the work goes on
        // without the call until the new one is kept.
        let (maker, mut own) = (self.maker.clone(), redactor.clone());
        let making = self.making.spawn(async move {
            let made = maker.token(&wanted, &mut own).await;
            (made, own)
        });
        match timeout_at(until, making).await {
            Ok(Ok((made, own))) => {
                *redactor = own;
                made
            }
            Ok(Err(_)) => Err(ExecuteError::NotSent(format!("no token of {service} could be made; the log says why"))),
            Err(_) => Err(ExecuteError::NotSent(format!("{service} did not give a token in time"))),
        }
    }
}
