//! A running Artel, and requests to it as programs send them.

use artel_testkit::{Artel, Database, Launch};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

pub(crate) const PASSWORD: &str = "Correct-Horse-7";
pub(crate) const IDE: &str = "codelab-flutter-app";
/// The secret of `codelab-internal` where `ENVIRONMENT` is dev.
pub(crate) const INTERNAL_SECRET: &str = "internal-secret-123";

/// In development, with the password of `admin` known and no limit on how often they sign in.
pub(crate) fn launch(database: Database) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .with("AUTH_SERVICE__MASTER_KEY", PASSWORD)
        .with("AUTH_SERVICE__RATE_LIMIT_PER_USERNAME", "100000")
        // All tests share a Redis, and they are of one name and one address: each counts for itself.
        .with("REDIS_URL", "")
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, `error` and `error_description`.
    pub(crate) fn refusal(&self) -> (u16, &str, &str) {
        let text = |name: &str| self.json[name].as_str().unwrap_or_default();
        (self.status, text("error"), text("error_description"))
    }

    pub(crate) fn text_of(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name} in {} {}", self.status, self.text)).to_owned()
    }
}

/// A program that follows no redirect.
pub(crate) fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let policy = reqwest::redirect::Policy::none();
    let builder = reqwest::Client::builder().no_proxy().redirect(policy).timeout(std::time::Duration::from_mins(1));
    builder.build().unwrap()
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    Answer { status, headers, json: serde_json::from_str(&text).unwrap_or_default(), text }
}

pub(crate) async fn post(url: &str, fields: &[(&str, &str)]) -> Answer {
    send(http().post(url).form(fields)).await
}

pub(crate) async fn token(artel: &Artel, fields: &[(&str, &str)]) -> Answer {
    post(&format!("{}/oauth/token", artel.url_of("auth")), fields).await
}

pub(crate) async fn login(artel: &Artel, username: &str, password: &str) -> Answer {
    token(artel, &[("grant_type", "password"), ("username", username), ("password", password), ("client_id", IDE)])
        .await
}

pub(crate) async fn refresh(artel: &Artel, refresh_token: &str) -> Answer {
    token(artel, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("client_id", IDE)]).await
}

/// An access token of `admin`.
pub(crate) async fn admin(artel: &Artel) -> String {
    login(artel, "admin", PASSWORD).await.text_of("access_token")
}

pub(crate) async fn get(url: &str, bearer: &str) -> Answer {
    send(http().get(url).bearer_auth(bearer)).await
}

/// Header and claims of a JWT, unverified.
pub(crate) fn read(jwt: &str) -> (Value, Value) {
    let part =
        |n: usize| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(n).unwrap()).unwrap()).unwrap();
    (part(0), part(1))
}

/// Runs a command that must succeed; the first line of what it says.
pub(crate) async fn run(artel: &Artel, args: &[&str]) -> String {
    let (text, is_good) = artel.command(args).await;
    assert!(is_good, "artel {args:?}");
    text.lines().next().unwrap_or_default().trim().to_owned()
}
