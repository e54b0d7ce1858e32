//! Many idle connections beside requests, through the real binary.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::time::{Duration, Instant};

use artel_testkit::{Artel, Database, Launch};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const PLACES: usize = 200;

async fn start() -> Artel {
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite);
    launch.with("MAX_CONNECTIONS", &PLACES.to_string()).start().await
}

/// Connections that send the beginning of a request and then nothing.
async fn half_sent(url: &str, count: usize) -> Vec<TcpStream> {
    let address = url.trim_start_matches("http://");
    let mut open = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nx-long: ").await.unwrap();
        open.push(stream);
    }
    open
}

#[tokio::test]
async fn half_sent_requests_at_every_port_keep_nobody_from_working() {
    let artel = start().await;
    let client = artel.client().await;
    let agent = client.agent("demo:echo", &[]).await;
    let mut idle = Vec::new();
    for role in ["public", "runtime", "llm_proxy", "auth"] {
        idle.extend(half_sent(artel.url_of(role), PLACES * 2).await);
    }
    let began = Instant::now();
    for n in 0..20 {
        assert_eq!(client.get("/health").await.0, 200, "request {n}");
        let (status, run) = client.post("/runs", &json!({ "agent_id": agent, "input_message": "hello" })).await;
        assert_eq!((status, &run["status"]), (201, &json!("succeeded")), "{run:#}");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(artel.log().contains("limits of open files and connections"), "the start says what the limits are");
}
