//! Sessions and access tokens, and the lock under which they are made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artel_domain::TenantId;
use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenPlace {
    pub tenant: TenantId,
    /// The credential's id.
    pub account: String,
}

/// A session or an access token.
#[derive(Debug, Clone)]
pub struct Token {
    pub value: SecretString,
    /// What the service gave to get the next one with.
    pub refresh_token: Option<SecretString>,
    /// When it ends; it is renewed before.
    pub expires_at: Timestamp,
    /// When it should be renewed.
    pub renew_at: Timestamp,
    /// A digest of the credential that it was made of: a changed credential does not go on with an old token.
    pub made_from: String,
}

/// Why tokens cannot be read or kept at the moment, in words that may be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoTokens(pub String);

impl NoTokens {
    /// Somebody else is making the token, and the caller does not wait longer.
    pub fn late() -> Self {
        Self("another call is getting a new token and takes long".to_owned())
    }
}

/// Keeps tokens where everyone who uses the credential finds them.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// The token of a place, as somebody left it.
    ///
    /// # Errors
    /// It cannot be told whether there is one. Nobody makes a new one then: the refresh token of the credential may be
    /// used up.
    async fn read(&self, place: &TokenPlace) -> Result<Option<Token>, NoTokens>;

    /// Waits until nobody else makes a token for this place.
    ///
    /// # Errors
    /// Others were still at it at `until`, or there is nothing to lock.
    async fn lock(&self, place: &TokenPlace, until: Instant) -> Result<Box<dyn TokenLock>, NoTokens>;
}

/// The right to make a token.
#[async_trait]
pub trait TokenLock: Send {
    /// The token as it is now: somebody may have made one while this lock was waited for.
    ///
    /// # Errors
    /// As of [`Tokens::read`].
    async fn read(&mut self) -> Result<Option<Token>, NoTokens>;

    /// Keeps a token. It is used only after this has returned.
    ///
    /// # Errors
    /// Why it could not be kept; a rotated refresh token is lost then, and the call fails.
    async fn save(&mut self, token: Token) -> Result<(), NoTokens>;

    /// Lets the next one in. Without it, the next one waits until the lock's time is over.
    async fn release(self: Box<Self>);
}

/// A place's token, and the turn of those who make one.
#[derive(Default, Clone)]
struct Slot {
    turn: Arc<tokio::sync::Mutex<()>>,
    token: Arc<Mutex<Option<Token>>>,
}

impl Slot {
    fn token(&self) -> MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tokens of this process.
#[derive(Default)]
pub struct LocalTokens {
    slots: Mutex<HashMap<TokenPlace, Slot>>,
}

impl LocalTokens {
    fn slot(&self, place: &TokenPlace) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(place.clone()).or_default().clone()
    }
}

#[async_trait]
impl Tokens for LocalTokens {
    async fn read(&self, place: &TokenPlace) -> Result<Option<Token>, NoTokens> {
        Ok(self.slot(place).token().clone())
    }

    async fn lock(&self, place: &TokenPlace, until: Instant) -> Result<Box<dyn TokenLock>, NoTokens> {
        let slot = self.slot(place);
        let turn = timeout_at(until, Arc::clone(&slot.turn).lock_owned()).await.map_err(|_| NoTokens::late())?;
        Ok(Box::new(LocalLock { slot, _turn: turn }))
    }
}

struct LocalLock {
    slot: Slot,
    _turn: OwnedMutexGuard<()>,
}

#[async_trait]
impl TokenLock for LocalLock {
    async fn read(&mut self) -> Result<Option<Token>, NoTokens> {
        Ok(self.slot.token().clone())
    }

    async fn save(&mut self, token: Token) -> Result<(), NoTokens> {
        *self.slot.token() = Some(token);
        Ok(())
    }

    async fn release(self: Box<Self>) {}
}
