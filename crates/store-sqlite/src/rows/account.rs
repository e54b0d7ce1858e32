use artel_domain::{Account, Hashed, Invite, TenantId, UserId};
use artel_store::Login;
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::time;

pub(crate) struct AccountRow {
    pub(crate) user_id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) username: String,
    pub(crate) email: Option<String>,
    pub(crate) password_hash: String,
    pub(crate) is_admin: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
    pub(crate) last_login_at: Option<i64>,
    pub(crate) deactivated_at: Option<i64>,
}

macro_rules! accounts {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            crate::rows::AccountRow,
            r#"SELECT user_id AS "user_id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", username AS "username!: String",
                   email AS "email?: String", password_hash AS "password_hash!: String", is_admin AS "is_admin!: bool",
                   created_at AS "created_at!: i64", updated_at AS "updated_at?: i64", last_login_at AS "last_login_at?: i64",
                   deactivated_at AS "deactivated_at?: i64"
               FROM accounts "# + $tail $(, $arg)*
        )
    };
}
pub(crate) use accounts;

impl TryFrom<AccountRow> for Login {
    type Error = Failure;

    fn try_from(row: AccountRow) -> Outcome<Self> {
        let account = Account {
            user_id: UserId(row.user_id),
            tenant_id: TenantId(row.tenant_id),
            username: row.username,
            email: row.email,
            is_admin: row.is_admin,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
            last_login_at: row.last_login_at.map(time),
            deactivated_at: row.deactivated_at.map(time),
        };
        Ok(Self { account, password_hash: Hashed::new(row.password_hash) })
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = Failure;

    fn try_from(row: AccountRow) -> Outcome<Self> {
        Ok(Login::try_from(row)?.account)
    }
}

pub(crate) struct InviteRow {
    pub(crate) tenant_id: Uuid,
    pub(crate) is_admin: bool,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

impl TryFrom<InviteRow> for Invite {
    type Error = Failure;

    fn try_from(row: InviteRow) -> Outcome<Self> {
        let (created_at, expires_at) = (time(row.created_at), time(row.expires_at));
        Ok(Self { tenant_id: TenantId(row.tenant_id), is_admin: row.is_admin, created_at, expires_at })
    }
}
