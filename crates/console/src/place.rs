//! Where a browser found the console, as its request says.

use artel_http::TrustedHosts;
use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN};

/// The OAuth client that the console is.
pub const CLIENT: &str = "artel-console";
/// Where a browser comes back to after it signed in.
pub const CALLBACK: &str = "/console/sign-in/callback";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The host that was asked. Only a loopback host is spoken to without TLS.
pub(crate) struct Place {
    authority: String,
    is_loopback: bool,
}

impl Place {
    /// `None` without a `Host`, which every browser sends.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let authority = headers.get(HOST)?.to_str().ok()?.to_ascii_lowercase();
        let is_loopback = TrustedHosts::default().of(headers).is_some();
        Some(Self { authority, is_loopback })
    }

    pub(crate) fn is_secure(&self) -> bool {
        !self.is_loopback
    }

    pub(crate) fn origin(&self) -> String {
        let scheme = if self.is_loopback { "http" } else { "https" };
        format!("{scheme}://{}", self.authority)
    }

    pub(crate) fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.origin())
    }

    /// The name of a cookie here. Cookies do not tell ports apart, and several installations may be on one machine.
    pub(crate) fn cookie_name(&self, name: &str) -> String {
        if !self.is_loopback {
            return format!("__Host-{name}");
        }
        let port = self.authority.rsplit_once(':').map_or("80", |(_, port)| port);
        format!("{name}_{port}")
    }

    /// Whether a page of this very origin sent the request.
    pub(crate) fn is_own_page(&self, headers: &HeaderMap) -> bool {
        headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes() == self.origin().as_bytes())
    }
}

/// Whether the request may have been made by a page of another origin. A cookie with `SameSite=Strict` comes with
/// requests of other ports of the same host too.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}
