//! Providers behind https.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::sync::Arc;

use artel_testkit::{ModelServer, Reply};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Artel, Client, Database, KEY, Launch, Value, hello, json};

/// What stands before a model and speaks TLS with a certificate of an authority of its own.
struct Door {
    url: String,
    /// Its authority's certificate, in PEM.
    authority: String,
    _server: JoinSet<()>,
}

impl Door {
    async fn to(model: &ModelServer) -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let certificate = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
        let behind = model.url().trim_start_matches("http://").split('/').next().unwrap().to_owned();
        let mut server = JoinSet::new();
        server.spawn(pass_on(listener, TlsAcceptor::from(Arc::new(config)), behind));
        Self { url, authority: certificate.pem(), _server: server }
    }
}

async fn pass_on(listener: TcpListener, tls: TlsAcceptor, model: String) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, model) = (tls.clone(), model.clone());
        connections.spawn(async move {
            let mut inside = tls.accept(stream).await.ok()?;
            copy_bidirectional(&mut inside, &mut TcpStream::connect(model).await.ok()?).await.ok()
        });
    }
}

/// Asks a model behind a door; its authority is trusted or not.
async fn asked(is_trusted: bool) -> (u16, Value) {
    let model = ModelServer::start(|_| Reply::Text("It is safe here.".to_owned())).await;
    let door = Door::to(&model).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("authorities.pem");
    let nobody = Door::to(&model).await;
    std::fs::write(&file, if is_trusted { &door.authority } else { &nobody.authority }).unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("INTERNAL_API_KEY", KEY).with("LLM_RETRIES", "0");
    let artel: Artel = launch.with("OPENAI_BASE_URL", &door.url).with("SSL_CERT_FILE", file.to_str().unwrap()).start().await;
    let mut question = hello(false);
    question["model"] = json!("openai:scripted");
    Client::new(artel.url_of("llm_proxy"), KEY).post("/v1/chat/completions", &question).await
}

#[tokio::test]
async fn a_provider_behind_https_is_asked() {
    let (status, answer) = asked(true).await;
    assert_eq!((status, &answer["choices"][0]["message"]["content"]), (200, &json!("It is safe here.")), "{answer}");
}

#[tokio::test]
async fn a_provider_whose_certificate_nobody_vouches_for_is_not_asked_and_the_error_says_so() {
    let (status, answer) = asked(false).await;
    let told = answer["error"]["message"].as_str().unwrap();
    assert_eq!(status, 502, "{answer}");
    assert!(told.contains("certificate"), "{told}");
}
