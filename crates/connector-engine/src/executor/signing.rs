//! Sessions and tokens: found when they are good, made when they are not, by one caller at a time.

use std::time::Duration;

use artel_connectors::request::sign_in;
use artel_connectors::schema::{Login, Oauth2, Scheme};
use artel_domain::{Timestamp, digest};
use artel_tools::Redactor;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::time::Instant;

use super::Executor;
use crate::account::Account;
use crate::attempt::{self, Reply, hide_sent};
use crate::error::ExecuteError;
use crate::token_request::{self, Given};
use crate::tokens::Token;

/// A token is renewed this long before it ends, or a quarter of its life when that is less.
const RENEW_EARLY_SECONDS: u64 = 60;
const MAX_LIFE_SECONDS: u64 = 90 * 24 * 3600;

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
        let token = self.token(account, scheme, ended, redactor, until).await?;
        redactor.hide(token.value.expose_secret());
        Ok(Some((name, token.value)))
    }

    async fn token(
        &self,
        account: &Account,
        scheme: &Scheme,
        ended: Option<&SecretString>,
        redactor: &mut Redactor,
        until: Instant,
    ) -> Result<Token, ExecuteError> {
        let made_from = made_from(account, scheme);
        let now = self.clock.now();
        let is_good = |token: &Token| {
            let is_ended = ended.is_some_and(|ended| ended.expose_secret() == token.value.expose_secret());
            token.made_from == made_from && token.renew_at > now && !is_ended
        };
        if let Some(token) = self.tokens.read(&account.place()).await.filter(is_good) {
            return Ok(token);
        }
        let mut lock = self.tokens.lock(&account.place()).await;
        // Whoever had the lock before may have made one.
        let known = lock.read().await.filter(|token| token.made_from == made_from);
        if let Some(token) = known.clone().filter(is_good) {
            return Ok(token);
        }
        let given = self.make(account, scheme, known.as_ref(), redactor, until).await?;
        let token = kept(given, known, made_from, self.clock.now());
        lock.save(token.clone()).await.map_err(|why| {
            ExecuteError::Credential(format!("the new token of {} could not be kept: {why}", account.connector.key))
        })?;
        Ok(token)
    }

    async fn make(
        &self,
        account: &Account,
        scheme: &Scheme,
        known: Option<&Token>,
        redactor: &mut Redactor,
        until: Instant,
    ) -> Result<Given, ExecuteError> {
        match (&scheme.login, &scheme.oauth2) {
            (Some(login), _) => self.log_in(account, login, redactor, until).await,
            (None, Some(oauth2)) => self.ask_token(account, oauth2, known, redactor, until).await,
            (None, None) => Err(ExecuteError::Credential("this way to sign in obtains nothing".to_owned())),
        }
    }

    async fn log_in(
        &self,
        account: &Account,
        login: &Login,
        redactor: &mut Redactor,
        until: Instant,
    ) -> Result<Given, ExecuteError> {
        let built = sign_in(&account.connector, &login.request, &account.secrets());
        let request = built.map_err(|error| ExecuteError::Credential(error.to_string()))?;
        let reply = self.ask(&request, redactor, until).await?;
        if reply.status < 300
            && let Some(session) = token_request::session(login, &reply)
        {
            return Ok(session);
        }
        let body = artel_connectors::reply::json(&reply.body);
        let refusal =
            login.refusals.iter().find(|refusal| refusal.when.fits(reply.status, &reply.headers, body.as_ref()));
        let means = refusal.map_or("check login and password", |refusal| refusal.means.en.as_str());
        Err(refused(account, &reply, means, redactor))
    }

    async fn ask_token(
        &self,
        account: &Account,
        oauth2: &Oauth2,
        known: Option<&Token>,
        redactor: &mut Redactor,
        until: Instant,
    ) -> Result<Given, ExecuteError> {
        let secrets = account.secrets();
        let newest = known.and_then(|token| token.refresh_token.as_ref()).map(|token| token.expose_secret().to_owned());
        let refresh_token = newest.or_else(|| secrets.text("refresh_token"));
        if let Some(token) = &refresh_token {
            redactor.hide(token);
        }
        let request =
            token_request::request(oauth2, &secrets, refresh_token.as_deref()).map_err(ExecuteError::Credential)?;
        let reply = self.ask(&request, redactor, until).await?;
        if reply.status < 300
            && let Some(given) = token_request::given(oauth2, &reply)
        {
            given.refresh_token.iter().for_each(|token| redactor.hide(token));
            return Ok(given);
        }
        Err(refused(account, &reply, "the access was revoked or has expired: connect the account again", redactor))
    }

    async fn ask(
        &self,
        request: &artel_connectors::request::HttpRequest,
        redactor: &mut Redactor,
        until: Instant,
    ) -> Result<Reply, ExecuteError> {
        hide_sent(redactor, request);
        let end = attempt::end_of(None, until);
        // The request holds the secret, so it goes to its own host and nowhere else.
        let (status, headers, body) = attempt::send(&self.egress, request, &[], false, end).await?;
        Ok(Reply { status, headers, body, now: self.clock.now() })
    }
}

/// A service that is down says nothing about the credential.
fn refused(account: &Account, reply: &Reply, means: &str, redactor: &Redactor) -> ExecuteError {
    let service = &account.connector.key;
    if reply.status >= 500 || reply.status == 429 {
        let text = format!("{service} answered {} when it was asked for a token; try again later", reply.status);
        return ExecuteError::NotSent(text);
    }
    let said = artel_connectors::reply::words(&reply.as_http());
    ExecuteError::Credential(redactor.text(&format!("{service} refused the credential ({said}): {means}")))
}

fn kept(given: Given, known: Option<Token>, made_from: String, now: Timestamp) -> Token {
    let life = given.lifetime_seconds.clamp(1, MAX_LIFE_SECONDS);
    let early = RENEW_EARLY_SECONDS.min(life / 4);
    let after = |seconds: u64| now.checked_add(Duration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    Token {
        value: given.value.into(),
        // A reply without a refresh token keeps the old one.
        refresh_token: given.refresh_token.map(SecretString::from).or_else(|| known?.refresh_token),
        expires_at: after(life),
        renew_at: after(life - early),
        made_from,
    }
}

fn made_from(account: &Account, scheme: &Scheme) -> String {
    let secrets = account.secrets();
    let members: Vec<Value> =
        account.connector.credential.keys().map(|name| secrets.value(name).cloned().unwrap_or_default()).collect();
    digest::of(&Value::Array(vec![scheme.key.clone().into(), Value::Array(members)]))
}
