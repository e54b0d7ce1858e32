//! API keys: random text, of which only a keyed hash is stored. A lookup by that hash takes the same time for every
//! guess, and a stolen table is useless without the pepper.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::entropy::{NoEntropy, entropy};

const PREFIX: &str = "artel_";

/// Creates API keys and hashes them with the operator's pepper.
pub struct ApiKeyMaker {
    keyed: Hmac<Sha256>,
}

/// A new key. Its text is known only now.
#[derive(Debug)]
pub struct NewKey {
    /// The text of the key, which is shown to its owner once.
    pub secret: SecretString,
    /// The hash to store.
    pub hash: String,
    /// The last four characters, for lists.
    pub last4: String,
}

impl ApiKeyMaker {
    /// A maker for this pepper, which may have any length.
    pub fn new(pepper: &SecretString) -> Self {
        Self { keyed: keyed_with(pepper) }
    }

    /// A new key from random bytes of the operating system.
    ///
    /// # Errors
    /// Fails when the system has no random bytes.
    pub fn new_key(&self) -> Result<NewKey, NoEntropy> {
        Ok(self.key_from(entropy()?))
    }

    /// The key of these random bytes.
    pub fn key_from(&self, random: [u8; 24]) -> NewKey {
        let secret = format!("{PREFIX}{}", hex::encode(random));
        NewKey { hash: self.hash(&secret), last4: last4(&secret), secret: secret.into() }
    }

    /// The hash under which a key is stored and looked up: HMAC-SHA256 with the pepper, in lower-case hex.
    ///
    /// FROZEN: stored keys are found by this hash. The test `the_hash_is_hmac_sha256_with_the_pepper` holds it.
    pub fn hash(&self, key: &str) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(key.as_bytes());
        hex::encode(keyed.finalize().into_bytes())
    }
}

impl std::fmt::Debug for ApiKeyMaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKeyMaker(..)")
    }
}

/// HMAC-SHA256 with the operator's pepper as the key.
pub(crate) fn keyed_with(pepper: &SecretString) -> Hmac<Sha256> {
    Hmac::new(&block(pepper.expose_secret().as_bytes()).into())
}

/// The HMAC key, padded to the block of the hash. A longer pepper is hashed first (RFC 2104, 2).
fn block(pepper: &[u8]) -> [u8; 64] {
    let mut block = [0; 64];
    if pepper.len() <= block.len() {
        block[..pepper.len()].copy_from_slice(pepper);
    } else {
        block[..32].copy_from_slice(&Sha256::digest(pepper));
    }
    block
}

fn last4(key: &str) -> String {
    key.chars().skip(key.chars().count().saturating_sub(4)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_hmac_sha256_with_the_pepper() {
        let maker = ApiKeyMaker::new(&"Jefe".into());
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(maker.hash("what do ya want for nothing?"), expected, "RFC 4231, case 2");
    }

    #[rstest::rstest]
    #[case(0)]
    #[case(63)]
    #[case(64)]
    #[case(65)]
    #[case(200)]
    fn a_pepper_of_any_length_counts_whole(#[case] length: usize) {
        let pepper = "p".repeat(length);
        let reference =
            Hmac::<Sha256>::new_from_slice(pepper.as_bytes()).unwrap().chain_update("key").finalize().into_bytes();
        assert_eq!(ApiKeyMaker::new(&pepper.into()).hash("key"), hex::encode(reference));
    }

    #[test]
    fn a_new_key_is_found_again_by_its_hash_and_only_under_the_same_pepper() {
        let maker = ApiKeyMaker::new(&"pepper".into());
        let key = maker.new_key().unwrap();
        let secret = key.secret.expose_secret();
        assert!(secret.starts_with("artel_") && secret.len() == 54 && secret.ends_with(&key.last4), "{secret}");
        assert_eq!(maker.hash(secret), key.hash);
        assert_ne!(ApiKeyMaker::new(&"other".into()).hash(secret), key.hash);
        assert_ne!(maker.new_key().unwrap().hash, key.hash);
    }

    #[test]
    fn neither_the_pepper_nor_the_key_can_be_printed() {
        let maker = ApiKeyMaker::new(&"pepper-canary".into());
        let key = maker.key_from([7; 24]);
        let printed = format!("{maker:?} {key:?}");
        assert!(!printed.contains("canary") && !printed.contains("070707"), "{printed}");
    }
}
