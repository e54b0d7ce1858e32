//! An auth service that is another installation: its key set comes over the network.

use artel_domain::TenantId;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ID, NOW, at, auth_service};
use crate::attacks::Target;
use crate::token::KeySetVerifier;
use crate::token::TokenError::{self, UnknownKey, WrongAlgorithm, WrongAudience, WrongIssuer, WrongType};
use crate::{KeyError, ServiceKey};

const HOME: TenantId = TenantId(Uuid::from_u128(9));

fn elsewhere(jwks: &Value) -> KeySetVerifier {
    let verifier = KeySetVerifier::new("https://auth.example", "codelab-api", HOME);
    verifier.trust(jwks, |_| false).unwrap();
    verifier
}

#[test]
fn a_token_speaks_of_its_tenant_or_of_the_home_and_of_no_client_or_login_of_here() {
    let (key, _, mut claims) = auth_service();
    let verifier = elsewhere(&key.jwks());
    claims["sid"] = ID.into();
    let read = verifier.verify(&key.sign(&claims).unwrap(), at(NOW)).unwrap();
    assert_eq!(read.grant.tenant_id, TenantId(ID.parse().unwrap()));
    assert_eq!((read.client_id, read.family_id, read.is_own), (None, None, false));

    claims.as_object_mut().unwrap().remove("tenant_id");
    assert_eq!(verifier.verify(&key.sign(&claims).unwrap(), at(NOW)).unwrap().grant.tenant_id, HOME);
}

#[rstest]
#[case("iss", json!("https://stranger.example"), WrongIssuer)]
#[case("aud", json!("another-api"), WrongAudience)]
#[case("type", json!("refresh"), WrongType)]
fn a_token_that_was_not_made_for_here_is_refused(
    #[case] claim: &str,
    #[case] value: Value,
    #[case] expected: TokenError,
) {
    let (key, _, mut claims) = auth_service();
    claims[claim] = value;
    assert_eq!(elsewhere(&key.jwks()).verify(&key.sign(&claims).unwrap(), at(NOW)), Err(expected));
}

/// Those that are about the absence of the tenant are what an auth service without tenants sends.
#[test]
fn of_the_attack_corpus_every_token_is_refused_by_a_key_set_too() {
    let (key, _, claims) = auth_service();
    let verifier = elsewhere(&key.jwks());
    let target = Target { key: &key, claims, now: NOW };
    assert!(verifier.verify(&target.honest(), at(NOW)).is_ok());
    let believed = target.attacks().into_iter().filter(|attack| verifier.verify(&attack.token, at(NOW)).is_ok());
    let believed: Vec<String> = believed.map(|attack| attack.name).collect();
    assert_eq!(believed, ["claims: tenant_id is absent", "claims: tenant_id is null"]);
}

/// A private key, and its public half as a JWK.
fn curve(algorithm: Algorithm) -> (EncodingKey, Value) {
    let random = SystemRandom::new();
    let key = if algorithm == Algorithm::ES256 {
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        EncodingKey::from_ec_der(der.as_ref())
    } else {
        // RFC 8410: the head of a PKCS#8 document with nothing but the 32 bytes of the key.
        let head = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
        let mut seed = [0; 32];
        random.fill(&mut seed).unwrap();
        EncodingKey::from_ed_der(&[&head[..], &seed].concat())
    };
    let mut public = Jwk::from_encoding_key(&key, algorithm).unwrap();
    public.common.key_id = Some("curved".to_owned());
    (key, json!(public))
}

fn signed(key: &EncodingKey, algorithm: Algorithm, claims: &Value) -> String {
    let header = Header { kid: Some("curved".to_owned()), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, key).unwrap()
}

#[rstest]
fn keys_on_curves_verify_what_they_signed_and_nothing_else(
    #[values(Algorithm::ES256, Algorithm::EdDSA)] algorithm: Algorithm,
) {
    let (_, _, claims) = auth_service();
    let ((key, public), (stranger, _)) = (curve(algorithm), curve(algorithm));
    let verifier = elsewhere(&json!({"keys": [public]}));
    assert!(verifier.verify(&signed(&key, algorithm, &claims), at(NOW)).is_ok());
    assert_eq!(verifier.verify(&signed(&stranger, algorithm, &claims), at(NOW)), Err(TokenError::BadSignature));

    // The public half as a shared secret.
    for secret in [public["x"].as_str().unwrap(), &public.to_string()] {
        let by_public = signed(&EncodingKey::from_secret(secret.as_bytes()), Algorithm::HS256, &claims);
        assert_eq!(verifier.verify(&by_public, at(NOW)), Err(WrongAlgorithm));
    }
}

/// A set is a stranger's document: what it must not bring in is left out, and the rest of it is used.
#[test]
fn keys_that_must_not_verify_are_left_out_of_a_set() {
    let (key, _, claims) = auth_service();
    let public = |change: Value| {
        let mut jwk = key.public_jwk();
        jwk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        jwk
    };
    let short = json!({"kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"});
    let bad = [
        json!({"kty": "oct", "kid": key.kid(), "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}),
        public(json!({"use": "enc"})),
        public(json!({"alg": "RS512"})),
        short,
        json!({"kty": "nothing that there is", "kid": "odd"}),
        json!("no object"),
    ];
    for jwk in bad {
        let verifier = elsewhere(&json!({"keys": [jwk]}));
        assert_eq!(verifier.verify(&key.sign(&claims).unwrap(), at(NOW)), Err(UnknownKey), "{jwk}");
        let verifier = elsewhere(&json!({"keys": [jwk, key.public_jwk()]}));
        assert!(verifier.verify(&key.sign(&claims).unwrap(), at(NOW)).is_ok(), "{jwk}");
    }
}

#[test]
fn a_set_never_takes_the_name_of_a_reserved_key_and_a_broken_one_takes_nothing_away() {
    let (key, _, claims) = auth_service();
    let other = ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap();
    let both = ServiceKey::jwks_of([key.public_jwk(), other.public_jwk()]);
    let verifier = elsewhere(&both);
    assert_eq!(verifier.trust(&both, |kid| kid == key.kid()), Ok(1));
    assert_eq!(verifier.verify(&key.sign(&claims).unwrap(), at(NOW)), Err(UnknownKey));
    assert_eq!(verifier.trust(&json!({"keys": 1}), |_| false), Err(KeyError::NoSet));
    assert!(verifier.verify(&other.sign(&claims).unwrap(), at(NOW)).is_ok());
}
