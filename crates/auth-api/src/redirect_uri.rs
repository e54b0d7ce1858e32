//! Where a browser may be sent with a code.

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

/// https anywhere, http on this machine, and the schemes of installed programs (RFC 8252).
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
        // Neither `javascript:` nor `data:` nor any other scheme that a browser knows has a dot.
        scheme if scheme.contains('.') => Ok(()),
        _ => Err(RedirectUriFault::Scheme),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_only_where_nobody_else_reads_them() {
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
