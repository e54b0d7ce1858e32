//! The guard for every URL that a tenant gave: nothing leaves the process for such a URL by another way.
//!
//! A URL is parsed once (WHATWG rules turn decimal, octal, hexadecimal, short and full-width addresses into one form),
//! checked, and sent as parsed. Literal addresses are checked here, because a resolver never sees them; names are checked
//! in the resolver of the connection itself (`resolver.rs`), so that no second answer can differ from the checked one.

mod address;
mod clients;
mod host;
mod redirect;
mod resolver;

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{HOST, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, Response};
use url::{Host, Url};

use clients::Clients;
use host::PrivateHosts;

pub use address::is_global;
pub use host::{HostRule, check_domain};
pub use redirect::MAX_REDIRECTS;
pub use resolver::{Resolver, SystemResolver};

/// Why a URL is not called. The texts go to models and users, so they hold no resolved address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this is not a URL with a host")]
    NotAUrl,
    #[error("only http and https URLs are called, not {0}")]
    Scheme(String),
    #[error("a URL with a user name or password in it is not called; use the tool's authentication")]
    UserInfo,
    #[error("port 0 cannot be called")]
    Port,
    #[error("a URL with a fragment (#) is not called")]
    Fragment,
    #[error("the host is written in a form that is not accepted (percent-encoding, backslash, control character or trailing dot)")]
    Spelling,
    #[error("the host {0} is not among the allowed domains")]
    NotAllowed(String),
    #[error("the host {0} is not on the public internet")]
    NotPublic(String),
    #[error("a redirect from https to http is not followed")]
    Downgrade,
    #[error("more than {MAX_REDIRECTS} redirects are not followed")]
    TooManyRedirects,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// No connection: when it is the first hop, the request cannot have had an effect.
    #[error("could not connect to the host")]
    Connect { first_hop: bool },
    #[error("the connection was lost before the answer was complete")]
    Lost,
}

/// The operator's part of the configuration could not be used.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    #[error("'{0}' is not a host or host:port such as tool-mock or 127.0.0.1:9000")]
    PrivateHost(String),
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}

/// A request as the caller wants it sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    /// Use a connection of its own: one from the pool may be dying, and then nobody knows whether the request arrived.
    pub fresh: bool,
}

/// How a checked URL is reached.
enum Way {
    Public,
    Permitted,
    Alias(SocketAddr),
}

/// The guard: checks URLs and sends what passed.
pub struct Egress {
    private_hosts: PrivateHosts,
    aliases: BTreeMap<String, SocketAddr>,
    clients: Clients,
}

impl Egress {
    /// `private_hosts`: hosts, or host and port, that may be private. `aliases`: `host` or `host:port` and where it is.
    pub fn new(private_hosts: &[String], aliases: BTreeMap<String, SocketAddr>, resolver: &Arc<dyn Resolver>) -> Result<Self, EgressError> {
        Ok(Self {
            private_hosts: PrivateHosts::parse(private_hosts).map_err(EgressError::PrivateHost)?,
            aliases,
            clients: Clients::new(resolver).map_err(|error| EgressError::Client(error.to_string()))?,
        })
    }

    /// Parse and check a URL as far as that goes without resolving its host.
    pub fn check(&self, text: &str, allowed_domains: &[String]) -> Result<(Url, HostRule), Refusal> {
        let url = parse(text)?;
        let rule = HostRule::new(allowed_domains, &url);
        self.way(&url, &rule)?;
        Ok((url, rule))
    }

    fn way(&self, url: &Url, rule: &HostRule) -> Result<Way, Refusal> {
        check_form(url)?;
        rule.check(url)?;
        if let Some(address) = self.alias(url) {
            return Ok(Way::Alias(address));
        }
        if self.private_hosts.contains(url) {
            return Ok(Way::Permitted);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(v4)) => Some(v4.into()),
            Some(Host::Ipv6(v6)) => Some(v6.into()),
            _ => None,
        };
        match literal {
            Some(address) if !is_global(address) => Err(Refusal::NotPublic(url.host_str().unwrap_or_default().to_owned())),
            _ => Ok(Way::Public),
        }
    }

    fn alias(&self, url: &Url) -> Option<SocketAddr> {
        let host = url.host_str()?;
        let with_port = format!("{host}:{}", url.port_or_known_default()?);
        self.aliases.get(&with_port).or_else(|| self.aliases.get(host)).copied()
    }

    /// Send, following redirects; each hop is checked like the first.
    pub async fn send(&self, mut request: Outgoing, rule: &HostRule) -> Result<Response, SendError> {
        for hops in 0.. {
            let way = self.way(&request.url, rule)?;
            let response = self.hop(&request, &way).await.map_err(|error| classify(&error, hops == 0))?;
            let Some(target) = redirect_target(&request.url, &response) else { return Ok(response) };
            request = redirect::follow(request, response.status(), target?, hops)?;
        }
        Err(Refusal::TooManyRedirects.into())
    }

    async fn hop(&self, request: &Outgoing, way: &Way) -> Result<Response, reqwest::Error> {
        let mut url = request.url.clone();
        let mut headers = request.headers.clone();
        if let Way::Alias(address) = way {
            if let Some(host) = authority(&url) {
                headers.insert(HOST, host);
            }
            // Neither fails for an http URL with a host, and nothing else comes here.
            let _ = url.set_ip_host(address.ip());
            let _ = url.set_port(Some(address.port()));
        }
        let client = self.clients.choose(matches!(way, Way::Public), request.fresh);
        let mut builder = client.request(request.method.clone(), url).headers(headers);
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        builder.send().await
    }
}

/// Is this a URL that a tool may have as its endpoint? Says nothing about where its host is: that can change.
pub fn check_endpoint(text: &str) -> Result<(), Refusal> {
    parse(text).and_then(|url| check_form(&url))
}

fn parse(text: &str) -> Result<Url, Refusal> {
    // Parsers differ most in what they forgive; an authority with any of this is never written by accident.
    let authority = text.split_once("//").map_or(text, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) || authority.contains(['%', '\\']) {
        return Err(Refusal::Spelling);
    }
    let url = Url::parse(text).map_err(|_| Refusal::NotAUrl)?;
    if url.fragment().is_some() { Err(Refusal::Fragment) } else { Ok(url) }
}

fn check_form(url: &Url) -> Result<(), Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::UserInfo);
    }
    if url.port() == Some(0) {
        return Err(Refusal::Port);
    }
    match url.host_str() {
        None | Some("") => Err(Refusal::NotAUrl),
        Some(host) if host.ends_with('.') => Err(Refusal::Spelling),
        Some(_) => Ok(()),
    }
}

fn redirect_target(from: &Url, response: &Response) -> Option<Result<Url, Refusal>> {
    if !redirect::is_redirect(response.status()) {
        return None;
    }
    let location = response.headers().get(LOCATION)?;
    Some(location.to_str().ok().and_then(|text| from.join(text).ok()).ok_or(Refusal::NotAUrl))
}

fn authority(url: &Url) -> Option<HeaderValue> {
    let host = url.host_str()?;
    let text = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    HeaderValue::from_str(&text).ok()
}

fn classify(error: &reqwest::Error, first_hop: bool) -> SendError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(refusal) = current.downcast_ref::<Refusal>() {
            return refusal.clone().into();
        }
        cause = current.source();
    }
    if error.is_connect() { SendError::Connect { first_hop } } else { SendError::Lost }
}

#[cfg(test)]
mod tests;
