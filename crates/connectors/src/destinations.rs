//! Where the secrets of a connector's credentials go.

use crate::schema::Connector;

/// Do credentials of one connector serve the other, and does nothing of them reach a place that it did not reach
/// before?
///
/// A secret is sent to the connector's hosts and to the addresses of its sign-in alone, so operations do not matter.
pub fn sends_secrets_alike(one: &Connector, other: &Connector) -> bool {
    one.hosts == other.hosts
        && one.other_hosts == other.other_hosts
        && one.credential == other.credential
        && one.auth == other.auth
}

#[cfg(test)]
mod tests {
    use super::sends_secrets_alike;
    use crate::schema::{Connector, Template};
    use crate::{Catalogue, from_json, to_json};

    fn changed(change: impl FnOnce(&mut Connector)) -> (Connector, Connector) {
        let one = (*Catalogue::new(&[]).0.get("github").unwrap().connector).clone();
        let mut other = one.clone();
        change(&mut other);
        (one, other)
    }

    #[test]
    fn another_host_or_sign_in_is_another_destination_and_an_operation_is_none() {
        let (one, other) = changed(|other| {
            other.modules.pop();
        });
        assert!(sends_secrets_alike(&one, &other));
        let main = |template: &str| Template::plain(template);
        for (one, other) in [
            changed(|other| drop(other.hosts.insert("main".to_owned(), main("https://elsewhere.example")))),
            changed(|other| drop(other.hosts.insert("more".to_owned(), main("https://elsewhere.example")))),
            changed(|other| other.other_hosts.push("elsewhere.example".to_owned())),
            changed(|other| other.auth.clear()),
            changed(|other| other.credential.clear()),
        ] {
            assert!(!sends_secrets_alike(&one, &other));
        }
    }

    #[test]
    fn every_shipped_connector_is_the_same_in_json() {
        for listed in Catalogue::new(&[]).0.iter() {
            let text = to_json(&listed.connector).unwrap();
            assert_eq!(from_json(&text).as_ref(), Ok(&*listed.connector), "{}", listed.connector.key);
        }
        assert!(from_json(r#"{"key":"x"}"#).is_err());
    }
}
