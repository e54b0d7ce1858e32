use artel_domain::{Account, Hashed, TenantId, UserId};
use artel_store::Login;
use uuid::Uuid;

use crate::values::time;

#[derive(Debug)]
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

impl From<AccountRow> for Login {
    fn from(row: AccountRow) -> Self {
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
        Self { account, password_hash: Hashed::new(row.password_hash) }
    }
}
