//! Secrets of the installation at rest: authenticated encryption with the process's key. The associated data names the
//! place of the secret, so a row that was moved to another tenant or name does not open.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretSlice};

use crate::entropy::{NoEntropy, entropy};

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// XChaCha20-Poly1305 with one 32-byte key, and maybe another one that opens only.
///
/// FROZEN: the sealed form, because databases hold it: version (1 byte), nonce (24 bytes), ciphertext with tag.
pub struct SecretBox {
    key: XChaCha20Poly1305,
    other: Option<XChaCha20Poly1305>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    #[error("the secret is too long to seal")]
    TooLong,
    /// Sealed with another key, sealed for another place, or changed.
    #[error("the sealed secret does not open")]
    DoesNotOpen,
}

impl SecretBox {
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: XChaCha20Poly1305::new(key.into()), other: None }
    }

    /// Opens what was sealed with this key too: while one key takes another one's place.
    #[must_use]
    pub fn opening_with(self, other: &[u8; 32]) -> Self {
        Self { other: Some(XChaCha20Poly1305::new(other.into())), ..self }
    }

    /// Seals for the place that `aad` names. Two seals of the same text differ.
    ///
    /// # Errors
    /// Fails when the system has no random bytes, or the text is too long.
    pub fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = entropy::<NONCE>()?;
        let payload = Payload { msg: plaintext, aad };
        let ciphertext = self.key.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::TooLong)?;
        Ok([&[VERSION], nonce.as_slice(), &ciphertext].concat())
    }

    /// Opens what was sealed for the same `aad`.
    ///
    /// # Errors
    /// Fails when key or place differ, or the sealed bytes were changed.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<SecretSlice<u8>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError::DoesNotOpen)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealError::DoesNotOpen)?;
        if *version != VERSION {
            return Err(SealError::DoesNotOpen);
        }
        let open = |key: &XChaCha20Poly1305| {
            let payload = Payload { msg: ciphertext, aad };
            key.decrypt(&XNonce::from(*nonce), payload).map(SecretSlice::from).ok()
        };
        open(&self.key).or_else(|| self.other.as_ref().and_then(open)).ok_or(SealError::DoesNotOpen)
    }

    /// The same text sealed with the key that seals; `None` when it was sealed with that one already.
    ///
    /// # Errors
    /// Fails when no key opens it.
    pub fn renewed_text(&self, aad: &[u8], sealed: &str) -> Result<Option<String>, SealError> {
        let own = Self { key: self.key.clone(), other: None };
        if own.open_text(aad, sealed).is_ok() {
            return Ok(None);
        }
        let opened = self.open_text(aad, sealed)?;
        self.seal_text(aad, opened.expose_secret().as_bytes()).map(Some)
    }

    /// [`Self::seal`] as base64, for text columns.
    pub fn seal_text(&self, aad: &[u8], plaintext: &[u8]) -> Result<String, SealError> {
        Ok(STANDARD.encode(self.seal(aad, plaintext)?))
    }

    /// Opens what [`Self::seal_text`] returned. The plaintext must be UTF-8.
    pub fn open_text(&self, aad: &[u8], sealed: &str) -> Result<secrecy::SecretString, SealError> {
        let sealed = STANDARD.decode(sealed).map_err(|_| SealError::DoesNotOpen)?;
        let plaintext = self.open(aad, &sealed)?;
        let text = std::str::from_utf8(plaintext.expose_secret()).map_err(|_| SealError::DoesNotOpen)?;
        Ok(text.into())
    }
}

impl std::fmt::Debug for SecretBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBox(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_under_the_same_key_and_place() {
        let safe = SecretBox::new(&[1; 32]);
        let sealed = safe.seal_text(b"tenant-a/github", b"hunter2").unwrap();
        assert_eq!(safe.open_text(b"tenant-a/github", &sealed).unwrap().expose_secret(), "hunter2");
        assert_eq!(safe.open_text(b"tenant-b/github", &sealed).unwrap_err(), SealError::DoesNotOpen);
        let other = SecretBox::new(&[2; 32]);
        assert_eq!(other.open_text(b"tenant-a/github", &sealed).unwrap_err(), SealError::DoesNotOpen);
    }

    #[test]
    fn while_one_key_replaces_another_both_open_and_the_new_one_seals() {
        let (old, new) = (SecretBox::new(&[1; 32]), SecretBox::new(&[2; 32]).opening_with(&[1; 32]));
        let sealed = old.seal_text(b"a", b"hunter2").unwrap();
        assert_eq!(new.open_text(b"a", &sealed).unwrap().expose_secret(), "hunter2");
        let renewed = new.renewed_text(b"a", &sealed).unwrap().unwrap();
        assert_eq!(SecretBox::new(&[2; 32]).open_text(b"a", &renewed).unwrap().expose_secret(), "hunter2");
        assert!(old.open_text(b"a", &renewed).is_err());
        assert_eq!(new.renewed_text(b"a", &renewed).unwrap(), None);
        assert_eq!(new.renewed_text(b"b", &sealed).unwrap_err(), SealError::DoesNotOpen, "another place");
        let third = SecretBox::new(&[3; 32]).opening_with(&[2; 32]);
        assert_eq!(third.renewed_text(b"a", &sealed).unwrap_err(), SealError::DoesNotOpen, "neither key");
    }

    #[test]
    fn a_change_of_any_bit_or_a_cut_anywhere_is_noticed() {
        let safe = SecretBox::new(&[1; 32]);
        let sealed = safe.seal(b"", b"secret").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut forged = sealed.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(safe.open(b"", &forged).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(safe.open(b"", &sealed[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn the_same_secret_is_sealed_differently_each_time_and_an_empty_one_is_a_secret_too() {
        let safe = SecretBox::new(&[1; 32]);
        assert_ne!(safe.seal(b"", b"secret").unwrap(), safe.seal(b"", b"secret").unwrap());
        let empty = safe.seal_text(b"", b"").unwrap();
        assert_eq!(safe.open_text(b"", &empty).unwrap().expose_secret(), "");
    }

    #[test]
    fn neither_the_key_nor_what_was_opened_can_be_printed() {
        let safe = SecretBox::new(b"0123456789canary0123456789canary");
        let opened = safe.open(b"", &safe.seal(b"", b"hunter2").unwrap()).unwrap();
        let printed = format!("{safe:?} {opened:?}");
        assert!(
            printed.starts_with("SecretBox(..)") && !printed.contains("104") && !printed.contains("hunter2"),
            "{printed}"
        );
    }
}
