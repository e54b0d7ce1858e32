//! Scopes: what a principal may do. Scopes are stored as they were granted; implied scopes are computed at each check.

use serde::{Deserialize, Serialize};

/// One permission that the product checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    ToolsRead,
    ToolsWrite,
    AgentsRead,
    AgentsWrite,
    RunsRead,
    RunsWrite,
    /// Accounts of external services, without their secrets.
    CredentialsRead,
    CredentialsWrite,
    ApiKeysWrite,
    AuditRead,
    Admin,
    LlmInvoke,
    /// To act for other users of the tenant. Nothing implies it; an administrator may grant it to a key.
    UsersActAs,
    /// The `api:` scopes are those of the auth service's clients. They are coarser than the platform's own.
    ApiRead,
    ApiWrite,
    ApiAdmin,
}

impl Scope {
    pub const ALL: [Self; 16] = [
        Self::UsersActAs,
        Self::ToolsRead,
        Self::ToolsWrite,
        Self::AgentsRead,
        Self::AgentsWrite,
        Self::RunsRead,
        Self::RunsWrite,
        Self::CredentialsRead,
        Self::CredentialsWrite,
        Self::ApiKeysWrite,
        Self::AuditRead,
        Self::Admin,
        Self::LlmInvoke,
        Self::ApiRead,
        Self::ApiWrite,
        Self::ApiAdmin,
    ];

    /// Without the first: an administrator acts under their own name.
    const OF_ADMINISTRATORS: &'static [Self] = Self::ALL.split_at(1).1;

    /// The word of the scope in tokens, keys and requests.
    ///
    /// FROZEN: tokens, API keys and clients hold these words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToolsRead => "tools:read",
            Self::ToolsWrite => "tools:write",
            Self::AgentsRead => "agents:read",
            Self::AgentsWrite => "agents:write",
            Self::RunsRead => "runs:read",
            Self::RunsWrite => "runs:write",
            Self::CredentialsRead => "credentials:read",
            Self::CredentialsWrite => "credentials:write",
            Self::ApiKeysWrite => "api-keys:write",
            Self::AuditRead => "audit:read",
            Self::Admin => "admin",
            Self::LlmInvoke => "llm:invoke",
            Self::UsersActAs => "users:act-as",
            Self::ApiRead => "api:read",
            Self::ApiWrite => "api:write",
            Self::ApiAdmin => "api:admin",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// All scopes that this scope permits, itself included. The tools scopes permit much, because the first clients of
    /// the API know no others. The `api:` scopes are those of the first clients of the auth service: reading; working
    /// with agents, tools and runs; everything in the tenant.
    fn implies(self) -> &'static [Self] {
        match self {
            Self::ToolsRead => &[Self::ToolsRead, Self::AgentsRead, Self::RunsRead],
            Self::ToolsWrite => &[
                Self::ToolsWrite,
                Self::ToolsRead,
                Self::AgentsWrite,
                Self::AgentsRead,
                Self::RunsWrite,
                Self::RunsRead,
                Self::CredentialsWrite,
                Self::CredentialsRead,
            ],
            Self::AgentsWrite => &[Self::AgentsWrite, Self::AgentsRead],
            Self::RunsWrite => &[Self::RunsWrite, Self::RunsRead],
            Self::ApiRead => &[Self::ApiRead, Self::ToolsRead, Self::AgentsRead, Self::RunsRead],
            Self::ApiWrite => &[
                Self::ApiWrite,
                Self::ApiRead,
                Self::ToolsWrite,
                Self::ToolsRead,
                Self::AgentsWrite,
                Self::AgentsRead,
                Self::RunsWrite,
                Self::RunsRead,
                Self::CredentialsWrite,
                Self::CredentialsRead,
            ],
            Self::Admin | Self::ApiAdmin => Self::OF_ADMINISTRATORS,
            Self::AgentsRead => &[Self::AgentsRead],
            Self::CredentialsWrite => &[Self::CredentialsWrite, Self::CredentialsRead],
            Self::RunsRead => &[Self::RunsRead],
            Self::CredentialsRead => &[Self::CredentialsRead],
            Self::ApiKeysWrite => &[Self::ApiKeysWrite],
            Self::AuditRead => &[Self::AuditRead],
            Self::LlmInvoke => &[Self::LlmInvoke],
            Self::UsersActAs => &[Self::UsersActAs],
        }
    }
}

/// Granted scopes in their order, without repeats. Unknown words are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Scopes(Vec<String>);

impl Scopes {
    pub fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        let mut granted: Vec<String> = Vec::new();
        for word in words.into_iter().map(Into::into) {
            if !word.is_empty() && !granted.contains(&word) {
                granted.push(word);
            }
        }
        Self(granted)
    }

    /// Reads OAuth's form: words separated by spaces.
    pub fn from_spaced(text: &str) -> Self {
        Self::new(text.split_ascii_whitespace())
    }

    /// The words as granted, without implied scopes.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether a granted scope is this one or implies it.
    pub fn allows(&self, wanted: Scope) -> bool {
        self.0.iter().filter_map(|word| Scope::parse(word)).any(|held| held.implies().contains(&wanted))
    }

    /// What the holder may do in the name of another user: neither an administrator's rights nor acting for a third
    /// one.
    #[must_use]
    pub fn acting(&self) -> Self {
        let is_own = |word: &&String| {
            let scope = Scope::parse(word);
            !matches!(scope, Some(Scope::Admin | Scope::ApiAdmin | Scope::UsersActAs))
        };
        Self(self.0.iter().filter(is_own).cloned().collect())
    }

    /// Whether the holder of `other` may grant these scopes. Nobody can grant more than they may do themselves.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|word| match Scope::parse(word) {
            Some(Scope::UsersActAs) => other.allows(Scope::UsersActAs) || other.allows(Scope::Admin),
            Some(scope) => other.allows(scope),
            None => other.0.contains(word) || other.allows(Scope::Admin),
        })
    }
}

impl From<Vec<String>> for Scopes {
    fn from(words: Vec<String>) -> Self {
        Self::new(words)
    }
}

impl From<Scopes> for Vec<String> {
    fn from(scopes: Scopes) -> Self {
        scopes.0
    }
}

#[cfg(test)]
mod tests;
