//! Links that sign a browser in once. They live in the memory of the process that made them: whoever made one stands at
//! the terminal of that process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use artel_domain::Timestamp;
use artel_identity::{NoEntropy, entropy};
use secrecy::SecretString;

const SECONDS: i64 = 10 * 60;

#[derive(Default)]
pub(crate) struct Invitations(Mutex<HashMap<String, Invitation>>);

struct Invitation {
    key: SecretString,
    ends_at: i64,
}

impl Invitations {
    /// Keeps the key; returns the code of its link.
    pub(crate) fn add(&self, key: SecretString, now: Timestamp) -> Result<String, NoEntropy> {
        let code = entropy::<16>()?.iter().fold(String::new(), |code, byte| format!("{code}{byte:02x}"));
        let invitation = Invitation { key, ends_at: now.as_second() + SECONDS };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(code.clone(), invitation);
        Ok(code)
    }

    /// The key, for the first who asks in time.
    pub(crate) fn take(&self, code: &str, now: Timestamp) -> Option<SecretString> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(code)?;
        (found.ends_at > now.as_second()).then_some(found.key)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_link_works_once_and_in_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let invitations = Invitations::default();
        let code = invitations.add("artel_1".into(), at(0)).unwrap();
        assert!(invitations.take("other", at(1)).is_none());
        assert_eq!(invitations.take(&code, at(1)).unwrap().expose_secret(), "artel_1");
        assert!(invitations.take(&code, at(1)).is_none());
        let late = invitations.add("artel_1".into(), at(0)).unwrap();
        assert!(invitations.take(&late, at(SECONDS)).is_none());
    }
}
