//! Four processes on one database, and an nginx in front of them.

use std::path::Path;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;

use crate::proxy::{Nginx, program, replaced};

pub(crate) type Socket = WebSocketStream<TcpStream>;

const PASSWORD: &str = "Correct-Horse-1";
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/nginx/nginx.conf");

pub(crate) struct World {
    pub(crate) origin: String,
    _nginx: Nginx,
    _services: Vec<Artel>,
    _directory: TempDir,
}

impl World {
    /// `None`, with the reason printed, when the machine has no nginx; in CI that is a failure.
    pub(crate) async fn start() -> Option<Self> {
        let nginx = program()?;
        let directory = tempfile::tempdir().unwrap();
        let model = ModelServer::start(|_| Reply::Text("Hello from the model.".to_owned())).await;
        let service = |roles: &str| launch(directory.path(), roles);
        // One after the other: the first makes the tables and the first user.
        let auth = service("auth").start().await;
        let llm_proxy =
            service("llm-proxy").with("OPENAI_BASE_URL", model.url()).with("OPENAI_API_KEY", "any").start().await;
        let runtime = service("runtime,worker").with("LLM_PROXY_URL", llm_proxy.url_of("llm_proxy")).start().await;
        let gateway = service("gateway").start().await;
        let nginx = serve(&nginx, directory.path(), auth.url_of("auth"), gateway.url()).await;
        let origin = format!("http://127.0.0.1:{}", nginx.ports[0]);
        Some(Self { origin, _nginx: nginx, _services: vec![auth, llm_proxy, runtime, gateway], _directory: directory })
    }

    /// The first user, through the proxy.
    pub(crate) async fn signs_in(&self) -> Client {
        let form = [
            ("grant_type", "password"),
            ("username", "admin"),
            ("password", PASSWORD),
            ("client_id", "codelab-flutter-app"),
        ];
        let answer = Client::anonymous(&self.origin).request("POST", "/oauth/token").form(&form).send().await.unwrap();
        let body: serde_json::Value = answer.json().await.unwrap();
        Client::new(&self.origin, body["access_token"].as_str().unwrap_or_else(|| panic!("{body}")))
    }
}

/// A process in some roles, on the database and with the secrets of all.
fn launch(directory: &Path, roles: &str) -> Launch {
    let database = format!("sqlite:///{}", directory.join("artel.db").display());
    Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("DATABASE_URL", &database)
        .with("JWT_SECRET", "a secret that all services share")
        .with("API_KEY_PEPPER", "a pepper that all services share")
        .with("ARTEL_MASTER_KEY", &"07".repeat(32))
        .with("INTERNAL_API_KEY", "a-key-that-services-show-each-other")
        .with("AUTH_SERVICE__MASTER_KEY", PASSWORD)
        .with("AGENT_RUNTIME__LLM_MODEL", "openai:scripted")
        .with("TRUSTED_PROXIES", "127.0.0.1")
        .roles(roles)
}

/// The configuration of the installation, with the addresses and the directory of this test in place of its own.
async fn serve(nginx: &str, directory: &Path, auth: &str, gateway: &str) -> Nginx {
    let written = std::fs::read_to_string(CONFIGURATION).unwrap();
    let address = |url: &str| url.strip_prefix("http://").unwrap().to_owned();
    let written = replaced(&written, "auth-service:8003", &address(auth));
    let written = replaced(&written, "gateway:8000", &address(gateway));
    let written = replaced(&written, "/tmp/", &format!("{}/", directory.display()));
    let at = |ports: &[u16]| replaced(&written, "listen 80;", &format!("listen 127.0.0.1:{};", ports[0]));
    Nginx::start(nginx, directory, 1, at).await
}
