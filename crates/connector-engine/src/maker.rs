//! Makes sessions and tokens: one caller at a time, and what was made is kept before anybody uses it.

use std::sync::Arc;
use std::time::Duration;

use artel_connectors::request::{HttpRequest, sign_in};
use artel_connectors::schema::{Login, Oauth2, Scheme};
use artel_domain::{Clock, Timestamp, digest};
use artel_egress::Egress;
use artel_tools::{Redactor, TokenReply};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::account::Account;
use crate::attempt::{self, MAX_TOKEN_REPLY, Reach, Reply, content_type, hide_sent};
use crate::error::ExecuteError;
use crate::token_reply::Answered;
use crate::token_request::{self, Given};
use crate::tokens::{NoTokens, Token, TokenLock, Tokens};

/// A token is renewed this long before it ends, or a quarter of its life when that is less.
const RENEW_EARLY_SECONDS: u64 = 60;
const MAX_LIFE_SECONDS: u64 = 90 * 24 * 3600;
/// How long a service may take to give a token, whatever the caller's patience is.
const PATIENCE: Duration = Duration::from_secs(30);

/// What tokens are made with.
#[derive(Clone)]
pub(crate) struct Maker {
    pub(crate) egress: Arc<Egress>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: Arc<dyn Tokens>,
}

/// The token that is asked for.
pub(crate) struct Wanted {
    pub(crate) account: Account,
    /// From [`made_from`].
    pub(crate) made_from: String,
    /// A token that the service refused: it is not used again.
    pub(crate) ended: Option<SecretString>,
    /// When the caller stops waiting. Nothing is begun after it.
    pub(crate) until: Instant,
}

impl Wanted {
    pub(crate) fn is_met_by(&self, token: &Token, now: Timestamp) -> bool {
        let is_ended = self.ended.as_ref().is_some_and(|ended| ended.expose_secret() == token.value.expose_secret());
        token.made_from == self.made_from && token.renew_at > now && !is_ended
    }
}

impl Maker {
    /// The token that somebody made meanwhile, or a new one.
    pub(crate) async fn token(&self, wanted: &Wanted, redactor: &mut Redactor) -> Result<Token, ExecuteError> {
        let service = &wanted.account.connector.key;
        let lock = self.tokens.lock(&wanted.account.place(), wanted.until).await;
        let mut lock = lock.map_err(|why| unread(service, &why))?;
        let made = self.token_under(lock.as_mut(), wanted, redactor).await;
        lock.release().await;
        made
    }

    async fn token_under(
        &self,
        lock: &mut dyn TokenLock,
        wanted: &Wanted,
        redactor: &mut Redactor,
    ) -> Result<Token, ExecuteError> {
        let service = &wanted.account.connector.key;
        let known = lock.read().await.map_err(|why| unread(service, &why))?;
        let known = known.filter(|token| token.made_from == wanted.made_from);
        if let Some(token) = known.clone().filter(|token| wanted.is_met_by(token, self.clock.now())) {
            return Ok(token);
        }
        if Instant::now() >= wanted.until {
            return Err(unread(service, &NoTokens::late()));
        }
        let given = self.make(&wanted.account, known.as_ref(), redactor).await?;
        let token = kept(given, known, &wanted.made_from, self.clock.now());
        lock.save(token.clone()).await.map_err(|why| {
            tracing::error!(service, credential = wanted.account.id, %why, "a new token could not be kept");
            ExecuteError::Credential(format!("the new token of {service} could not be kept: {why}"))
        })?;
        Ok(token)
    }

    async fn make(
        &self,
        account: &Account,
        known: Option<&Token>,
        redactor: &mut Redactor,
    ) -> Result<Given, ExecuteError> {
        match account.secrets().scheme() {
            Some(Scheme { login: Some(login), .. }) => self.log_in(account, login, redactor).await,
            Some(Scheme { oauth2: Some(oauth2), .. }) => self.ask_token(account, oauth2, known, redactor).await,
            _ => Err(ExecuteError::Credential("this way to sign in obtains nothing".to_owned())),
        }
    }

