use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use artel_domain::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::claims::Origin;
use super::strict::StrictObject;
use super::{Claims, KeyError, TokenError};

/// Longer tokens are refused without reading them, in bytes.
const LONGEST: usize = 16 * 1024;
/// The shortest accepted RSA modulus in bytes: 2048 bits.
const SHORTEST_MODULUS: usize = 256;

/// Verifies tokens: those without `kid` with the platform's own HS256 key, those with a `kid` with the key of exactly
/// that name. The key decides algorithm, issuer and audience; the token has no influence on them.
pub struct TokenVerifier {
    own: TrustedKey,
    /// Replaced as a whole when the auth service's keys are rotated.
    by_kid: RwLock<Arc<KeysByKid>>,
}

type KeysByKid = HashMap<String, TrustedKey>;

pub(super) struct TrustedKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
    pub(super) origin: Origin,
    pub(super) issuer: String,
    pub(super) audience: String,
}

impl TrustedKey {
    /// The claims of a token that names this key. The key decides algorithm, issuer and audience.
    pub(super) fn claims(&self, parts: &Parts<'_>, now: Timestamp) -> Result<Claims, TokenError> {
        if parts.header.text("alg")?.ok_or(TokenError::Malformed)? != name(self.algorithm) {
            return Err(TokenError::WrongAlgorithm);
        }
        if !signature_holds(self, parts) {
            return Err(TokenError::BadSignature);
        }
        let payload = StrictObject::parse(&decoded(parts.payload)?)?;
        Claims::read(&payload, self.origin, &self.issuer, &self.audience, now)
    }
}

impl TokenVerifier {
    /// A verifier that knows only the platform's own key.
    pub fn new(secret: &SecretString, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let own = TrustedKey {
            algorithm: Algorithm::HS256,
            key: DecodingKey::from_secret(secret.expose_secret().as_bytes()),
            origin: Origin::Own,
            issuer: issuer.into(),
            audience: audience.into(),
        };
        Self { own, by_kid: RwLock::default() }
    }

    /// Trusts the RS256 signing keys of this JWKS for one issuer and audience, in place of all earlier ones except the
    /// platform's own key. Keys of other kinds are skipped.
    ///
    /// # Errors
    /// Fails when a key cannot be used; then nothing changes.
    pub fn trust_jwks(&self, jwks: &Value, issuer: &str, audience: &str) -> Result<(), KeyError> {
        let set: JwkSet = serde_json::from_value(jwks.clone()).map_err(unusable)?;
        let mut keys = KeysByKid::new();
        for jwk in set.keys.iter().filter(|jwk| signs_with_rs256(jwk)) {
            if let (Some(kid), AlgorithmParameters::RSA(rsa)) = (&jwk.common.key_id, &jwk.algorithm) {
                let key = TrustedKey {
                    algorithm: Algorithm::RS256,
                    key: rsa_key(&rsa.n, &rsa.e)?,
                    origin: Origin::AuthService,
                    issuer: issuer.to_owned(),
                    audience: audience.to_owned(),
                };
                keys.insert(kid.clone(), key);
            }
        }
        *self.by_kid.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        Ok(())
    }

    /// The number of trusted keys of the auth service.
    pub fn trusted_keys(&self) -> usize {
        self.known().len()
    }

    /// The claims of the token, if it is valid at `now`.
    ///
    /// # Errors
    /// The reason why the token is refused.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let parts = Parts::of(token)?;
        let known = self.known();
        let trusted = match parts.kid()? {
            None => &self.own,
            Some(kid) => known.get(kid).ok_or(TokenError::UnknownKey)?,
        };
        trusted.claims(&parts, now)
    }

    /// Whether a key of the auth service has this name.
    pub fn knows(&self, kid: &str) -> bool {
        self.known().contains_key(kid)
    }

    fn known(&self) -> Arc<KeysByKid> {
        self.by_kid.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("issuer", &self.own.issuer)
            .field("kids", &self.known().keys())
            .finish_non_exhaustive()
    }
}

/// `header.payload.signature`, with the header read.
pub(super) struct Parts<'a> {
    header: StrictObject,
    payload: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        // A signature that is not base64 is malformed, whatever the key.
        decoded(signature)?;
        Ok(Self { header: StrictObject::parse(&decoded(header)?)?, payload, signed, signature })
    }

    /// The key that the token names, if any.
    pub(super) fn kid(&self) -> Result<Option<&str>, TokenError> {
        // RFC 7515, 4.1.11: a token with a critical extension that is not understood is invalid. This verifier
        // understands none.
        if self.header.get("crit").is_some() {
            return Err(TokenError::Malformed);
        }
        self.header.text("kid")
    }
}

fn signature_holds(trusted: &TrustedKey, parts: &Parts<'_>) -> bool {
    jsonwebtoken::crypto::verify(parts.signature, parts.signed.as_bytes(), &trusted.key, trusted.algorithm)
        .unwrap_or(false)
}

fn decoded(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}

fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS256 => "RS256",
        Algorithm::ES256 => "ES256",
        Algorithm::EdDSA => "EdDSA",
        _ => "HS256",
    }
}

fn signs_with_rs256(jwk: &Jwk) -> bool {
    let common = &jwk.common;
    matches!(common.public_key_use, None | Some(PublicKeyUse::Signature))
        && matches!(common.key_algorithm, None | Some(KeyAlgorithm::RS256))
}

pub(super) fn rsa_key(n: &str, e: &str) -> Result<DecodingKey, KeyError> {
    let modulus = URL_SAFE_NO_PAD.decode(n).map_err(unusable)?;
    let significant = modulus.iter().skip_while(|byte| **byte == 0).count();
    if significant < SHORTEST_MODULUS {
        return Err(unusable(format_args!("its modulus has {} bits", significant * 8)));
    }
    DecodingKey::from_rsa_components(n, e).map_err(unusable)
}

fn unusable(reason: impl std::fmt::Display) -> KeyError {
    KeyError::Unusable(reason.to_string())
}
