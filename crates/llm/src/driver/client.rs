//! The HTTP client: no proxy from the environment, no redirects, TLS by rustls with ring.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as SendError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::net::TcpStream;
use tower::BoxError;
use tower::timeout::Timeout;
use tower::util::BoxCloneSyncService;

use crate::ConfigError;

/// A connection on which nothing moves is asked for a sign of life this often, and given up after [`SIGNS_MISSED`].
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
const SIGNS_MISSED: u32 = 3;
/// One on which something was sent is given up when nobody has acknowledged it for so long. Without it all streams of an HTTP/2 connection
/// that a firewall forgot would hang for a quarter of an hour, and new ones would join them.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// A request that a provider says it has not looked at is sent again at once, so often.
const SENT_AGAIN: u32 = 2;

type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;

/// Sends requests, and keeps connections for the next ones. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub(crate) struct HttpClient(Client<Connector, Full<Bytes>>);

impl HttpClient {
    /// `connect` is for everything up to the end of the TLS handshake.
    pub(crate) fn new(connect: Duration) -> Result<Self, ConfigError> {
        let mut tcp = HttpConnector::new();
        // `https://` is what is around it.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared among the addresses of a name, so that one that is dead does not use it up.
        tcp.set_connect_timeout(Some(connect));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        tcp.set_keepalive(Some(SIGN_OF_LIFE));
        tcp.set_keepalive_interval(Some(SIGN_OF_LIFE));
        tcp.set_keepalive_retries(Some(SIGNS_MISSED));
        let tls = HttpsConnectorBuilder::new().with_tls_config(tls()?).https_or_http().enable_all_versions();
        let connector = Connector::new(Timeout::new(tls.wrap_connector(tcp), connect));
        let mut client = Client::builder(TokioExecutor::new());
        client.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
        Ok(Self(client.build(connector)))
    }

    /// Sends JSON, and returns as soon as the head of the answer is there.
    pub(crate) async fn post(&self, to: &Uri, mut headers: HeaderMap, body: Bytes) -> Result<Response<Incoming>, SendError> {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        let mut left = SENT_AGAIN;
        loop {
            let mut request = Request::new(Full::new(body.clone()));
            *request.method_mut() = Method::POST;
            *request.uri_mut() = to.clone();
            *request.headers_mut() = headers.clone();
            match self.0.request(request).await {
                Err(error) if left > 0 && causes(&error).any(is_not_looked_at) => left -= 1,
                outcome => return outcome,
            }
        }
    }
}

fn tls() -> Result<ClientConfig, ConfigError> {
    let builder = || {
        let provider: Arc<CryptoProvider> = ring::default_provider().into();
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(ConfigError::Client)
    };
    let trusting = match builder()?.with_platform_verifier() {
        Ok(trusting) => trusting,
        Err(error) => {
            // A machine without root certificates can still use the demo and a model on its own network.
            tracing::warn!(%error, "no root certificates: model providers behind https will not be reachable");
            builder()?.with_root_certificates(RootCertStore::empty())
        }
    };
    Ok(trusting.with_no_client_auth())
}

/// Why nothing could be sent, for people.
pub(super) fn reason(error: &SendError) -> String {
    match causes(error).find_map(certificate_error) {
        Some(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "its certificate is not one that this machine trusts".to_owned()
        }
        Some(refused) => format!("its certificate is not accepted: {refused}"),
        None if error.is_connect() => "no connection".to_owned(),
        None => "the connection broke before an answer".to_owned(),
    }
}

fn certificate_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => certificate_error(inner),
        None => match cause.downcast_ref()? {
            rustls::Error::InvalidCertificate(error) => Some(error),
            _ => None,
        },
    }
}

/// HTTP/2 says so when a connection is on its way out (RFC 9113, 8.7).
fn is_not_looked_at(cause: &(dyn Error + 'static)) -> bool {
    let Some(error) = cause.downcast_ref::<h2::Error>().filter(|error| error.is_remote()) else { return false };
    let is_leaving = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    is_leaving || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM)
}

/// All causes on one line, for the log.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}
