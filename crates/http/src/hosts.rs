//! The host that a client asked, as far as it may be believed. A page of somebody else can make a browser ask any
//! server under a name of its own (DNS rebinding), so an answer that gives something away looks at the name first.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HOST;

/// The names under which this installation is asked, beside those of loopback.
#[derive(Debug, Clone, Default)]
pub struct TrustedHosts(Vec<String>);

impl TrustedHosts {
    /// `names` without ports, in whatever case.
    pub fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// The names that the operator gave.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The `Host` of the request, with its port, when it is loopback or one of the names. No browser leaves it out, so
    /// a request without one is answered as one to `localhost`.
    pub fn of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let Some(value) = headers.get(HOST) else { return Some("localhost") };
        let host = value.to_str().ok()?;
        let name = name(host).to_ascii_lowercase();
        (is_loopback(&name) || self.0.contains(&name)).then_some(host)
    }
}

/// Without the port.
fn name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

fn is_loopback(name: &str) -> bool {
    let by_name = name == "localhost" || name.ends_with(".localhost");
    by_name || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("localhost:8000", true)]
    #[case("LOCALHOST", true)]
    #[case("app.localhost:8000", true)]
    #[case("127.0.0.1:8000", true)]
    #[case("127.9.9.9", true)]
    #[case("[::1]:8000", true)]
    #[case("Artel.Test:8000", true)]
    #[case("evil.example:8000", false)]
    #[case("localhost.evil.example", false)]
    #[case("notlocalhost", false)]
    #[case("10.0.0.1:8000", false)]
    #[case("artel.test.evil.example", false)]
    #[case("", false)]
    fn loopback_and_the_names_that_the_operator_gave_are_believed(#[case] host: &str, #[case] is_good: bool) {
        let headers = [(HOST, host.parse().unwrap())].into_iter().collect();
        assert_eq!(TrustedHosts::new(&["artel.TEST".to_owned()]).of(&headers), is_good.then_some(host));
    }

    #[test]
    fn a_request_without_a_host_comes_from_no_browser() {
        assert_eq!(TrustedHosts::default().of(&HeaderMap::new()), Some("localhost"));
    }
}
