use super::*;

#[test]
fn the_key_set_shows_the_public_half_and_nothing_else() {
    let key = ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap();
    let jwks = key.jwks();
    let jwk = jwks["keys"][0].as_object().unwrap();
    let mut members: Vec<&str> = jwk.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(
        (&jwk["alg"], &jwk["use"], &jwk["kty"], &jwk["e"]),
        (&json!("RS256"), &json!("sig"), &json!("RSA"), &json!("AQAB"))
    );
    assert_eq!(jwk["kid"], key.kid());
}

#[test]
fn a_key_keeps_its_name_when_it_is_loaded_again() {
    let pem = ServiceKey::generate_pem().unwrap();
    assert_eq!(ServiceKey::from_pem(&pem).unwrap().kid(), ServiceKey::from_pem(&pem).unwrap().kid());
    assert_ne!(
        ServiceKey::from_pem(&pem).unwrap().kid(),
        ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap().kid()
    );
}

#[test]
fn what_is_no_key_or_a_short_one_is_refused() {
    let short = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 1024).unwrap().to_pkcs8_pem(LineEnding::LF).unwrap();
    for pem in ["", "no key", short.as_str()] {
        assert!(matches!(ServiceKey::from_pem(&pem.into()), Err(KeyError::Unusable(_))));
    }
}

#[test]
fn a_sealed_key_opens_under_its_own_name_and_master_key_only() {
    let seal = SecretBox::new(&[1; 32]);
    let kept = ServiceKey::generate_sealed(&seal).unwrap();
    let key = ServiceKey::open(&kept.kid, &kept.sealed, &seal).unwrap();
    assert_eq!((key.kid(), key.public_jwk()), (kept.kid.as_str(), kept.public_jwk.clone()));
    assert!(!format!("{kept:?}").contains("PRIVATE") && kept.public_jwk.get("d").is_none());

    let refused = Err(SealedKeyError::Seal(SealError::DoesNotOpen));
    assert_eq!(ServiceKey::open("another", &kept.sealed, &seal).map(|_| ()), refused);
    assert_eq!(ServiceKey::open(&kept.kid, &kept.sealed, &SecretBox::new(&[2; 32])).map(|_| ()), refused);
}
