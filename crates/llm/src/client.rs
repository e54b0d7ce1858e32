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

/// The interval of TCP keep-alive probes on an idle connection. [`KEEPALIVE_RETRIES`] missed probes close it.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 3;
/// The time after which a connection with unacknowledged bytes is closed. Without this limit, streams on an HTTP/2
/// connection that a firewall dropped would hang for 15 minutes, and new streams would use the same connection.
#[cfg(target_os = "linux")]
const USER_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a request is sent again at once when the provider says that it did not process it.
const MAX_RESENDS: u32 = 2;

type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;

/// An HTTP client with a connection pool. Clones are cheap and share the pool.
#[derive(Debug, Clone)]
pub(crate) struct HttpClient(Client<Connector, Full<Bytes>>);

impl HttpClient {
    /// Builds a client.
    ///
    /// # Arguments
    /// `connect`: the time for name resolution, TCP and the TLS handshake together.
    ///
    /// # Errors
    /// Fails when the TLS library cannot be configured.
    pub(crate) fn new(connect: Duration) -> Result<Self, rustls::Error> {
        let mut tcp = HttpConnector::new();
        // The TLS connector around this one handles `https://`.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // The connector divides this time among the addresses of a name.
        tcp.set_connect_timeout(Some(connect));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(USER_TIMEOUT));
        tcp.set_keepalive(Some(KEEPALIVE_INTERVAL));
        tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
        tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
        let tls = HttpsConnectorBuilder::new().with_tls_config(tls()?).https_or_http().enable_all_versions();
        let connector = Connector::new(Timeout::new(tls.wrap_connector(tcp), connect));
        let mut client = Client::builder(TokioExecutor::new());
        client.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
        Ok(Self(client.build(connector)))
    }

    /// Sends a JSON body with POST. Returns when the head of the response has arrived.
    pub(crate) async fn post(
        &self,
        to: &Uri,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response<Incoming>, SendError> {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        let mut left = MAX_RESENDS;
        loop {
            let mut request = Request::new(Full::new(body.clone()));
            *request.method_mut() = Method::POST;
            *request.uri_mut() = to.clone();
            *request.headers_mut() = headers.clone();
            match self.0.request(request).await {
                Err(error) if left > 0 && causes(&error).any(is_unprocessed) => left -= 1,
                outcome => return outcome,
            }
        }
    }
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let builder = || {
        let provider: Arc<CryptoProvider> = ring::default_provider().into();
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
    };
    let trusting = match builder()?.with_platform_verifier() {
        Ok(trusting) => trusting,
        Err(error) => {
            // The demo models and models on the local network work without root certificates.
            tracing::warn!(%error, "no root certificates: model providers behind https will not be reachable");
            builder()?.with_root_certificates(RootCertStore::empty())
        }
    };
    Ok(trusting.with_no_client_auth())
}

/// The reason why a request could not be sent, as a text for people.
pub(crate) fn reason(error: &SendError) -> String {
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

/// Whether an HTTP/2 error says that the request was not processed (RFC 9113, 8.7).
fn is_unprocessed(cause: &(dyn Error + 'static)) -> bool {
    let Some(error) = cause.downcast_ref::<h2::Error>().filter(|error| error.is_remote()) else { return false };
    let is_leaving = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    is_leaving || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM)
}

/// The error and all its causes on one line, for the log.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}
