//! Secrets of OAuth clients. They come with every request, so they are stored as keyed hashes like API keys, not as
//! slow hashes like passwords. A stolen table is useless without the pepper.

use artel_domain::{ClientId, Hashed};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::SecretString;
use sha2::Sha256;

use crate::api_key::keyed_with;
use crate::entropy::{NoEntropy, entropy};

/// Creates and checks the secrets of clients.
#[derive(Clone)]
pub struct ClientSecrets {
    keyed: Hmac<Sha256>,
}

impl ClientSecrets {
    pub fn new(pepper: &SecretString) -> Self {
        Self { keyed: keyed_with(pepper) }
    }

    /// A new secret from random bytes of the operating system.
    ///
    /// # Errors
    /// Fails when the system has no random bytes.
    pub fn new_secret(&self) -> Result<SecretString, NoEntropy> {
        Ok(format!("artel_cs_{}", URL_SAFE_NO_PAD.encode(entropy::<32>()?)).into())
    }

    /// The hash to store for the secret of this client.
    ///
    /// FROZEN: the hashed text, because stored secrets are compared with it.
    pub fn hash(&self, client: &ClientId, secret: &str) -> Hashed {
        Hashed::new(hex::encode(self.of(client, secret).finalize().into_bytes()))
    }

    /// Whether this is the client's secret. The comparison takes constant time.
    pub fn matches(&self, client: &ClientId, presented: &str, stored: &Hashed) -> bool {
        let stored = hex::decode(stored.expose()).unwrap_or_default();
        self.of(client, presented).verify_slice(&stored).is_ok()
    }

    fn of(&self, client: &ClientId, secret: &str) -> Hmac<Sha256> {
        let mut keyed = self.keyed.clone();
        keyed.update(b"client secret\0");
        keyed.update(client.as_str().as_bytes());
        keyed.update(b"\0");
        keyed.update(secret.as_bytes());
        keyed
    }
}

impl std::fmt::Debug for ClientSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientSecrets(..)")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_opens_its_own_client_only() {
        let secrets = ClientSecrets::new(&"pepper".into());
        let (app, other) = (ClientId::new("app"), ClientId::new("other"));
        let stored = secrets.hash(&app, "internal-secret-123");
        assert!(secrets.matches(&app, "internal-secret-123", &stored));
        assert!(!secrets.matches(&other, "internal-secret-123", &stored));
        assert!(!ClientSecrets::new(&"another".into()).matches(&app, "internal-secret-123", &stored));
        for wrong in ["", "internal-secret-12", "internal-secret-1234"] {
            assert!(!secrets.matches(&app, wrong, &stored), "{wrong}");
        }
        assert!(!secrets.matches(&app, "", &Hashed::new("")) && !secrets.matches(&app, "x", &Hashed::new("no hex")));
    }

    #[test]
    fn the_stored_hash_is_that_of_earlier_releases() {
        let stored = ClientSecrets::new(&"pepper".into()).hash(&ClientId::new("app"), "internal-secret-123");
        let expected = "19623ddae277b29c7eb40f428e0ef0a1c966dee2c7b2d76b6910b2dc62b0c382";
        assert_eq!(stored.expose(), expected);
    }

    #[test]
    fn a_new_secret_is_long_and_never_the_same() {
        let secrets = ClientSecrets::new(&"pepper".into());
        let (one, two) = (secrets.new_secret().unwrap(), secrets.new_secret().unwrap());
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert_eq!(one.expose_secret().len(), 52);
    }
}
