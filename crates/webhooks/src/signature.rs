//! The signature of a message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::secret::PREFIX;

/// The header `webhook-signature`: one signature for each secret, so that a receiver that knows either of them verifies
/// the message.
///
/// # Arguments
/// * `timestamp`: seconds since 1970, as the header `webhook-timestamp` has it.
///
/// Returns `None` when a secret is not of the form that this product makes.
pub(crate) fn signatures(secrets: &[SecretString], id: &str, timestamp: i64, body: &str) -> Option<String> {
    let signed: Option<Vec<_>> = secrets.iter().map(|secret| sign(secret, id, timestamp, body)).collect();
    Some(signed?.join(" "))
}

fn sign(secret: &SecretString, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.expose_secret().strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    #[test]
    fn the_example_of_the_standard_is_signed_as_it_says() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        let signed = signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn each_secret_signs() {
        let secrets = [SecretString::from("whsec_AAAA"), SecretString::from("whsec_BBBB")];
        let signed = signatures(&secrets, "m", 1, "{}").unwrap();
        let (first, second) = signed.split_once(' ').unwrap();
        assert!(first.starts_with("v1,") && second.starts_with("v1,") && first != second, "{signed}");
        assert_eq!(signatures(&[SecretString::from("AAAA")], "m", 1, "{}"), None);
    }
}
