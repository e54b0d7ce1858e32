//! The service's own signing keys, for tokens that others verify with our JWKS.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};

use crate::token::KeyError;
use crate::{SealError, SecretBox};

const BITS: usize = 2048;

/// An RSA key that signs with RS256. Its `kid` is its RFC 7638 thumbprint, so that every process gives it the same
/// name.
pub struct ServiceKey {
    key: EncodingKey,
    public: Jwk,
    kid: String,
}

impl ServiceKey {
    /// Generates a key as PKCS#8 PEM for a file. This takes a noticeable part of a second, so do not call it in an
    /// async task.
    pub fn generate_pem() -> Result<SecretString, KeyError> {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).map_err(unusable)?;
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(unusable)?;
        Ok(pem.as_str().into())
    }

    /// Loads a key from PKCS#8 or PKCS#1 PEM.
    pub fn from_pem(pem: &SecretString) -> Result<Self, KeyError> {
        let key = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).map_err(unusable)?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(unusable)?;
        if !is_long_enough(&public) {
            return Err(unusable("it is too short"));
        }
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { key, public, kid })
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// A signed token with exactly these claims.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|error| KeyError::CannotSign(error.to_string()))
    }

    /// The public key as a JWKS document.
    pub fn jwks(&self) -> Value {
        Self::jwks_of([self.public_jwk()])
    }

    /// The public key as a member of a JWKS.
    pub fn public_jwk(&self) -> Value {
        json!(self.public)
    }

    /// A JWKS document of these keys.
    pub fn jwks_of(keys: impl IntoIterator<Item = Value>) -> Value {
        json!({ "keys": keys.into_iter().collect::<Vec<_>>() })
    }

    /// Generates a key in the form in which the store holds it: the private half sealed, the public half readable. It
    /// takes as long as `generate_pem`.
    pub fn generate_sealed(seal: &SecretBox) -> Result<SealedKey, SealedKeyError> {
        Self::seal_pem(&Self::generate_pem()?, seal)
    }

    /// The same form of a key that the operator has.
    pub fn seal_pem(pem: &SecretString, seal: &SecretBox) -> Result<SealedKey, SealedKeyError> {
        let key = Self::from_pem(pem)?;
        let sealed = seal.seal_text(&place(&key.kid), pem.expose_secret().as_bytes())?;
        Ok(SealedKey { public_jwk: key.public_jwk(), sealed, kid: key.kid })
    }

    /// The same key sealed with the master key that seals now; `None` when that one sealed it.
    pub fn renewed(kid: &str, sealed: &str, seal: &SecretBox) -> Result<Option<String>, SealedKeyError> {
        Ok(seal.renewed_text(&place(kid), sealed)?)
    }

    /// Opens a sealed key, and checks that it has this name.
    pub fn open(kid: &str, sealed: &str, seal: &SecretBox) -> Result<Self, SealedKeyError> {
        let key = Self::from_pem(&seal.open_text(&place(kid), sealed)?)?;
        if key.kid == kid { Ok(key) } else { Err(SealedKeyError::Seal(SealError::DoesNotOpen)) }
    }

    /// Signs any bytes, for the attack corpus.
    #[cfg(any(test, feature = "attacks"))]
    pub(crate) fn sign_bytes(&self, message: &[u8], algorithm: Algorithm) -> Result<String, KeyError> {
        jsonwebtoken::crypto::sign(message, &self.key, algorithm)
            .map_err(|error| KeyError::CannotSign(error.to_string()))
    }
}

/// A key in the form in which the store holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedKey {
    pub kid: String,
    pub sealed: String,
    pub public_jwk: Value,
}

/// Why a stored key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedKeyError {
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Usually the master key differs from the one with which it was sealed.
    #[error("the signing key cannot be opened: {0}")]
    Seal(#[from] SealError),
}

/// The place of a sealed key.
///
/// FROZEN: the text, because stored signing keys open only for this place.
fn place(kid: &str) -> Vec<u8> {
    format!("signing-key/{kid}").into_bytes()
}

impl std::fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Whether the modulus is long enough, from its base64: four characters for three bytes.
fn is_long_enough(public: &Jwk) -> bool {
    matches!(&public.algorithm, AlgorithmParameters::RSA(rsa) if rsa.n.len() * 6 / 8 * 8 >= BITS)
}

fn unusable(reason: impl std::fmt::Display) -> KeyError {
    KeyError::Unusable(reason.to_string())
}

#[cfg(test)]
mod tests;
