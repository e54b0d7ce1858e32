//! API keys: random text, of which only a keyed hash is ever stored. Looking a key up by that hash takes the same time
//! whatever the caller guessed, and a stolen table is worth nothing without the pepper.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::entropy::{NoEntropy, entropy};

const PREFIX: &str = "artel_";

/// Makes API keys and hashes them with the operator's pepper.
pub struct ApiKeyMaker {
    keyed: Hmac<Sha256>,
}

/// A key at the one moment when its text is known.
#[derive(Debug)]
pub struct NewKey {
    /// Shown to its owner once.
    pub secret: SecretString,
    /// What is stored.
    pub hash: String,
    /// What a list shows.
    pub last4: String,
}

impl ApiKeyMaker {
    pub fn new(pepper: &SecretString) -> Self {
        Self { keyed: keyed_with(pepper) }
    }

    pub fn new_key(&self) -> Result<NewKey, NoEntropy> {
        Ok(self.key_from(entropy()?))
    }

    /// The key that these random bytes make.
    pub fn key_from(&self, random: [u8; 24]) -> NewKey {
        let secret = format!("{PREFIX}{}", hex::encode(random));
        NewKey { hash: self.hash(&secret), last4: last4(&secret), secret: secret.into() }
    }

    /// HMAC-SHA256 of a key, hex: how a presented key is looked up.
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

/// HMAC-SHA256 under the operator's pepper.
pub(crate) fn keyed_with(pepper: &SecretString) -> Hmac<Sha256> {
    Hmac::new(&block(pepper.expose_secret().as_bytes()).into())
}

/// RFC 2104: a key is padded to the hash's block, a longer one is hashed first.
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
