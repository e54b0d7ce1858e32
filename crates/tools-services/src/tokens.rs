//! Tokens that were obtained with credentials, sealed in the store: all processes use the same ones, and after a
//! restart the last one goes on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_connector_engine::{NoTokens, Token, TokenLock, TokenPlace, Tokens};
use artel_domain::{Clock, CredentialId, TenantId};
use artel_identity::{Keyring, NoDataKey, TenantSeal};
use artel_store::{ConnectorTokens, StoreError, TokenClaim, TokenTurn};
use async_trait::async_trait;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::sealed_token::{opened, sealed};

/// Longer than a service is given to answer, with the tries to keep what it gave.
const LEASE: Duration = Duration::from_secs(90);
/// How often a process asks whether another one has made the token.
const ASK_AGAIN: Duration = Duration::from_millis(150);
/// Tries to keep a token that is in no other place than here.
const SAVE_TRIES: u32 = 10;
const SAVE_AGAIN: Duration = Duration::from_secs(1);
const MAX_TURNS: usize = 4096;
const NOT_NOW: &str = "the store does not answer; try again later";

type Turn = Arc<tokio::sync::Mutex<()>>;

/// Tokens in the store.
pub struct StoredTokens {
    shared: Arc<Shared>,
    /// Of the callers of one process, one at a time asks the store.
    turns: Mutex<HashMap<TokenPlace, Turn>>,
}

struct Shared {
    store: Arc<dyn ConnectorTokens>,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
}

impl StoredTokens {
    pub fn new(store: Arc<dyn ConnectorTokens>, keyring: Arc<Keyring>, clock: Arc<dyn Clock>) -> Self {
        Self { shared: Arc::new(Shared { store, keyring, clock }), turns: Mutex::default() }
    }

    fn turn(&self, place: &TokenPlace) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= MAX_TURNS {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(place.clone()).or_default())
    }
}

#[async_trait]
impl Tokens for StoredTokens {
    async fn read(&self, place: &TokenPlace) -> Result<Option<Token>, NoTokens> {
        self.shared.read(place).await
    }

    async fn lock(&self, place: &TokenPlace, until: Instant) -> Result<Box<dyn TokenLock>, NoTokens> {
        let turn = timeout_at(until, self.turn(place).lock_owned()).await.map_err(|_| NoTokens::late())?;
        let owner = self.shared.clock.uuid();
        let claim = TokenClaim { tenant_id: place.tenant, credential_id: credential(place)?, owner };
        self.shared.claim(&claim, until).await?;
        Ok(Box::new(StoredLock { shared: Arc::clone(&self.shared), place: place.clone(), claim, _turn: turn }))
    }
}

impl Shared {
    async fn read(&self, place: &TokenPlace) -> Result<Option<Token>, NoTokens> {
        let credential = credential(place)?;
        let found = self.store.find_connector_token(place.tenant, credential).await.map_err(|error| not_now(&error))?;
        let Some(sealed) = found else { return Ok(None) };
        let seal = self.seal(place.tenant).await?;
        opened(&seal, place.tenant, credential, &sealed).map(Some).map_err(|error| {
            tracing::error!(%credential, %error, "a token cannot be opened; was the master key changed?");
            NoTokens("the account's token cannot be opened; enter the account's secret again".to_owned())
        })
    }

    async fn seal(&self, tenant: TenantId) -> Result<Arc<TenantSeal>, NoTokens> {
        self.keyring.of(tenant).await.map_err(|error| {
            tracing::error!(%tenant, %error, "tokens of accounts cannot be read or kept");
            NoTokens(match error {
                NoDataKey::NotNow(_) => NOT_NOW.to_owned(),
                NoDataKey::Seal(_) => "tokens of this organisation cannot be opened".to_owned(),
            })
        })
    }

    async fn claim(&self, claim: &TokenClaim, until: Instant) -> Result<(), NoTokens> {
        loop {
            match self.store.claim_connector_token(claim, LEASE).await.map_err(|error| not_now(&error))? {
                TokenTurn::Claimed => return Ok(()),
                TokenTurn::CredentialMissing => return Err(NoTokens("the account was deleted".to_owned())),
                TokenTurn::Later(wait) => {
                    let then = Instant::now() + wait.min(ASK_AGAIN);
                    if then >= until {
                        return Err(NoTokens::late());
                    }
                    sleep_until(then).await;
                }
            }
        }
    }
}

struct StoredLock {
    shared: Arc<Shared>,
    place: TokenPlace,
    claim: TokenClaim,
    _turn: OwnedMutexGuard<()>,
}

#[async_trait]
impl TokenLock for StoredLock {
    async fn read(&mut self) -> Result<Option<Token>, NoTokens> {
        self.shared.read(&self.place).await
    }

    async fn save(&mut self, token: Token) -> Result<(), NoTokens> {
        let store = &self.shared.store;
        let seal = self.shared.seal(self.claim.tenant_id).await?;
        let sealed = sealed(&seal, self.claim.tenant_id, self.claim.credential_id, &token);
        let sealed = sealed.map_err(|error| NoTokens(error.to_string()))?;
        let mut tries = 1;
        loop {
            match store.save_connector_token(&self.claim, sealed.clone()).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(NoTokens("the account was changed or deleted meanwhile".to_owned())),
                Err(StoreError::Unavailable(_)) if tries < SAVE_TRIES => sleep(SAVE_AGAIN).await,
                Err(error) => return Err(not_now(&error)),
            }
            tries += 1;
        }
    }

    async fn release(self: Box<Self>) {
        if let Err(error) = self.shared.store.release_connector_token(&self.claim).await {
            tracing::warn!(%error, "the right to make a token was not given back; it lapses by itself");
        }
    }
}

fn credential(place: &TokenPlace) -> Result<CredentialId, NoTokens> {
    place.account.parse().map_err(|_| NoTokens("the account is not one of the store".to_owned()))
}

fn not_now(error: &StoreError) -> NoTokens {
    tracing::warn!(%error, "tokens of accounts cannot be read or kept");
    NoTokens(NOT_NOW.to_owned())
}
