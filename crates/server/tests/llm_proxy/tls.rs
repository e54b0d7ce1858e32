//! Providers behind https.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::sync::Arc;

use artel_testkit::{ModelServer, Reply};
use h2::Reason;
use http::Response;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Artel, Client, Database, KEY, Launch, Value, hello, json};

const SAFE: &str = "It is safe here.";

/// Who vouches for certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, in PEM.
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What a server of this name shows, and the protocol that it speaks then.
    fn tls(&self, name: &str, protocol: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A provider that speaks TLS, under the name `localhost`.
struct Provider {
    url: String,
    _server: JoinSet<()>,
}

impl Provider {
    async fn of<F: Future<Output = Option<()>> + Send + 'static>(
        serve: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream));
            }
        });
        Self { url, _server: server }
    }

    /// Passes what is inside on to a model that knows nothing of TLS.
    async fn before(model: &ModelServer, tls: TlsAcceptor) -> Self {
        let model = model.url().trim_start_matches("http://").split('/').next().unwrap().to_owned();
        Self::of(move |stream| {
            let (tls, model) = (tls.clone(), model.clone());
            async move {
                let mut inside = tls.accept(stream).await.ok()?;
                copy_bidirectional(&mut inside, &mut TcpStream::connect(model).await.ok()?).await.ok().map(drop)
            }
        })
        .await
    }

    /// Speaks HTTP/2, and looks at no request before the second of a connection.
    async fn that_is_busy_once(tls: TlsAcceptor) -> Self {
        Self::of(move |stream| {
            let tls = tls.clone();
            async move {
                let mut connection = h2::server::handshake(tls.accept(stream).await.ok()?).await.ok()?;
                let (_, mut first) = connection.accept().await?.ok()?;
                first.send_reset(Reason::REFUSED_STREAM);
                while let Some(Ok((_, mut answer))) = connection.accept().await {
                    let choice = json!({ "index": 0, "message": { "role": "assistant", "content": SAFE }, "finish_reason": "stop" });
                    let head = Response::builder().header("content-type", "application/json").body(()).ok()?;
                    let mut body = answer.send_response(head, false).ok()?;
                    body.send_data(json!({ "choices": [choice] }).to_string().into(), true).ok()?;
                }
                Some(())
            }
        })
        .await
    }
}

/// Asks a provider, trusting an authority.
async fn asked(provider: &Provider, trusted: &Authority) -> (u16, Value) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("authorities.pem");
    std::fs::write(&file, &trusted.pem).unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("INTERNAL_API_KEY", KEY)
        .with("LLM_RETRIES", "0");
    let artel: Artel =
        launch.with("OPENAI_BASE_URL", &provider.url).with("SSL_CERT_FILE", file.to_str().unwrap()).start().await;
    let mut question = hello(false);
    question["model"] = json!("openai:scripted");
    Client::new(artel.url_of("llm_proxy"), KEY).post("/v1/chat/completions", &question).await
}

async fn model() -> ModelServer {
    ModelServer::start(|_| Reply::Text(SAFE.to_owned())).await
}

#[tokio::test]
async fn a_provider_behind_https_is_asked() {
    let (model, authority) = (model().await, Authority::new("ours"));
    let provider = Provider::before(&model, authority.tls("localhost", "http/1.1")).await;
    let (status, answer) = asked(&provider, &authority).await;
    assert_eq!((status, &answer["choices"][0]["message"]["content"]), (200, &json!(SAFE)), "{answer}");
}

#[tokio::test]
async fn what_http2_says_was_not_looked_at_is_sent_again() {
    let authority = Authority::new("ours");
    let provider = Provider::that_is_busy_once(authority.tls("localhost", "h2")).await;
    let (status, answer) = asked(&provider, &authority).await;
    assert_eq!((status, &answer["choices"][0]["message"]["content"]), (200, &json!(SAFE)), "{answer}");
}

#[tokio::test]
async fn a_provider_whose_certificate_is_not_good_is_not_asked_and_the_error_says_why() {
    let (model, authority) = (model().await, Authority::new("ours"));
    let stranger = Provider::before(&model, Authority::new("theirs").tls("localhost", "http/1.1")).await;
    let misnamed = Provider::before(&model, authority.tls("elsewhere.example", "http/1.1")).await;
    for (provider, why) in [(stranger, "trusts"), (misnamed, "elsewhere.example")] {
        let (status, answer) = asked(&provider, &authority).await;
        let told = answer["error"]["message"].as_str().unwrap();
        assert_eq!(status, 502, "{answer}");
        assert!(told.contains("its certificate is not") && told.contains(why), "{told}");
    }
}
