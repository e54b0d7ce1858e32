//! The valid forms of the names of users, clients and scopes.

/// `^[A-Za-z0-9_]{3,255}$`
pub fn is_username(name: &str) -> bool {
    (3..=255).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `^[A-Za-z0-9_-]{3,255}$`
pub fn is_client_id(name: &str) -> bool {
    (3..=255).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

/// `^[A-Za-z0-9_:.-]{1,100}$`
pub fn is_scope_token(word: &str) -> bool {
    (1..=100).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:.-".contains(&b))
}

/// Text before a single `@`, and a domain with a dot after it. Only a message can show whether mail arrives there.
pub fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@' && !"<>()[],;:\\\"".contains(c);
    address.len() <= 254
        && !local.is_empty()
        && local.len() <= 64
        && address.chars().filter(|c| *c != '@').all(is_plain)
        && !domain.contains('@')
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_forms_that_clients_know() {
        for name in ["ada", "Ada_1", &"a".repeat(255)] {
            assert!(is_username(name), "{name}");
        }
        for name in ["", "ad", "ada lovelace", "ada@x", "ada-l", "ада", "ada\n", "ada\0", &"a".repeat(256)] {
            assert!(!is_username(name), "{name:?}");
        }
        assert!(is_client_id("codelab-flutter-app") && !is_client_id("codelab.app") && !is_client_id("a b"));
        assert!(
            is_scope_token("api:read") && is_scope_token("a.b-c_d") && !is_scope_token("") && !is_scope_token("a b")
        );
        assert!(!is_scope_token(&"a".repeat(101)));
    }

    #[test]
    fn an_address_has_one_at_and_a_domain_with_a_dot() {
        for address in ["admin@codelab.local", "a+b@x.y", "имя@пример.рф"] {
            assert!(is_email(address), "{address}");
        }
        for address in
            ["", "admin", "@x.y", "a@", "a@x", "a@@x.y", "a@x@y.z", "a b@x.y", "a@x..y", "a@.y", "a\n@x.y", "<a@x.y>"]
        {
            assert!(!is_email(address), "{address:?}");
        }
    }
}