    async fn log_in(&self, account: &Account, login: &Login, redactor: &mut Redactor) -> Result<Given, ExecuteError> {
        let built = sign_in(&account.connector, &login.request, &account.secrets());
        let request = built.map_err(|error| ExecuteError::Credential(error.to_string()))?;
        let answered = self.ask(&request, redactor).await?;
        let reply = &answered.reply;
        if reply.status < 300
            && let Some(session) = token_request::session(login, reply, answered.told.as_ref())
        {
            redactor.hide(&session.value);
            return Ok(session);
        }
        let body = answered.told.as_ref().map(TokenReply::body);
        let refusal = login.refusals.iter().find(|refusal| refusal.when.fits(reply.status, &reply.headers, body));
        let means = refusal.map(|refusal| refusal.means.en.as_str());
        Err(answered.nothing_given(&account.connector.key, means, "check login and password", redactor))
    }

    async fn ask_token(
        &self,
        account: &Account,
        oauth2: &Oauth2,
        known: Option<&Token>,
        redactor: &mut Redactor,
    ) -> Result<Given, ExecuteError> {
        let secrets = account.secrets();
        let newest = known.and_then(|token| token.refresh_token.as_ref()).map(|token| token.expose_secret().to_owned());
        let refresh_token = newest.or_else(|| secrets.text("refresh_token"));
        if let Some(token) = &refresh_token {
            redactor.hide(token);
        }
        let request =
            token_request::request(oauth2, &secrets, refresh_token.as_deref()).map_err(ExecuteError::Credential)?;
        let answered = self.ask(&request, redactor).await?;
        if answered.reply.status < 300
            && let Some(given) = answered.told.as_ref().and_then(|reply| token_request::given(oauth2, reply))
        {
            given.refresh_token.iter().chain([&given.value]).for_each(|secret| redactor.hide(secret));
            return Ok(given);
        }
        let means = "the access was revoked or has expired: connect the account again";
        Err(answered.nothing_given(&account.connector.key, None, means, redactor))
    }

    async fn ask(&self, request: &HttpRequest, redactor: &mut Redactor) -> Result<Answered, ExecuteError> {
        hide_sent(redactor, request);
        let end = attempt::end_of(None, Instant::now() + PATIENCE);
        // The request holds the secret, so it goes to its own origin and nowhere else.
        let (status, headers, body) =
            attempt::send(&self.egress, request, &Reach::default(), false, end, MAX_TOKEN_REPLY).await?;
        let told = TokenReply::read(content_type(&headers), &body);
        if let Some(reply) = &told {
            reply.hide_secrets(redactor);
        }
        Ok(Answered { reply: Reply { status, headers, body, now: self.clock.now() }, told })
    }
}

/// Nothing was asked of the service, because its tokens are not at hand.
pub(crate) fn unread(service: &str, why: &NoTokens) -> ExecuteError {
    ExecuteError::NotSent(format!("there is no token for {service} at the moment: {why}"))
}

fn kept(given: Given, known: Option<Token>, made_from: &str, now: Timestamp) -> Token {
    let life = given.lifetime_seconds.clamp(1, MAX_LIFE_SECONDS);
    let early = RENEW_EARLY_SECONDS.min(life / 4);
    let after = |seconds: u64| now.checked_add(Duration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    Token {
        value: given.value.into(),
        // A reply without a refresh token keeps the old one.
        refresh_token: given.refresh_token.map(SecretString::from).or_else(|| known?.refresh_token),
        expires_at: after(life),
        renew_at: after(life - early),
        made_from: made_from.to_owned(),
    }
}

/// A digest of the credential and its way to sign in. Members that the credential does not have do not count, so that
/// a connector that learns a new one goes on with its tokens.
///
/// FROZEN: stored tokens are used under the same digest only, and with them a rotated refresh token would be lost.
pub(crate) fn made_from(account: &Account, scheme: &Scheme) -> String {
    let member = |name: &String| Some((name.clone(), account.credential.get(name)?.clone()));
    let members: Map<String, Value> = account.connector.credential.keys().filter_map(member).collect();
    digest::of(&json!([scheme.key, members]))
}
