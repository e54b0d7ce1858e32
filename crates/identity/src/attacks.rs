//! Attacks on RS256 access tokens, as data. They are signed with the victim's own key where a real attacker could not
//! do that, so that each token has exactly one fault. Feature `attacks`, for tests of the verifier and over HTTP.

mod claims;
mod forge;
mod header;
mod signature;

use serde_json::Value;

use crate::ServiceKey;

/// The victim of the attacks.
pub struct Target<'a> {
    /// A key that the victim trusts.
    pub key: &'a ServiceKey,
    /// Claims that the victim accepts when they are signed with `key`.
    pub claims: Value,
    /// The victim's time, in seconds since 1970.
    pub now: i64,
}

/// A token that must be refused.
#[derive(Debug, Clone)]
pub struct Attack {
    pub name: String,
    pub token: String,
}

impl Target<'_> {
    /// A valid token, which shows that the others fail for their own reason.
    pub fn honest(&self) -> String {
        forge::signed(self.key, &forge::header(self.key), &self.claims.to_string())
    }

    /// All tokens that must be refused, each with a unique name.
    pub fn attacks(&self) -> Vec<Attack> {
        let groups = [
            ("header", header::attacks(self)),
            ("confusion", header::confusions(self)),
            ("signature", signature::attacks(self)),
            ("form", signature::malformed(self)),
            ("claims", claims::attacks(self)),
            ("payload", claims::payloads(self)),
        ];
        let named = |group: &str, (name, token): (String, String)| Attack { name: format!("{group}: {name}"), token };
        groups
            .into_iter()
            .flat_map(|(group, attacks)| attacks.into_iter().map(move |attack| named(group, attack)))
            .collect()
    }
}

impl std::fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("claims", &self.claims).finish_non_exhaustive()
    }
}

/// A name and a token.
type Named = (String, String);
