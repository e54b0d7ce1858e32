//! The service's own signing key, for tokens that others verify by our JWKS.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};

use crate::token::KeyError;

const BITS: usize = 2048;

/// An RSA key that signs with RS256. Its `kid` is its RFC 7638 thumbprint, so that every process names it alike.
pub struct ServiceKey {
    key: EncodingKey,
    public: Jwk,
    kid: String,
}

impl ServiceKey {
    /// Makes a new key, as PKCS#8 PEM to be kept in a file. Takes a noticeable part of a second: not for an async task.
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

    /// A signed token with these claims, which the caller has made complete.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|error| KeyError::CannotSign(error.to_string()))
    }

    /// The public key as a JWKS document.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.public] })
    }
}

impl std::fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Base64 without padding: four characters for three bytes.
fn is_long_enough(public: &Jwk) -> bool {
    matches!(&public.algorithm, AlgorithmParameters::RSA(rsa) if rsa.n.len() * 6 / 8 * 8 >= BITS)
}

fn unusable(reason: impl std::fmt::Display) -> KeyError {
    KeyError::Unusable(reason.to_string())
}

#[cfg(test)]
mod tests;
