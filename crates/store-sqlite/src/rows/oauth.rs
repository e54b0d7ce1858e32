use artel_domain::{
    ClientId, FamilyId, Hashed, OAuthClient, SigningKey, SigningKeyState, TenantId, TokenFamily, UserId,
};
use artel_store::ClientRecord;
use artel_store::rotation::Lineage;
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, time, word};

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

macro_rules! oauth_clients {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            crate::rows::ClientRow,
            r#"SELECT id AS "id!: String", tenant_id AS "tenant_id!: uuid::Uuid", user_id AS "user_id!: uuid::Uuid",
                   name AS "name!: String", description AS "description?: String", secret_hash AS "secret_hash?: String",
                   is_first_party AS "is_first_party!: bool", scopes AS "scopes!: String", grant_types AS "grant_types!: String",
                   redirect_uris AS "redirect_uris!: String", access_ttl_seconds AS "access_ttl_seconds!: i64",
                   refresh_ttl_seconds AS "refresh_ttl_seconds!: i64", created_at AS "created_at!: i64",
                   updated_at AS "updated_at?: i64", deactivated_at AS "deactivated_at?: i64"
               FROM oauth_clients "# + $tail $(, $arg)*
        )
    };
}
pub(crate) use oauth_clients;

impl TryFrom<ClientRow> for ClientRecord {
    type Error = Failure;

    fn try_from(row: ClientRow) -> Outcome<Self> {
        let client = OAuthClient {
            id: ClientId(row.id),
            tenant_id: TenantId(row.tenant_id),
            user_id: UserId(row.user_id),
            name: row.name,
            description: row.description,
            is_confidential: row.secret_hash.is_some(),
            is_first_party: row.is_first_party,
            scopes: json("scopes", &row.scopes)?,
            grant_types: json("grant_types", &row.grant_types)?,
            redirect_uris: json("redirect_uris", &row.redirect_uris)?,
            access_ttl_seconds: row.access_ttl_seconds,
            refresh_ttl_seconds: row.refresh_ttl_seconds,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
            deactivated_at: row.deactivated_at.map(time),
        };
        Ok(Self { client, secret_hash: row.secret_hash.map(Hashed::new) })
    }
}

impl TryFrom<ClientRow> for OAuthClient {
    type Error = Failure;

    fn try_from(row: ClientRow) -> Outcome<Self> {
        Ok(ClientRecord::try_from(row)?.client)
    }
}

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

macro_rules! families {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            crate::rows::FamilyRow,
            r#"SELECT id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", user_id AS "user_id!: uuid::Uuid",
                   client_id AS "client_id!: String", scopes AS "scopes!: String", current_hash AS "current_hash!: String",
                   previous_hash AS "previous_hash?: String", rotated_at AS "rotated_at?: i64", is_unanswered AS "is_unanswered!: bool",
                   token_expires_at AS "token_expires_at!: i64", expires_at AS "expires_at!: i64", created_at AS "created_at!: i64",
                   revoked_at AS "revoked_at?: i64"
               FROM refresh_families "# + $tail $(, $arg)*
        )
    };
}
pub(crate) use families;

impl TryFrom<FamilyRow> for (TokenFamily, Lineage) {
    type Error = Failure;

    fn try_from(row: FamilyRow) -> Outcome<Self> {
        let family = TokenFamily {
            id: FamilyId(row.id),
            tenant_id: TenantId(row.tenant_id),
            user_id: UserId(row.user_id),
            client_id: ClientId(row.client_id),
            scopes: json("scopes", &row.scopes)?,
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

impl TryFrom<FamilyRow> for TokenFamily {
    type Error = Failure;

    fn try_from(row: FamilyRow) -> Outcome<Self> {
        Ok(<(Self, Lineage)>::try_from(row)?.0)
    }
}

pub(crate) struct SigningKeyRow {
    pub(crate) kid: String,
    pub(crate) sealed: String,
    pub(crate) public_jwk: String,
    pub(crate) state: String,
    pub(crate) created_at: i64,
    pub(crate) not_after: Option<i64>,
}

macro_rules! signing_keys {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            crate::rows::SigningKeyRow,
            r#"SELECT kid AS "kid!: String", sealed AS "sealed!: String", public_jwk AS "public_jwk!: String", state AS "state!: String",
                   created_at AS "created_at!: i64", not_after AS "not_after?: i64"
               FROM signing_keys "# + $tail $(, $arg)*
        )
    };
}
pub(crate) use signing_keys;

impl TryFrom<SigningKeyRow> for SigningKey {
    type Error = Failure;

    fn try_from(row: SigningKeyRow) -> Outcome<Self> {
        Ok(Self {
            kid: row.kid,
            sealed: row.sealed,
            public_jwk: json("public_jwk", &row.public_jwk)?,
            state: word("state", &row.state, SigningKeyState::parse)?,
            created_at: time(row.created_at),
            not_after: row.not_after.map(time),
        })
    }
}
