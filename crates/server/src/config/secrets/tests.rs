use super::super::{Config, Settings};

const STATIC: &str = r#"{"KEY": {"tenant_id": "00000000-0000-0000-0000-000000000001",
    "user_id": "00000000-0000-0000-0000-000000000001"}}"#;

fn read(environment: &str, name: &str, value: &str) -> Result<(), String> {
    let values = [("ENVIRONMENT", environment), (name, value)];
    Config::read(&mut Settings::of(&values)).map(drop).map_err(|error| error.to_string())
}

/// Every secret of this installation with samples that must not pass.
fn samples() -> Vec<(&'static str, String)> {
    let mut samples: Vec<(&str, String)> = [
        ("JWT_SECRET", "your-secret-key"),
        ("JWT_SECRET", "only sixteen cha"),
        ("JWT_SECRET", "abababababababababababababababababababab"),
        ("API_KEY_PEPPER", "pepper-string"),
        ("INTERNAL_API_KEY", "change-me-internal-key"),
        ("GATEWAY__INTERNAL_API_KEY", "change-me-in-production"),
        ("AUTH_SERVICE__MASTER_KEY", "admin"),
        ("AUTH_SERVICE__MASTER_KEY", "admin123"),
        ("AUTH_SERVICE__INTERNAL_CLIENT_SECRET", "internal-secret-123"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    for key in ["k", "admin-key-123", "1111111111111111111111111111"] {
        samples.push(("AUTH_API_KEYS", STATIC.replace("KEY", key)));
    }
    samples
}

#[test]
fn production_takes_no_secret_that_somebody_could_guess() {
    for (name, value) in samples() {
        let refusal = read("production", name, &value).unwrap_err();
        assert!(refusal.starts_with(&format!("{name}: ")), "{refusal}");
        assert!(refusal.contains("ENVIRONMENT=dev") && refusal.contains("openssl rand"), "{refusal}");
        assert!(name != "AUTH_API_KEYS" || !refusal.contains("admin-key-123"), "keys are not shown: {refusal}");
    }
}

#[test]
fn development_starts_with_the_samples_of_manuals() {
    for (name, value) in samples() {
        assert_eq!(read("dev", name, &value), Ok(()), "{name}");
    }
}

#[test]
fn what_openssl_makes_passes() {
    let made = "q1uZ3kT0mV9c2Xh7Rr5sYwPpLb8nDfGj4oKaEiUtMzQ=";
    for name in ["JWT_SECRET", "API_KEY_PEPPER", "INTERNAL_API_KEY", "AUTH_SERVICE__MASTER_KEY"] {
        assert_eq!(read("production", name, made), Ok(()), "{name}");
    }
    assert_eq!(read("production", "AUTH_API_KEYS", &STATIC.replace("KEY", made)), Ok(()));
}
