//! Opaque tokens: refresh tokens, authorization codes, invitations. 256 random bits each, of which only a
//! SHA-256 is stored.
//!
//! Refresh tokens are not JWTs: nothing in them is for their holder to read, each use asks the store anyway, and a
//! token without claims cannot be mistaken for an access token.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::api_key::keyed_with;
use crate::entropy::{NoEntropy, entropy};

/// The prefixes show what a token is when somebody finds it.
const REFRESH: &str = "artel_rt_";
const CODE: &str = "artel_ac_";
const INVITE: &str = "artel_in_";
const HOOK: &str = "artel_hk_";
/// What follows a prefix: 32 bytes.
const RANDOM_CHARACTERS: usize = 43;

/// A new token. Its text is known only now.
#[derive(Debug, Clone)]
pub struct OpaqueToken {
    /// The text of the token.
    pub secret: SecretString,
    /// The hash to store.
    pub hash: String,
}

/// Creates opaque tokens.
#[derive(Clone)]
pub struct OpaqueTokens {
    keyed: Hmac<Sha256>,
}

impl OpaqueTokens {
    pub fn new(pepper: &SecretString) -> Self {
        Self { keyed: keyed_with(pepper) }
    }

    /// The first token of a login.
    pub fn new_refresh_token(&self) -> Result<OpaqueToken, NoEntropy> {
        Ok(opaque(REFRESH, &entropy::<32>()?))
    }

    /// The token that replaces this one. It is the same each time, so that a client that lost the response gets the
    /// same token when it asks again, although the store has never seen the text. Nobody without the pepper can compute
    /// it.
    ///
    /// FROZEN: the hashed text, because the second request may reach a process of another version.
    pub fn successor(&self, presented: &str) -> OpaqueToken {
        let mut keyed = self.keyed.clone();
        keyed.update(b"refresh-token successor\0");
        keyed.update(presented.as_bytes());
        opaque(REFRESH, &keyed.finalize().into_bytes())
    }

    /// A new authorization code.
    ///
    /// # Errors
    /// Fails when the system has no random bytes.
    pub fn new_code(&self) -> Result<OpaqueToken, NoEntropy> {
        Ok(opaque(CODE, &entropy::<32>()?))
    }

    /// A new invitation code.
    ///
    /// # Errors
    /// Fails when the system has no random bytes.
    pub fn new_invite(&self) -> Result<OpaqueToken, NoEntropy> {
        Ok(opaque(INVITE, &entropy::<32>()?))
    }
}

impl std::fmt::Debug for OpaqueTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpaqueTokens(..)")
    }
}

/// The hash under which a token is stored and looked up: SHA-256 in lower-case hex.
///
/// FROZEN: stored tokens are found by this hash.
pub fn opaque_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The token of a hook from 32 bytes that nobody can guess.
pub fn hook_token(bytes: &[u8; 32]) -> OpaqueToken {
    opaque(HOOK, bytes)
}

/// Whether the text has the form of a hook's token.
pub fn is_hook_token(text: &str) -> bool {
    text.strip_prefix(HOOK).is_some_and(|rest| rest.len() == RANDOM_CHARACTERS && rest.bytes().all(is_token_byte))
}

/// The text with the tokens of hooks in it cut to their prefix, for logs: a hook's token stands in its URL.
pub fn without_hook_tokens(text: &str) -> Cow<'_, str> {
    if !text.contains(HOOK) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(HOOK);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str(HOOK);
        shown.push('…');
        shown.push_str(part.trim_start_matches(|c: char| u8::try_from(c).is_ok_and(is_token_byte)));
    }
    Cow::Owned(shown)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn opaque(prefix: &str, bytes: &[u8]) -> OpaqueToken {
    let secret = SecretString::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)));
    OpaqueToken { hash: opaque_hash(secret.expose_secret()), secret }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(pepper: &str) -> OpaqueTokens {
        OpaqueTokens::new(&pepper.into())
    }

    #[test]
    fn the_successor_is_the_same_each_time_and_only_under_the_same_pepper() {
        let first = tokens("pepper").new_refresh_token().unwrap();
        let of =
            |pepper: &str| tokens(pepper).successor(first.secret.expose_secret()).secret.expose_secret().to_owned();
        assert_eq!(of("pepper"), of("pepper"));
        assert_ne!(of("pepper"), of("other"));
    }

    #[test]
    fn successor_and_stored_hash_are_those_of_earlier_releases() {
        let successor = tokens("pepper").successor("artel_rt_presented");
        assert_eq!(successor.secret.expose_secret(), "artel_rt_NYGAV540NPylvsLhN8-FeqWjBpW4fTeF88kQALdgI6E");
        assert_eq!(successor.hash, "80a4c8d65e86bc882d929d24dd9e4bfc2d696328c9c6071f4977f92738d4cb3b");
    }

    #[test]
    fn a_chain_of_successors_never_comes_back() {
        let tokens = tokens("pepper");
        let mut token = tokens.new_refresh_token().unwrap();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            assert!(seen.insert(token.hash.clone()));
            let text = token.secret.expose_secret().to_owned();
            assert!(text.starts_with(REFRESH) && text.len() == REFRESH.len() + 43, "{text}");
            assert_eq!(opaque_hash(&text), token.hash);
            token = tokens.successor(&text);
        }
    }

    #[test]
    fn the_token_of_a_hook_is_known_by_its_form_and_cut_out_of_logs() {
        let token = hook_token(&[7; 32]);
        let text = token.secret.expose_secret();
        assert!(is_hook_token(text) && opaque_hash(text) == token.hash, "{text}");
        for bad in ["", "artel_hk_", &text[1..], &format!("{text}x"), &text.replace("Bw", "B/"), "artel_rt_x"] {
            assert!(!is_hook_token(bad), "{bad}");
        }
        assert_eq!(without_hook_tokens(&format!("/hooks/a/b/{text}/c")), "/hooks/a/b/artel_hk_…/c");
        assert_eq!(without_hook_tokens(&format!("{text},{text}")), "artel_hk_…,artel_hk_…");
        assert_eq!(without_hook_tokens("/v1/agents"), "/v1/agents");
    }

    #[test]
    fn tokens_cannot_be_printed() {
        let token = tokens("canary").successor("parent");
        let printed = format!("{:?} {token:?}", tokens("canary"));
        assert!(!printed.contains("canary") && !printed.contains(token.secret.expose_secret()), "{printed}");
    }
}
