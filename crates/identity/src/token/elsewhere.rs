//! Tokens of an auth service whose keys come as a JWKS over the network. The set is untrusted input, and so are its
//! tokens; only the operator's word that this service is to be believed is not.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use artel_domain::{TenantId, Timestamp};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use super::claims::Origin;
use super::verify::{Parts, TrustedKey, rsa_key};
use super::{Claims, KeyError, TokenError};

/// Keys beyond these are left out: services have two or three.
const MOST_KEYS: usize = 64;

/// Verifies tokens with the keys of one JWKS: RS256, ES256 and EdDSA with Ed25519, as the type of each key says. A
/// token never chooses its algorithm, and a symmetric key is never one of these.
pub struct KeySetVerifier {
    issuer: String,
    audience: String,
    home_tenant: TenantId,
    /// Replaced as a whole with every document.
    keys: RwLock<Arc<HashMap<String, TrustedKey>>>,
}

impl KeySetVerifier {
    /// Knows no key until [`KeySetVerifier::trust`] is called. `issuer` and `audience` are what tokens must name, and
    /// `home_tenant` is the tenant of tokens that name none.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, home_tenant: TenantId) -> Self {
        Self { issuer: issuer.into(), audience: audience.into(), home_tenant, keys: RwLock::default() }
    }

    /// Trusts the signing keys of this document in place of all earlier ones; those for which `is_reserved` is true,
    /// and those that no token could be verified with, are left out. The number of keys.
    ///
    /// # Errors
    /// Fails when the document is no JWKS; then nothing changes.
    pub fn trust(&self, jwks: &Value, is_reserved: impl Fn(&str) -> bool) -> Result<usize, KeyError> {
        let listed = jwks.get("keys").and_then(Value::as_array).ok_or(KeyError::NoSet)?;
        let mut keys = HashMap::new();
        for jwk in listed.iter().take(MOST_KEYS).filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok()) {
            let Some(kid) = jwk.common.key_id.as_deref().filter(|kid| !is_reserved(kid)) else { continue };
            if let Some((algorithm, key)) = usable(&jwk) {
                keys.insert(kid.to_owned(), self.trusted(algorithm, key));
            }
        }
        let count = keys.len();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        Ok(count)
    }

    /// The claims of the token, if it is valid at `now`.
    ///
    /// # Errors
    /// The reason why the token is refused.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let parts = Parts::of(token)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner).clone();
        keys.get(parts.kid()?.ok_or(TokenError::UnknownKey)?).ok_or(TokenError::UnknownKey)?.claims(&parts, now)
    }

    fn trusted(&self, algorithm: Algorithm, key: DecodingKey) -> TrustedKey {
        let origin = Origin::Elsewhere { home_tenant: self.home_tenant };
        TrustedKey { algorithm, key, origin, issuer: self.issuer.clone(), audience: self.audience.clone() }
    }
}

impl std::fmt::Debug for KeySetVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySetVerifier").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The key and its one algorithm; `None` for keys that encrypt, are symmetric, too short or of another kind, and when
/// the document names another algorithm for it.
fn usable(jwk: &Jwk) -> Option<(Algorithm, DecodingKey)> {
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let (algorithm, named, key) = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) => (Algorithm::RS256, KeyAlgorithm::RS256, rsa_key(&rsa.n, &rsa.e).ok()),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256, DecodingKey::from_jwk(jwk).ok())
        }
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA, DecodingKey::from_jwk(jwk).ok())
        }
        _ => return None,
    };
    key.filter(|_| jwk.common.key_algorithm.is_none_or(|given| given == named)).map(|key| (algorithm, key))
}
