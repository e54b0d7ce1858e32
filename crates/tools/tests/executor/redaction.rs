//! A seeded secret is nowhere in what a call leaves behind.

use std::io;
use std::sync::{Arc, Mutex};

use artel_domain::AuthType;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Bench, Receiver, answer};

const CANARY: &str = "canary-5ecret/+=";

/// Answers with everything it was sent, as a debugging receiver does.
async fn mirror(status: u16) -> Receiver {
    Receiver::start(move |seen, _| async move {
        let headers: serde_json::Map<String, serde_json::Value> = seen
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
            .collect();
        answer(status, &json!({"target": seen.target, "headers": headers, "access_token": CANARY, "expires_in": 3600}))
    })
    .await
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_in_the_outcome_the_record_the_report_or_the_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let named = json!({"header": "x-secret", "value": CANARY, "name": "tok"}).to_string();
    for status in [200, 400] {
        let (receiver, tokens) = (mirror(status).await, mirror(200).await);
        let client = json!({"token_url": tokens.url("/"), "client_id": "id", "client_secret": CANARY}).to_string();
        let closed = format!("http://127.0.0.1:1/?token={CANARY}");
        for (auth_type, secret) in [
            (AuthType::ApiKey, CANARY),
            (AuthType::ApiKey, named.as_str()),
            (AuthType::BearerToken, CANARY),
            (AuthType::BasicAuth, &format!("ada:{CANARY}")),
            (AuthType::CustomHeader, &named),
            (AuthType::QueryParam, CANARY),
            (AuthType::QueryParam, &named),
            (AuthType::Oauth2, &client),
        ] {
            for endpoint in [receiver.url("/x"), closed.clone()] {
                let bench = Bench::at(&endpoint).allowing("127.0.0.1").secret(auth_type, secret).with(|bench| {
                    bench.config.retry_attempts = 0;
                    bench.tool.custom_headers = [("X-Own-Token".to_owned(), CANARY.to_owned())].into();
                });
                let tools = bench.tools();
                let done = bench.call(&tools).await;
                let report = tools.test(bench.test_call()).await;
                let left = format!(
                    "{done:?} {report:?} {} {}",
                    serde_json::to_string(&done).unwrap(),
                    serde_json::to_string(&report).unwrap()
                );
                assert_clean(&left, auth_type);
                assert!(endpoint == closed || done.request.unwrap().headers.values().any(|value| value == "***"));
            }
        }
    }
    let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(written.contains("tool call finished"));
    let ours: String = written
        .lines()
        .filter(|line| line.contains("artel_tools") || line.contains("artel_egress") || line.contains("reqwest"))
        .collect();
    assert_clean(&ours, AuthType::None);
}

fn assert_clean(text: &str, auth_type: AuthType) {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("ada:{CANARY}"));
    for form in [CANARY, "canary-5ecret", "canary%2D5ecret", &basic] {
        assert!(!text.contains(form), "{auth_type:?} left {form} in {text}");
    }
}
