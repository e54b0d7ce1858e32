//! Creates tokens that no issuer would create.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::Algorithm;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::EncodePublicKey;
use rsa::{BigUint, RsaPublicKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::ServiceKey;

pub(super) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The header of an honest token.
pub(super) fn header(key: &ServiceKey) -> String {
    json!({"typ": "JWT", "alg": "RS256", "kid": key.kid()}).to_string()
}

pub(super) fn unsigned(header: &str, payload: &str) -> String {
    format!("{}.{}", b64(header), b64(payload))
}

/// A token signed with RS256, whatever its header says.
pub(super) fn signed(key: &ServiceKey, header: &str, payload: &str) -> String {
    let signed = unsigned(header, payload);
    let signature = key.sign_bytes(signed.as_bytes(), Algorithm::RS256).unwrap_or_default();
    format!("{signed}.{signature}")
}

/// Signed with HMAC-SHA256.
pub(super) fn hmac(secret: &[u8], header: &str, payload: &str) -> String {
    let signed = unsigned(header, payload);
    let Ok(mut keyed) = Hmac::<Sha256>::new_from_slice(secret) else { return signed };
    keyed.update(signed.as_bytes());
    format!("{signed}.{}", b64(keyed.finalize().into_bytes()))
}

/// All forms in which a verifier may have the public key and use it as a shared secret.
pub(super) fn public_forms(key: &ServiceKey) -> Vec<(&'static str, Vec<u8>)> {
    let jwk = key.public_jwk();
    let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| URL_SAFE_NO_PAD.decode(member(name)).unwrap_or_default();
    let mut forms = vec![
        ("nothing", Vec::new()),
        ("the modulus as text", member("n").into_bytes()),
        ("the modulus", number("n")),
        ("the JWK", jwk.to_string().into_bytes()),
        ("the JWKS", key.jwks().to_string().into_bytes()),
        ("the kid", key.kid().as_bytes().to_vec()),
    ];
    let public = RsaPublicKey::new(BigUint::from_bytes_be(&number("n")), BigUint::from_bytes_be(&number("e")));
    let Ok(public) = public else { return forms };
    if let (Ok(spki), Ok(pkcs1)) = (public.to_public_key_der(), public.to_pkcs1_der()) {
        let pem = |label: &str, der: &[u8]| {
            let lines: Vec<String> =
                STANDARD.encode(der).as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into()).collect();
            format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", lines.join("\n"))
        };
        let text = pem("PUBLIC KEY", spki.as_bytes());
        forms.push(("the SPKI PEM with a line end", format!("{text}\n").into_bytes()));
        forms.push(("the SPKI PEM without", text.into_bytes()));
        forms.push(("the SPKI DER", spki.as_bytes().to_vec()));
        let text = pem("RSA PUBLIC KEY", pkcs1.as_bytes());
        forms.push(("the PKCS#1 PEM with a line end", format!("{text}\n").into_bytes()));
        forms.push(("the PKCS#1 PEM without", text.into_bytes()));
    }
    forms
}
