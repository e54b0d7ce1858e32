use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

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
