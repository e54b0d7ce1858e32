//! Takes secrets out of what a server answered: receivers echo headers, and answers go to models, journals and logs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::programs::{Exhausted, Fuel};

pub(crate) const MASK: &str = "***";
/// Shorter needles would hit innocent text everywhere.
const SHORTEST: usize = 4;

/// Everything of one call that must not be seen.
#[derive(Clone, Default)]
pub struct Redactor(Vec<SecretString>);

impl Redactor {
    /// Hide this secret in its plain form, percent-encoded, and in base64.
    pub fn hide(&mut self, secret: &str) {
        let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let form_encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        // Without padding: what is padded begins with it.
        let base64 = [STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)];
        for needle in [secret.to_owned(), encoded, form_encoded].into_iter().chain(base64) {
            if needle.len() >= SHORTEST && !self.0.iter().any(|known| known.expose_secret() == needle) {
                self.0.push(needle.into());
            }
        }
        // The longest first, so that a secret within a secret leaves no rest.
        self.0.sort_by_key(|needle| std::cmp::Reverse(needle.expose_secret().len()));
    }

    /// Pays for looking at so many bytes.
    pub(crate) fn pay(&self, bytes: usize, fuel: &Fuel) -> Result<(), Exhausted> {
        fuel.spend((bytes * (1 + self.0.len())) as u64)
    }

    /// The text without the secrets.
    pub fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, needle| {
            if text.contains(needle.expose_secret()) { text.replace(needle.expose_secret(), MASK) } else { text }
        })
    }

    /// Strings and names of members alike; numbers cannot hold a secret that is sent as text.
    pub fn value(&self, value: &mut Value) {
        if self.0.is_empty() {
            return;
        }
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => {
                if members.keys().any(|name| self.text(name) != *name) {
                    *members =
                        std::mem::take(members).into_iter().map(|(name, member)| (self.text(&name), member)).collect();
                }
                members.values_mut().for_each(|member| self.value(member));
            }
            _ => {}
        }
    }
}

/// Does a header of this name usually hold a credential?
pub(crate) fn is_sensitive_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let telling = ["auth", "token", "secret", "cookie", "password", "credential", "session", "signature"];
    telling.iter().any(|word| name.contains(word)) || (name.contains("key") && name != "x-idempotency-key")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Redactor;

    #[test]
    fn a_secret_is_hidden_in_every_form_and_place() {
        let mut redactor = Redactor::default();
        redactor.hide("s3cr t/");
        redactor.hide("s3cr t/longer");
        let mut value =
            json!({"s3cr t/": ["a s3cr t/ b", "q=s3cr%20t%2F", "q=s3cr+t%2F"], "n": 1, "x": "s3cr t/longer"});
        redactor.value(&mut value);
        assert_eq!(value, json!({"***": ["a *** b", "q=***", "q=***"], "n": 1, "x": "***"}));
    }

    #[test]
    fn a_secret_in_base64_is_hidden() {
        let mut redactor = Redactor::default();
        redactor.hide("s3cret>>?");
        assert_eq!(redactor.text("a czNjcmV0Pj4/ b czNjcmV0Pj4_ c"), "a *** b *** c");
    }

    #[test]
    fn a_secret_of_three_characters_does_not_spoil_the_answer() {
        let mut redactor = Redactor::default();
        redactor.hide("abc");
        assert_eq!(redactor.text("abcdef"), "abcdef");
    }
}
