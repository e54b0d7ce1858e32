//! Checks a URL, sends the request to it, and follows redirects.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::Response;
use reqwest::header::{ACCEPT_ENCODING, HOST, HeaderValue, LOCATION};
use url::{Host, Url};

use crate::address::is_global;
use crate::answer::Answer;
use crate::clients::Clients;
use crate::endpoint::{check_form, parse};
use crate::error::{EgressError, Refusal, SendError};
use crate::headers::is_of_connection;
use crate::host::{HostRule, PrivateHosts};
use crate::outgoing::Outgoing;
use crate::redirect;
use crate::resolver::Resolver;

/// How a checked URL is reached.
enum Target {
    Public,
    Permitted,
    Alias(SocketAddr),
}

/// The guard: checks URLs and sends requests to those that passed.
pub struct Egress {
    private_hosts: PrivateHosts,
    aliases: BTreeMap<String, SocketAddr>,
    clients: Clients,
}

impl Egress {
    /// A guard with the operator's exceptions.
    ///
    /// # Arguments
    /// * `private_hosts`: `host` or `host:port` that may be reached although its address is private.
    /// * `aliases`: `host` or `host:port`, and the address that is connected to instead. An alias counts as permitted
    ///   by the operator.
    /// * `resolver`: resolves each name when a connection is opened.
    ///
    /// # Errors
    /// Fails for an entry of `private_hosts` that is not a host, or when an HTTP client cannot be built.
    pub fn new(
        private_hosts: &[String],
        aliases: BTreeMap<String, SocketAddr>,
        resolver: &Arc<dyn Resolver>,
    ) -> Result<Self, EgressError> {
        Ok(Self {
            private_hosts: PrivateHosts::parse(private_hosts).map_err(EgressError::PrivateHost)?,
            aliases,
            clients: Clients::new(resolver).map_err(|error| EgressError::Client(error.to_string()))?,
        })
    }

    /// Parses a URL and checks it, as far as that is possible without resolving its host.
    ///
    /// # Arguments
    /// * `allowed_domains`: the host names that may be reached. When it is empty, only the URL's own origin may be
    ///   reached.
    ///
    /// # Errors
    /// The reason why the URL is not called.
    pub fn check(&self, text: &str, allowed_domains: &[String]) -> Result<(Url, HostRule), Refusal> {
        let url = parse(text)?;
        let rule = HostRule::new(allowed_domains, &url);
        self.target(&url, &rule)?;
        Ok((url, rule))
    }

    /// The same for a URL that a model found: when `allowed_domains` is empty, every public host may be reached, also
    /// by redirects.
    ///
    /// # Errors
    /// The reason why the URL is not called.
    pub fn check_any(&self, text: &str, allowed_domains: &[String]) -> Result<(Url, HostRule), Refusal> {
        let url = parse(text)?;
        let rule = HostRule::any(allowed_domains, &url);
        self.target(&url, &rule)?;
        Ok((url, rule))
    }

    /// The same for a URL of a service that has several addresses.
    ///
    /// # Arguments
    /// * `origins`, `domains`: see [`HostRule::of`]. When both are empty, only the URL's own origin may be reached.
    ///
    /// # Errors
    /// The reason why the URL is not called.
    pub fn check_among(&self, text: &str, origins: &[Url], domains: &[String]) -> Result<(Url, HostRule), Refusal> {
        let url = parse(text)?;
        let is_alone = origins.is_empty() && domains.is_empty();
        let rule = if is_alone { HostRule::new(&[], &url) } else { HostRule::of(origins, domains) };
        self.target(&url, &rule)?;
        Ok((url, rule))
    }

    fn target(&self, url: &Url, rule: &HostRule) -> Result<Target, Refusal> {
        check_form(url)?;
        rule.check(url)?;
        if let Some(address) = self.alias(url) {
            return Ok(Target::Alias(address));
        }
        if self.private_hosts.contains(url) {
            return Ok(Target::Permitted);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(v4)) => Some(v4.into()),
            Some(Host::Ipv6(v6)) => Some(v6.into()),
            _ => None,
        };
        match literal {
            Some(address) if !is_global(address) => {
                Err(Refusal::NotPublic(url.host_str().unwrap_or_default().to_owned()))
            }
            _ => Ok(Target::Public),
        }
    }

    fn alias(&self, url: &Url) -> Option<SocketAddr> {
        let host = url.host_str()?;
        let with_port = format!("{host}:{}", url.port_or_known_default()?);
        self.aliases.get(&with_port).or_else(|| self.aliases.get(host)).copied()
    }

    /// Sends a request and follows redirects. Each hop is checked like the first one.
    ///
    /// # Arguments
    /// * `rule`: the rule that [`Egress::check`] returned.
    ///
    /// # Errors
    /// A refused hop, a header of the connection, no connection, or a lost connection.
    pub async fn send(&self, mut request: Outgoing, rule: &HostRule) -> Result<Answer, SendError> {
        check_headers(&request)?;
        for hops in 0.. {
            let target = self.target(&request.url, rule)?;
            let response = self.hop(&request, &target).await.map_err(|error| classify(&error, hops == 0))?;
            let Some(target) = redirect_target(&request.url, &response) else { return Ok(Answer::new(response)) };
            request = redirect::follow(request, response.status(), target?, hops)?;
        }
        Err(Refusal::TooManyRedirects.into())
    }

    /// Sends a request and follows no redirect: it is the answer. For messages, which another method or another address
    /// would lose.
    ///
    /// # Arguments
    /// * `rule`: the rule that [`Egress::check`] returned.
    ///
    /// # Errors
    /// A refused URL, a header of the connection, no connection, or a lost connection.
    pub async fn send_once(&self, request: &Outgoing, rule: &HostRule) -> Result<Answer, SendError> {
        check_headers(request)?;
        let target = self.target(&request.url, rule)?;
        self.hop(request, &target).await.map(Answer::new).map_err(|error| classify(&error, true))
    }

    async fn hop(&self, request: &Outgoing, target: &Target) -> Result<Response, reqwest::Error> {
        let mut url = request.url.clone();
        let mut headers = request.headers.clone();
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
        if let Target::Alias(address) = target {
            if let Some(host) = authority(&url) {
                headers.insert(HOST, host);
            }
            // Neither call fails for an http URL with a host, and other URLs do not get here.
            let _ = url.set_ip_host(address.ip());
            let _ = url.set_port(Some(address.port()));
        }
        let client = self.clients.choose(matches!(target, Target::Public), request.fresh)?;
        let mut builder = client.request(request.method.clone(), url).headers(headers);
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        builder.send().await
    }
}

/// The last gate: connections are shared by all tenants, and a request with a length of its own would take in the next
/// one.
fn check_headers(request: &Outgoing) -> Result<(), Refusal> {
    match request.headers.keys().find(|name| is_of_connection(name.as_str())) {
        Some(name) => Err(Refusal::Header(name.to_string())),
        None => Ok(()),
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
    // What could not even be built was not sent.
    let is_unsent = error.is_connect() || error.is_builder();
    if is_unsent { SendError::Connect { first_hop } } else { SendError::Lost }
}

#[cfg(test)]
mod tests;
