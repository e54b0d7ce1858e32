//! Host names, in the normal form in which they are compared.

use url::{Host, Url};

use crate::error::Refusal;

/// Where one call may lead, by exact host name or by origin.
#[derive(Debug, Clone)]
pub struct HostRule {
    /// `None`: everywhere.
    allowed: Option<Vec<Allowed>>,
}

#[derive(Debug, Clone)]
enum Allowed {
    /// By any scheme, at any port.
    Host(String),
    /// By the scheme and at the port of this URL alone.
    Origin(Url),
}

impl Allowed {
    fn has(&self, url: &Url) -> bool {
        match self {
            Self::Host(host) => url.host_str() == Some(host),
            Self::Origin(own) => is_same_origin(own, url),
        }
    }
}

impl HostRule {
    /// The rule of a call.
    ///
    /// # Arguments
    /// * `allowed_domains`: the domains of the binding. When the list is empty, only the origin of `endpoint` is
    ///   allowed: its host, by its scheme, at its port.
    /// * `endpoint`: the URL that the tenant wrote.
    pub fn new(allowed_domains: &[String], endpoint: &Url) -> Self {
        // A list without a usable entry allows nothing, because it was meant as a restriction.
        if allowed_domains.is_empty() {
            Self { allowed: Some(vec![Allowed::Origin(endpoint.clone())]) }
        } else {
            Self { allowed: Some(hosts(allowed_domains)) }
        }
    }

    /// The listed domains; with none, everywhere: for addresses that a model found.
    pub fn any(allowed_domains: &[String], url: &Url) -> Self {
        if allowed_domains.is_empty() { Self { allowed: None } } else { Self::new(allowed_domains, url) }
    }

    /// These origins and these hosts.
    ///
    /// # Arguments
    /// * `origins`: URLs, of which scheme, host and port count.
    pub fn of(origins: &[Url], domains: &[String]) -> Self {
        let origins = origins.iter().cloned().map(Allowed::Origin);
        Self { allowed: Some(origins.chain(hosts(domains)).collect()) }
    }

    /// Checks that the call may reach this URL.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`] or [`Refusal::OtherOrigin`] when it may not.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        let Some(allowed) = &self.allowed else { return Ok(()) };
        if allowed.iter().any(|allowed| allowed.has(url)) {
            return Ok(());
        }
        let is_near = |allowed: &Allowed| matches!(allowed, Allowed::Origin(own) if own.host() == url.host());
        if allowed.iter().any(is_near) {
            return Err(Refusal::OtherOrigin(url.origin().ascii_serialization()));
        }
        Err(Refusal::NotAllowed(url.host_str().unwrap_or_default().to_owned()))
    }
}

fn hosts(domains: &[String]) -> Vec<Allowed> {
    domains.iter().filter_map(|domain| normalize(domain)).map(Allowed::Host).collect()
}

/// Whether scheme, host and port are the same, or the second URL only has https where the first has http.
pub(crate) fn is_same_origin(from: &Url, to: &Url) -> bool {
    let ports = (from.port_or_known_default(), to.port_or_known_default());
    let is_upgraded = from.scheme() == "http" && to.scheme() == "https" && ports == (Some(80), Some(443));
    from.host() == to.host() && (is_upgraded || (from.scheme() == to.scheme() && ports.0 == ports.1))
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
    use crate::error::Refusal;

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
    fn without_domains_the_endpoints_origin_is_allowed_and_unusable_domains_allow_nothing() {
        assert!(allows(&[], "https://own.example/elsewhere") && allows(&[], "https://own.example:443/"));
        for url in ["https://other.example/", "https://own.example:8443/", "http://own.example/"] {
            assert!(!allows(&[], url), "{url}");
        }
        assert!(!allows(&["https://own.example"], "https://own.example/"));
        for bad in ["https://a.example", "a.example/x", "a.example:80", "a.example.", "", "*"] {
            assert_eq!(check_domain(bad).is_err(), bad != "*", "{bad}");
        }
    }

    #[test]
    fn an_origin_is_compared_with_its_scheme_and_port() {
        let url = |text: &str| Url::parse(text).unwrap();
        let rule = HostRule::of(&[url("http://a.example:8080/base")], &["files.example".to_owned()]);
        assert!(rule.check(&url("http://a.example:8080/other")).is_ok());
        assert!(rule.check(&url("https://files.example:8443/")).is_ok());
        for other in ["http://a.example/", "https://a.example:8080/", "http://a.example:8081/"] {
            assert!(matches!(rule.check(&url(other)), Err(Refusal::OtherOrigin(_))), "{other}");
        }
        assert!(matches!(rule.check(&url("http://b.example:8080/")), Err(Refusal::NotAllowed(_))));
        let plain = HostRule::of(&[url("http://a.example/")], &[]);
        assert!(plain.check(&url("https://a.example/")).is_ok(), "https in the place of http");
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
