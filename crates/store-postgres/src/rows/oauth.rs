use artel_domain::{
    ClientId, FamilyId, Hashed, OAuthClient, SigningKey, SigningKeyState, TenantId, TokenFamily, UserId,
};
use artel_store::ClientRecord;
use artel_store::rotation::Lineage;
use uuid::Uuid;

use crate::values::{parsed, time, word};

#[derive(Debug)]
pub(crate) struct ClientRow {
    pub(crate) id: String,
    pub(crate) tenant_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) secret_hash: Option<String>,
    pub(crate) is_first_party: bool,
    pub(crate) scopes: String,
    pub(crate) grant_types: String,
    pub(crate) redirect_uris: String,
    pub(crate) access_ttl_seconds: i64,
    pub(crate) refresh_ttl_seconds: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
    pub(crate) deactivated_at: Option<i64>,
}

impl TryFrom<ClientRow> for ClientRecord {
    type Error = sqlx::Error;

    fn try_from(row: ClientRow) -> sqlx::Result<Self> {
        let client = OAuthClient {
            id: ClientId(row.id),
            tenant_id: TenantId(row.tenant_id),
            user_id: UserId(row.user_id),
            name: row.name,
            description: row.description,
            is_confidential: row.secret_hash.is_some(),
            is_first_party: row.is_first_party,
            scopes: parsed(&row.scopes)?,
            grant_types: parsed(&row.grant_types)?,
            redirect_uris: parsed(&row.redirect_uris)?,
            access_ttl_seconds: row.access_ttl_seconds,
            refresh_ttl_seconds: row.refresh_ttl_seconds,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
            deactivated_at: row.deactivated_at.map(time),
        };
        Ok(Self { client, secret_hash: row.secret_hash.map(Hashed::new) })
    }
}

#[derive(Debug)]
pub(crate) struct FamilyRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) client_id: String,
    pub(crate) scopes: String,
    pub(crate) current_hash: String,
    pub(crate) previous_hash: Option<String>,
    pub(crate) rotated_at: Option<i64>,
    pub(crate) is_unanswered: bool,
    pub(crate) token_expires_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) created_at: i64,
    pub(crate) revoked_at: Option<i64>,
}

impl TryFrom<FamilyRow> for (TokenFamily, Lineage) {
    type Error = sqlx::Error;

    fn try_from(row: FamilyRow) -> sqlx::Result<Self> {
        let family = TokenFamily {
            id: FamilyId(row.id),
            tenant_id: TenantId(row.tenant_id),
            user_id: UserId(row.user_id),
            client_id: ClientId(row.client_id),
            scopes: parsed(&row.scopes)?,
            created_at: time(row.created_at),
            token_expires_at: time(row.token_expires_at),
            expires_at: time(row.expires_at),
            revoked_at: row.revoked_at.map(time),
        };
        let lineage = Lineage {
            current_hash: row.current_hash,
            previous_hash: row.previous_hash,
            rotated_at: row.rotated_at.map(time),
            is_unanswered: row.is_unanswered,
        };
        Ok((family, lineage))
    }
}

#[derive(Debug)]
pub(crate) struct SigningKeyRow {
    pub(crate) kid: String,
    pub(crate) sealed: String,
    pub(crate) public_jwk: String,
    pub(crate) state: String,
    pub(crate) created_at: i64,
    pub(crate) not_after: Option<i64>,
}

impl TryFrom<SigningKeyRow> for SigningKey {
    type Error = sqlx::Error;

    fn try_from(row: SigningKeyRow) -> sqlx::Result<Self> {
        Ok(Self {
            kid: row.kid,
            sealed: row.sealed,
            public_jwk: parsed(&row.public_jwk)?,
            state: word(SigningKeyState::parse, &row.state)?,
            created_at: time(row.created_at),
            not_after: row.not_after.map(time),
        })
    }
}
