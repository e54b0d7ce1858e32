//! Secrets of this installation. In production none may be short, monotonous or printed in somebody's manual: whoever
//! guesses one signs tokens, is a service, or is the first user.

use secrecy::{ExposeSecret as _, SecretString};

use super::settings::{Invalid, Settings, invalid};

/// How a secret is made.
pub(super) const MAKE: &str = "$(openssl rand -base64 32)";
/// Fewer different characters than this are no secret, however many there are.
const LEAST_DIFFERENT: usize = 5;

/// What stands in the manuals and samples of this product and of those that it takes the place of, in lower case.
const SAMPLES: &[&str] = &[
    "admin",
    "admin-key-123",
    "admin123",
    "artel",
    "change-me",
    "changeme",
    "default",
    "dev-secret",
    "internal-secret-123",
    "internal_api_key",
    "jwt-secret",
    "my-key",
    "my-secret-key",
    "pepper",
    "pepper-string",
    "secret",
    "secret-key",
    "supersecret",
    "test",
    "your-pepper",
    "your-secret",
    "your-secret-key",
];
/// A text that holds one of these was meant to be replaced.
const PLACEHOLDERS: &[&str] = &["change-me", "changeme", "change_me", "replace-me", "your-secret", "your_secret"];

/// A secret that the operator gave; `least` is its length in production. In development all will do.
pub(super) fn secret(
    s: &mut Settings,
    name: &'static str,
    least: usize,
    dev: bool,
) -> Result<Option<SecretString>, Invalid> {
    let Some(given) = s.secret(name, 1)? else { return Ok(None) };
    if !dev {
        check(name, given.expose_secret(), least)?;
    }
    Ok(Some(given))
}

/// One line about what is wrong with a secret, and how to make one.
pub(super) fn check(name: &str, text: &str, least: usize) -> Result<(), Invalid> {
    let problem = fault(text, least);
    problem.map_or(Ok(()), |problem| Err(invalid(name, format!("{problem} (ENVIRONMENT=dev lets it pass)"), MAKE)))
}

fn fault(text: &str, least: usize) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let is_bracketed = lower.starts_with('<') && lower.ends_with('>');
    if is_bracketed || SAMPLES.contains(&lower.as_str()) || PLACEHOLDERS.iter().any(|sample| lower.contains(sample)) {
        return Some("it is the value of a public example, which everybody knows".to_owned());
    }
    if text.chars().count() < least {
        return Some(format!("it has fewer than {least} characters"));
    }
    let different = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    (different < LEAST_DIFFERENT).then(|| format!("it has fewer than {LEAST_DIFFERENT} different characters"))
}

#[cfg(test)]
mod tests;
