use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

/// A request that the guard is to send.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The URL that [`crate::Egress::check`] returned.
    pub url: Url,
    /// The headers. `Host`, the length and whatever else belongs to the connection are the guard's: a request that
    /// brings one is refused. The guard adds `Accept-Encoding: identity` when there is none: nothing is decompressed
    /// here, and some servers compress for everybody who does not say so.
    pub headers: HeaderMap,
    /// The body; absent when there is none.
    pub body: Option<Bytes>,
    /// Use a new connection. A connection of the pool may be about to close, and then nobody knows whether the request
    /// arrived.
    pub fresh: bool,
}
