//! One process with all roles behind nginx with TLS: the configuration of compose.yaml, and the one that
//! docs/operating.md shows.

use std::sync::Arc;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply};
use futures::{SinkExt as _, StreamExt as _};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, StatusCode};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::proxy::{Nginx, program, replaced};

const OF_COMPOSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/nginx/platform.conf");
const MANUAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating.md");

/// An installation behind TLS.
struct Installation {
    artel: Artel,
    nginx: Nginx,
    certificate: CertificateDer<'static>,
    pem: String,
    _model: ModelServer,
    _directory: TempDir,
}

impl Installation {
    /// `written` is nginx's configuration; the address of Artel in it is `upstream`, what it listens to `listens`.
    async fn start(written: &str, upstream: &str, listens: &[&str]) -> Option<Self> {
        let program = program()?;
        let directory = tempfile::tempdir().unwrap();
        let model = ModelServer::start(|_| Reply::Text("Hello from the model.".to_owned())).await;
        let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
            .with("OPENAI_BASE_URL", model.url())
            .with("OPENAI_API_KEY", "any")
            .with("AGENT_RUNTIME__LLM_MODEL", "openai:scripted")
            .with("TRUSTED_PROXIES", "127.0.0.1")
            .start()
            .await;
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(directory.path().join("fullchain.pem"), cert.pem()).unwrap();
        std::fs::write(directory.path().join("privkey.pem"), signing_key.serialize_pem()).unwrap();
        let written = replaced(written, upstream, artel.url().strip_prefix("http://").unwrap());
        let listening = |ports: &[u16]| {
            listens
                .iter()
                .zip(ports)
                .fold(written.clone(), |written, (listen, port)| replaced(&written, listen, &at_port(listen, *port)))
        };
        let nginx = Nginx::start(&program, directory.path(), listens.len(), listening).await;
        let (certificate, pem) = (cert.der().clone(), cert.pem());
        Some(Self { artel, nginx, certificate, pem, _model: model, _directory: directory })
    }

    fn https(&self) -> String {
        format!("https://localhost:{}", self.nginx.ports[0])
    }

    /// A browser that knows the certificate and follows nothing.
    fn browser(&self) -> reqwest::Client {
        let _ = ring::default_provider().install_default();
        let certificate = Certificate::from_pem(self.pem.as_bytes()).unwrap();
        let none = reqwest::redirect::Policy::none();
        reqwest::Client::builder().no_proxy().redirect(none).add_root_certificate(certificate).build().unwrap()
    }

    async fn status(&self, path: &str) -> StatusCode {
        self.browser().get(format!("{}{path}", self.https())).send().await.unwrap().status()
    }

    /// Numbers stay inside, everything else comes out.
    async fn shows_all_but_its_numbers(&self) {
        for hidden in ["/metrics", "/api/v1/metrics", "//metrics", "/%6detrics", "/api/v1/../../metrics"] {
            assert_eq!(self.status(hidden).await, 403, "{hidden}");
        }
        for open in ["/health", "/health/db", "/docs/", "/openapi.json", "/api/v1/health", "/.well-known/jwks.json"] {
            assert_eq!(self.status(open).await, 200, "{open}");
        }
        assert_eq!(self.status("/v1/agents").await, 401);
    }

    /// A turn over the socket, and a stream of events.
    async fn carries_sockets_and_streams(&self) {
        let caller = self.artel.client().await;
        let session = self.posts(&caller, "/api/v1/sessions", &json!({})).await;
        let frame = self.turn(session["id"].as_str().unwrap(), caller.token()).await;
        assert_eq!(frame["content"], "Hello from the model.", "{frame}");
        let agent = caller.agent("openai:scripted", &[]).await;
        let stream = self.browser().post(format!("{}/v1/runs/stream", self.https())).bearer_auth(caller.token());
        let asked = json!({ "agent_id": agent, "input_message": "hello" });
        let events = stream.json(&asked).send().await.unwrap().text().await.unwrap();
        assert!(events.contains("event: result") && events.contains("Hello from the model."), "{events}");
    }

    async fn posts(&self, caller: &Client, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.https());
        let answer = self.browser().post(url).bearer_auth(caller.token()).json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// The last frame of a turn in the session.
    async fn turn(&self, session: &str, token: &str) -> Value {
        let mut request =
            format!("wss://localhost:{}/api/v1/ws/{session}", self.nginx.ports[0]).into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        let stream = TcpStream::connect(("127.0.0.1", self.nginx.ports[0])).await.unwrap();
        let stream = self.connector().connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
        let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.expect("101 through nginx");
        socket.send(Message::text(json!({ "type": "user_message", "content": "hello" }).to_string())).await.unwrap();
        loop {
            let Message::Text(text) = socket.next().await.expect("a frame").unwrap() else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == "assistant_message" && frame["is_final"] == true {
                return frame;
            }
        }
    }

    fn connector(&self) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }
}

/// `listen 443 ssl http2;` becomes `listen 127.0.0.1:<port> ssl http2;`.
fn at_port(listen: &str, port: u16) -> String {
    let (_, options) = listen.split_at("listen ".len());
    let options = options.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("listen 127.0.0.1:{port}{options}")
}

#[tokio::test]
async fn what_compose_serves_is_everything_but_the_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let written = std::fs::read_to_string(OF_COMPOSE).unwrap();
    let written = replaced(&written, "/tmp/", &format!("{}/", directory.path().display()));
    let written = replaced(&written, "/etc/nginx/tls/", "");
    let written = replaced(&written, "/var/www/acme", &directory.path().display().to_string());
    let challenge = directory.path().join(".well-known/acme-challenge");
    std::fs::create_dir_all(&challenge).unwrap();
    std::fs::write(challenge.join("token"), "proof").unwrap();
    let listens = ["listen 443 ssl http2 default_server;", "listen 80 default_server;"];
    let Some(installation) = Installation::start(&written, "api:8000", &listens).await else { return };
    installation.shows_all_but_its_numbers().await;
    installation.carries_sockets_and_streams().await;
    // pgAdmin is not there: only its own path says so.
    assert_eq!(installation.status("/postgres/").await, 502);

    let plain = format!("http://localhost:{}", installation.nginx.ports[1]);
    let ask = async |path: &str| installation.browser().get(format!("{plain}{path}")).send().await.unwrap();
    let moved = ask("/v1/agents?limit=1").await;
    assert_eq!(
        (moved.status(), &moved.headers()["location"]),
        (StatusCode::MOVED_PERMANENTLY, &"https://localhost/v1/agents?limit=1".parse().unwrap())
    );
    assert_eq!(ask("/.well-known/acme-challenge/token").await.text().await.unwrap(), "proof");
    assert_eq!(ask("/nginx-health").await.status(), 200);
}

#[tokio::test]
async fn the_recipe_of_the_manual_serves_everything_but_the_numbers() {
    let manual = std::fs::read_to_string(MANUAL).unwrap();
    let recipe = manual.split("```nginx\n").nth(1).unwrap().split("```").next().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path().display();
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|of| format!("{of}_temp_path {here}/{of};"));
    let written = format!(
        "pid {here}/nginx.pid; error_log stderr warn; events {{}}\nhttp {{ access_log off; {}\n{recipe} }}",
        places.join(" ")
    );
    let written = replaced(&written, "/etc/letsencrypt/live/artel.example.com/", "");
    let Some(installation) = Installation::start(&written, "127.0.0.1:8000", &["listen 443 ssl;"]).await else {
        return;
    };
    installation.shows_all_but_its_numbers().await;
    installation.carries_sockets_and_streams().await;
}
