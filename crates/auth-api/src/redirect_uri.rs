//! Redirect URIs: the addresses to which a browser may be sent with a code.

use url::{Host, Url};

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriFault {
    #[error("it is not an absolute URI")]
    NotAbsolute,
    #[error("it has a fragment (#…), which no code can be added to")]
    Fragment,
    #[error("it has a user name or a password in it")]
    Userinfo,
    #[error("plain http is for programs on the same machine only (127.0.0.1, [::1], localhost); use https")]
    PlainHttp,
    #[error("the scheme of a program must be a domain name backwards, such as com.example.app:/callback")]
    Scheme,
}

/// Checks a redirect URI for registration: https for every host, http for loopback addresses, and private-use schemes
/// of installed programs (RFC 8252, 7).
pub fn check_redirect_uri(text: &str) -> Result<(), RedirectUriFault> {
    let url = Url::parse(text).map_err(|_| RedirectUriFault::NotAbsolute)?;
    if url.fragment().is_some() {
        return Err(RedirectUriFault::Fragment);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RedirectUriFault::Userinfo);
    }
    let is_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_this_machine => Ok(()),
        "http" => Err(RedirectUriFault::PlainHttp),
        // `javascript:`, `data:` and the other schemes of browsers have no dot.
        scheme if scheme.contains('.') => Ok(()),
        _ => Err(RedirectUriFault::Scheme),
    }
}

/// Whether a redirect URI matches a registered one. They must be equal, except for the port of a loopback address: an
/// installed program listens on any free port (RFC 8252, 7.3). `localhost` is a name, so its port must match.
pub(crate) fn is_registered(registered: &str, requested: &str) -> bool {
    registered == requested
        || without_loopback_port(registered).is_some_and(|uri| Some(uri) == without_loopback_port(requested))
}

/// The URI without its port, when it is `http` on a loopback address.
fn without_loopback_port(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    let is_loopback = match url.host()? {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(_) => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !(url.scheme() == "http" && is_loopback && is_plain) {
        return None;
    }
    url.set_port(None).ok()?;
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_program_may_listen_on_any_port_of_a_loopback_address() {
        let registered = "http://127.0.0.1/callback";
        for good in [registered, "http://127.0.0.1:53219/callback", "http://127.0.0.1:80/callback"] {
            assert!(is_registered(registered, good), "{good}");
        }
        assert!(is_registered("http://[::1]:1/cb", "http://[::1]:2/cb"));
        for bad in [
            "http://127.0.0.1:53219/other",
            "http://127.0.0.1:53219/callback?x=1",
            "http://127.0.0.1:53219/callback#x",
            "http://a@127.0.0.1:53219/callback",
            "http://127.0.0.2:53219/callback",
            "http://localhost:53219/callback",
            "http://[::1]:53219/callback",
            "https://127.0.0.1:53219/callback",
            "http://127.0.0.1.example.com:53219/callback",
        ] {
            assert!(!is_registered(registered, bad), "{bad}");
        }
        assert!(!is_registered("http://localhost:1/cb", "http://localhost:2/cb"));
        assert!(!is_registered("https://app.example.com/cb", "https://app.example.com:8443/cb"));
    }

    #[test]
    fn only_safe_redirect_uris_can_be_registered() {
        for good in [
            "https://app.example.com/callback?x=1",
            "http://127.0.0.1:7777/cb",
            "http://[::1]/cb",
            "http://localhost/cb",
            "com.example.app:/callback",
        ] {
            assert_eq!(check_redirect_uri(good), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("/callback", RedirectUriFault::NotAbsolute),
            ("https://app.example.com/#x", RedirectUriFault::Fragment),
            ("https://u:p@app.example.com/", RedirectUriFault::Userinfo),
            ("http://app.example.com/", RedirectUriFault::PlainHttp),
            ("http://127.0.0.1.example.com/", RedirectUriFault::PlainHttp),
            ("javascript:alert(1)", RedirectUriFault::Scheme),
            ("data:text/html,x", RedirectUriFault::Scheme),
        ] {
            assert_eq!(check_redirect_uri(bad), Err(fault), "{bad}");
        }
    }
}
