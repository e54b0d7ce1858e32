use std::fmt;

use uuid::Uuid;

/// Texts that are searched together: those of one kind of one tenant, or of one of its users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf(String);

impl Shelf {
    /// What one user keeps.
    pub fn of_user(kind: &str, tenant: Uuid, user: Uuid) -> Self {
        Self::named(tenant, &format!("{kind}/{user}"))
    }

    /// What a tenant keeps.
    pub fn of_tenant(kind: &str, tenant: Uuid) -> Self {
        Self::named(tenant, kind)
    }

    /// FROZEN: the tokens of texts that are indexed begin with this. Half of a hash is enough: each search names tenant
    /// and user beside it.
    fn named(tenant: Uuid, name: &str) -> Self {
        let mut hash = Uuid::new_v5(&tenant, name.as_bytes()).simple().to_string();
        hash.truncate(16);
        Self(hash)
    }

    /// A token of this shelf.
    pub(crate) fn token(&self, token: &str) -> String {
        format!("{}_{token}", self.0)
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
