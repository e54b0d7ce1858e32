//! Secrets at rest: authenticated encryption with the process's key. The associated data names the place of the secret,
//! so a row that was moved to another tenant or name does not open.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretSlice};

use crate::entropy::{NoEntropy, entropy};

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// XChaCha20-Poly1305 with one 32-byte key.
///
/// FROZEN: the sealed form, because databases hold it: version (1 byte), nonce (24 bytes), ciphertext with tag.
pub struct SecretBox(XChaCha20Poly1305);

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
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals for the place that `aad` names. Two seals of the same text differ.
    ///
    /// # Errors
    /// Fails when the system has no random bytes, or the text is too long.
    pub fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = entropy::<NONCE>()?;
        let payload = Payload { msg: plaintext, aad };
        let ciphertext = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::TooLong)?;
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
        let payload = Payload { msg: ciphertext, aad };
        self.0.decrypt(&XNonce::from(*nonce), payload).map(SecretSlice::from).map_err(|_| SealError::DoesNotOpen)
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
