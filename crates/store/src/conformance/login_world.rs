//! What the promises about logins are tried on: an account, a client, and time that the test moves itself.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    Account, AuditEntry, ClientId, FamilyId, GrantType, Hashed, OAuthClient, TenantId, Timestamp, TokenFamily, UserId,
};

use super::world::{World, now, uuid};
use crate::{ClientRecord, NewAccount, NewFamily, Rotate, Rotation, Store};

pub const GRACE: Duration = Duration::from_secs(10);
pub const TOKEN_TTL: Duration = Duration::from_hours(24 * 30);
pub const FAMILY_TTL: Duration = Duration::from_hours(24 * 90);

/// A user with an account, and a first-party client.
#[derive(Clone)]
pub struct LoginWorld {
    pub store: Arc<dyn Store>,
    pub tenant: TenantId,
    pub user: UserId,
    pub client: ClientId,
    pub opened: Timestamp,
}

/// A name that no other test has.
pub fn unique(word: &str) -> String {
    format!("{word}_{}", uuid().simple())
}

pub fn account(tenant: TenantId, user: UserId, username: &str) -> NewAccount {
    let account = Account {
        user_id: user,
        tenant_id: tenant,
        username: username.to_owned(),
        email: Some(format!("{username}@Example.org")),
        is_admin: true,
        created_at: now(),
        updated_at: None,
        last_login_at: None,
        deactivated_at: None,
    };
    NewAccount { account, password_hash: Hashed::new("$argon2id$1") }
}

pub fn client(tenant: TenantId) -> ClientRecord {
    let client = OAuthClient {
        id: ClientId(unique("app")),
        tenant_id: tenant,
        user_id: UserId(uuid()),
        name: "the app".to_owned(),
        description: Some("for tests".to_owned()),
        is_confidential: true,
        is_first_party: true,
        scopes: vec!["api:read".to_owned(), "api:write".to_owned()],
        grant_types: vec![GrantType::Password, GrantType::RefreshToken],
        redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
        access_ttl_seconds: 900,
        refresh_ttl_seconds: 2_592_000,
        created_at: now(),
        updated_at: None,
        deactivated_at: None,
    };
    ClientRecord { client, secret_hash: Some(Hashed::new("secret-hash")) }
}

impl LoginWorld {
    pub async fn new(store: &Arc<dyn Store>) -> Self {
        let (tenant, user) = (TenantId(uuid()), UserId(uuid()));
        let client = client(tenant);
        let world = Self { store: Arc::clone(store), tenant, user, client: client.client.id.clone(), opened: now() };
        store
            .create_account(account(tenant, user, &unique("ada")), world.audit("account.create", now()))
            .await
            .unwrap();
        store.create_client(client, world.audit("client.create", now())).await.unwrap();
        world
    }

    /// Without an actor: the store names the user.
    pub fn audit(&self, action: &'static str, at: Timestamp) -> AuditEntry {
        let world = World {
            store: Arc::clone(&self.store),
            tenant: self.tenant,
            user: self.user,
            agent: artel_domain::AgentId(uuid()),
        };
        AuditEntry { actor: artel_domain::Actor::default(), at, ..world.audit(action) }
    }

    pub fn family(&self, at: Timestamp) -> TokenFamily {
        TokenFamily {
            id: FamilyId(uuid()),
            tenant_id: self.tenant,
            user_id: self.user,
            client_id: self.client.clone(),
            scopes: vec!["api:read".to_owned()],
            created_at: at,
            token_expires_at: at + TOKEN_TTL,
            expires_at: at + FAMILY_TTL,
            revoked_at: None,
        }
    }

    /// A login; its family and its first token.
    pub async fn logs_in(&self, at: Timestamp) -> (TokenFamily, String) {
        let new = NewFamily { family: self.family(at), token_hash: unique("token") };
        assert!(self.store.start_family(new.clone(), self.audit("auth.login", at)).await.unwrap());
        (new.family, new.token_hash)
    }

    pub fn rotation(&self, token: &str, at: Timestamp) -> Rotate {
        Rotate {
            presented_hash: token.to_owned(),
            successor_hash: successor(token),
            client_id: self.client.clone(),
            grace: GRACE,
            unanswered_grace: Duration::ZERO,
            expires_at: at + TOKEN_TTL,
        }
    }

    pub async fn refreshes(&self, token: &str, at: Timestamp) -> Rotation {
        self.store.rotate_refresh_token(self.rotation(token, at), self.audit("auth.refresh", at)).await.unwrap()
    }

    pub async fn is_live(&self, token: &str, at: Timestamp) -> bool {
        self.store.find_refresh_token(token, at).await.unwrap().is_some_and(|standing| standing.is_live)
    }

    /// Outcomes of the audit rows with this action, oldest first.
    pub async fn outcomes(&self, action: &str) -> Vec<String> {
        let rows = self.store.audit_chain(self.tenant, 0, 10_000).await.unwrap();
        rows.into_iter().filter(|row| row.action == action).map(|row| row.outcome).collect()
    }
}

/// The same each time, as the real one is.
pub fn successor(token: &str) -> String {
    format!("{token}'")
}
