//! Who can sign in, and with which invitation one becomes somebody who can.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{TenantId, Timestamp, UserId};

/// A user who signs in with a password. The password itself is nowhere; its hash never leaves the store but for a
/// check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    /// Unique over the whole installation, whatever the case of its letters.
    pub username: String,
    /// The same.
    pub email: Option<String>,
    /// Whether tokens of this account may carry `api:admin`.
    pub is_admin: bool,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
    pub last_login_at: Option<Timestamp>,
    pub deactivated_at: Option<Timestamp>,
}

impl Account {
    pub fn is_active(&self) -> bool {
        self.deactivated_at.is_none()
    }
}

/// A name as names are compared: nobody becomes `Admin` beside `admin`.
///
/// FROZEN: lower case, not [`crate::caseless()`]. Accounts of every installation are stored and unique under it, and
/// with a wider folding two accounts that exist could become one name.
pub fn login_key(name: &str) -> String {
    name.to_lowercase()
}

/// The right to make one account in a tenant. Only a hash of its code is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invite {
    pub tenant_id: TenantId,
    /// Whether the new account is an administrator's.
    pub is_admin: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What is kept of a password (an argon2id PHC string) or of a client's secret (a keyed hash). Not printable.
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed(String);

impl Hashed {
    pub fn new(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::login_key;

    #[test]
    fn the_key_of_a_login_never_changes() {
        assert_eq!(login_key("Ada.ЛОВЕЛАС@Straße.Example"), "ada.ловелас@straße.example");
        assert_eq!(login_key("STRASSE"), "strasse", "another account than straße");
    }
}
