//! Four processes on one database, and an nginx in front of them.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio_tungstenite::WebSocketStream;

pub(crate) type Socket = WebSocketStream<TcpStream>;

const PASSWORD: &str = "Correct-Horse-1";
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/nginx/nginx.conf");

pub(crate) struct World {
    pub(crate) origin: String,
    _nginx: Child,
    _services: Vec<Artel>,
    _directory: TempDir,
}

impl World {
    /// `None`, with the reason printed, when the machine has no nginx; in CI that is a failure.
    pub(crate) async fn start() -> Option<Self> {
        let Ok(nginx) = std::env::var("ARTEL_TEST_NGINX") else {
            assert!(std::env::var_os("CI").is_none(), "ARTEL_TEST_NGINX is not set; ./scripts/test sets it");
            println!("skipped: ARTEL_TEST_NGINX is not set; ./scripts/test installs nginx and sets it");
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        let model = ModelServer::start(|_| Reply::Text("Hello from the model.".to_owned())).await;
        let service = |roles: &str| launch(directory.path(), roles);
        // One after the other: the first makes the tables and the first user.
        let auth = service("auth").start().await;
        let llm_proxy =
            service("llm-proxy").with("OPENAI_BASE_URL", model.url()).with("OPENAI_API_KEY", "any").start().await;
        let runtime = service("runtime,worker").with("LLM_PROXY_URL", llm_proxy.url_of("llm_proxy")).start().await;
        let gateway = service("gateway").start().await;
        let (nginx, origin) = serve(&nginx, directory.path(), auth.url_of("auth"), gateway.url()).await;
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
async fn serve(nginx: &str, directory: &Path, auth: &str, gateway: &str) -> (Child, String) {
    let written = std::fs::read_to_string(CONFIGURATION).unwrap();
    let address = |url: &str| url.strip_prefix("http://").unwrap().to_owned();
    let written = replaced(&written, "auth-service:8003", &address(auth));
    let written = replaced(&written, "gateway:8000", &address(gateway));
    let written = replaced(&written, "/tmp/", &format!("{}/", directory.display()));
    for _ in 0..5 {
        // Free now, and perhaps somebody else's a moment later: then there is another try.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let file = directory.join("nginx.conf");
        std::fs::write(&file, replaced(&written, "listen 80;", &format!("listen 127.0.0.1:{port};"))).unwrap();
        let mut command = Command::new(nginx);
        // One process: it is gone with the test however that ends.
        command
            .arg("-p")
            .arg(directory)
            .arg("-c")
            .arg(&file)
            .args(["-g", "daemon off; master_process off;"])
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("nginx starts");
        if is_up(port, &mut child).await {
            return (child, format!("http://127.0.0.1:{port}"));
        }
    }
    panic!("nginx did not start");
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "deploy/nginx/nginx.conf has no {from:?}");
    text.replace(from, to)
}

async fn is_up(port: u16, child: &mut Child) -> bool {
    for _ in 0..500 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}
