//! Host names, in the normal form in which they are compared.

use url::{Host, Url};

use crate::error::Refusal;

/// The hosts that one call may reach, by exact name.
#[derive(Debug, Clone)]
pub struct HostRule {
    /// `None`: every host.
    allowed: Option<Vec<String>>,
}

impl HostRule {
    /// The rule of a call.
    ///
    /// # Arguments
    /// * `allowed_domains`: the domains of the binding. When the list is empty, only the host of `endpoint` is allowed.
    /// * `endpoint`: the URL that the tenant wrote.
    pub fn new(allowed_domains: &[String], endpoint: &Url) -> Self {
        let listed: Vec<String> = allowed_domains.iter().filter_map(|domain| normalize(domain)).collect();
        // A list without a usable entry allows nothing, because it was meant as a restriction.
        if allowed_domains.is_empty() {
            Self { allowed: Some(endpoint.host_str().map(str::to_owned).into_iter().collect()) }
        } else {
            Self { allowed: Some(listed) }
        }
    }

    /// The listed domains; with none, every host: for addresses that a model found.
    pub fn any(allowed_domains: &[String], url: &Url) -> Self {
        if allowed_domains.is_empty() { Self { allowed: None } } else { Self::new(allowed_domains, url) }
    }

    /// Checks that the call may reach the host of this URL.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`] when it may not.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        let host = url.host_str().unwrap_or_default();
        let allowed = self.allowed.as_ref();
        if allowed.is_none_or(|allowed| allowed.iter().any(|allowed| allowed == host)) {
            Ok(())
        } else {
            Err(Refusal::NotAllowed(host.to_owned()))
        }
    }
}

/// Checks that this is a host name or address without anything else, as `allowed_domains` takes them.
///
/// # Errors
/// A text that names the entry and shows a correct one.
pub fn check_domain(domain: &str) -> Result<(), String> {
    normalize(domain)
        .map(|_| ())
        .ok_or_else(|| format!("'{domain}' is not a host name such as api.example.com (no scheme, port or path)"))
}

/// The normal form: lower case, punycode, addresses in their single spelling. `None` when the text is not a host.
fn normalize(host: &str) -> Option<String> {
    if host.is_empty() || host.ends_with('.') || host.contains(['%', '/', '@', '?', '#', '\\']) {
        return None;
    }
    Host::parse(host).ok().map(|host| host.to_string())
}

/// The operator's exceptions: hosts, or hosts with a port, that may be private.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrivateHosts(Vec<(String, Option<u16>)>);

impl PrivateHosts {
    pub(crate) fn parse(entries: &[String]) -> Result<Self, String> {
        entries
            .iter()
            .map(|entry| Self::entry(entry.trim()).ok_or_else(|| entry.clone()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn entry(entry: &str) -> Option<(String, Option<u16>)> {
        if let Some(host) = normalize(entry) {
            return Some((host, None));
        }
        let (host, port) = entry.rsplit_once(':')?;
        Some((normalize(host)?, Some(port.parse().ok().filter(|port| *port != 0)?)))
    }

    pub(crate) fn contains(&self, url: &Url) -> bool {
        self.0.iter().any(|(host, port)| {
            url.host_str() == Some(host) && port.is_none_or(|port| url.port_or_known_default() == Some(port))
        })
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{HostRule, PrivateHosts, check_domain};

    fn allows(domains: &[&str], url: &str) -> bool {
        let domains: Vec<String> = domains.iter().map(ToString::to_string).collect();
        let endpoint = Url::parse("https://own.example/x").unwrap();
        HostRule::new(&domains, &endpoint).check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn a_domain_allows_exactly_itself_in_any_case_and_script() {
        assert!(allows(&["Allowed.COM"], "https://allowed.com:8443/a"));
        assert!(allows(&["bücher.example"], "https://xn--bcher-kva.example/"));
        for url in [
            "https://sub.allowed.com/",
            "https://allowed.com.evil.com/",
            "https://evilallowed.com/",
            "https://аllowed.com/",
            "https://allowed.com./",
        ] {
            assert!(!allows(&["allowed.com"], url), "{url}");
        }
    }

    #[test]
    fn without_domains_the_endpoints_host_is_allowed_and_unusable_domains_allow_nothing() {
        assert!(allows(&[], "https://own.example/elsewhere"));
        assert!(!allows(&[], "https://other.example/"));
        assert!(!allows(&["https://own.example"], "https://own.example/"));
        for bad in ["https://a.example", "a.example/x", "a.example:80", "a.example.", "", "*"] {
            assert_eq!(check_domain(bad).is_err(), bad != "*", "{bad}");
        }
    }

    #[test]
    fn the_operator_may_allow_a_host_or_one_port_of_it() {
        let hosts = PrivateHosts::parse(&["tool-mock".into(), "127.0.0.1:9000".into(), "[::1]:80".into()]).unwrap();
        let contains = |url: &str| hosts.contains(&Url::parse(url).unwrap());
        assert!(
            contains("http://tool-mock/")
                && contains("http://TOOL-mock:9/")
                && contains("http://127.1:9000/")
                && contains("http://[::1]/")
        );
        assert!(
            !contains("http://127.0.0.1/")
                && !contains("http://127.0.0.1:9001/")
                && !contains("http://[::1]:81/")
                && !contains("http://x.tool-mock/")
        );
        assert!(PrivateHosts::parse(&["http://x".into()]).is_err() && PrivateHosts::parse(&["x:0".into()]).is_err());
    }
}
