//! Passwords: argon2id, and the rules for new ones. A check takes the same time for an unknown user.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use artel_domain::Hashed;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use crate::entropy::{NoEntropy, entropy};

/// The parameters make a check cost 50 to 150 ms of one core; the figures are in ARCHITECTURE.md.
const MEMORY_KIB: u32 = 32_768;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// A salt and a hash for unknown users. No password has this hash.
const NOBODY: &str = "bm9ib2R5Lm5vYm9keS4uLg$bm9ib2R5IGhhcyB0aGlzIHBhc3N3b3JkLCBldmVyLi4";

/// Longer passwords are not checked. The limit for new passwords is far below.
const LONGEST_BYTES: usize = 1024;
const SHORTEST: usize = 8;
const LONGEST: usize = 72;
const SPECIAL: &str = "!@#$%^&*(),.?\":{}|<>";

/// Hashes and checks passwords. One check takes tens of milliseconds of a core and tens of megabytes of memory, so run
/// it on a blocking pool, and only a few at once.
pub struct Passwords {
    argon2: Argon2<'static>,
    nobody: Hashed,
}

/// Why a password could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    #[error("the password cannot be hashed")]
    Unhashable,
}

/// The rule that a new password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    #[error("The password must have at least {SHORTEST} characters.")]
    TooShort,
    #[error("The password must have at most {LONGEST} characters.")]
    TooLong,
    #[error("The password needs an upper-case letter.")]
    NoUpperCase,
    #[error("The password needs a lower-case letter.")]
    NoLowerCase,
    #[error("The password needs a digit.")]
    NoDigit,
    #[error("The password needs one of {SPECIAL}")]
    NoSpecial,
}

impl Passwords {
    pub fn new() -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Unhashable)?;
        let nobody = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${NOBODY}");
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), nobody: Hashed::new(nobody) })
    }

    /// Hashes a new password, in its normal form, under a fresh salt. The caller checks the rules for new passwords.
    ///
    /// Returns a PHC string.
    ///
    /// # Errors
    /// Fails when the system has no random bytes, or the password cannot be hashed.
    pub fn hash(&self, password: &SecretString) -> Result<Hashed, PasswordError> {
        let password = SecretString::from(normal_form(password.expose_secret()));
        let salt = entropy::<16>()?;
        let hash: PasswordHash = self
            .argon2
            .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
            .map_err(|_| PasswordError::Unhashable)?;
        Ok(Hashed::new(hash.to_string()))
    }

    /// Whether this is the password. `None` stands for a user who does not exist, and costs as much.
    ///
    /// Keyboards write the same letters in different forms (NFC, NFD). The normal form is tried first, then the other
    /// forms, because older hashes are of the password as it was typed.
    pub fn verify(&self, password: &SecretString, stored: Option<&Hashed>) -> bool {
        let typed = password.expose_secret();
        if typed.len() > LONGEST_BYTES {
            return false;
        }
        let hash = stored.unwrap_or(&self.nobody);
        let matches =
            |form: &SecretString| self.argon2.verify_password(form.expose_secret().as_bytes(), hash.expose()).is_ok();
        forms(typed).iter().any(matches) && stored.is_some()
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords(..)")
    }
}

/// The form in which a password is hashed: NFC with plain spaces, as RFC 8265 (OpaqueString) has it.
fn normal_form(password: &str) -> String {
    let plain = |character: char| if is_space(character) { ' ' } else { character };
    password.chars().map(plain).nfc().collect()
}

/// The spaces of Unicode (category Zs).
fn is_space(character: char) -> bool {
    matches!(character, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// The normal form of a password, and the other forms in which the same password may have been hashed.
fn forms(typed: &str) -> Vec<SecretString> {
    let mut forms = vec![normal_form(typed)];
    for form in [typed.to_owned(), typed.nfc().collect(), typed.nfd().collect()] {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms.into_iter().map(SecretString::from).collect()
}

/// Checks the rules for a password that a person chooses, in its normal form. They are not checked at a login, because
/// older passwords may be weaker.
///
/// # Errors
/// The first rule that the password breaks.
pub fn check_new_password(password: &str) -> Result<(), PasswordFault> {
    let password = &normal_form(password);
    let length = password.chars().count();
    let has = |what: fn(char) -> bool| password.chars().any(what);
    match () {
        () if length < SHORTEST => Err(PasswordFault::TooShort),
        () if length > LONGEST => Err(PasswordFault::TooLong),
        () if !has(char::is_uppercase) => Err(PasswordFault::NoUpperCase),
        () if !has(char::is_lowercase) => Err(PasswordFault::NoLowerCase),
        () if !has(|c| c.is_ascii_digit()) => Err(PasswordFault::NoDigit),
        () if !has(|c| SPECIAL.contains(c)) => Err(PasswordFault::NoSpecial),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests;
