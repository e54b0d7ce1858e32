use artel_domain::FinishReason;
use artel_llm::{Config, ProxyEndpoint, Request, Trace};

use crate::upstream::{Upstream, response};
use crate::world::{World, config, ok, status, without_receiver};

/// A process whose calls go through a proxy.
fn behind(proxy: &Upstream) -> World {
    let endpoint =
        ProxyEndpoint { url: format!("http://{}/", proxy.address), internal_key: Some("canary-key".to_owned().into()) };
    World::of(Config { proxy: Some(endpoint), retries: 2, ..config(proxy, proxy) })
}

#[tokio::test]
async fn calls_go_to_the_proxy_with_the_full_name_the_tenant_and_the_trace() {
    let mut proxy = Upstream::answering(vec![ok()]).await;
    let world = behind(&proxy);
    for (asked, full) in
        [("gpt-4o", "openai:gpt-4o"), ("custom:elsewhere:m", "custom:elsewhere:m"), ("fast", "route:fast")]
    {
        let trace = Trace::of_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        let request = Request { trace, ..world.request(asked) };
        let served = world.models.stream(request, without_receiver()).await.unwrap();
        assert_eq!((served.answer.text.as_str(), served.answer.finish), ("Hello", FinishReason::Stop));
        let seen = proxy.request().await;
        assert!(seen.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{seen}");
        assert!(seen.contains(&format!(r#""model":"{full}""#)), "{seen}");
        for header in [
            "x-internal-auth: canary-key",
            "x-artel-tenant: acme",
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert!(seen.contains(&format!("\r\n{header}\r\n")), "{seen}");
        }
    }
    assert!(world.records().is_empty(), "the proxy keeps the account");
}

#[tokio::test]
async fn the_demo_needs_no_proxy() {
    let mut proxy = Upstream::answering(vec![ok()]).await;
    let world = behind(&proxy);
    assert!(world.ask("demo:echo").await.1.is_ok());
    assert_eq!((proxy.request_count(), world.records().len()), (0, 1));
    assert!(world.models.check("demo:loud").is_err());
}

#[tokio::test]
async fn an_error_from_the_proxy_is_not_retried() {
    let mut proxy = Upstream::answering(vec![status(503)]).await;
    assert_eq!(behind(&proxy).ask("gpt-4o").await.1.unwrap_err().code(), "model_unavailable");
    assert_eq!(proxy.request_count(), 1);
    let mut gone = Upstream::answering(vec![Vec::new(), ok()]).await;
    assert!(behind(&gone).ask("gpt-4o").await.1.is_ok());
    assert_eq!(gone.request_count(), 2, "a proxy that starts anew is asked again");
    let limited =
        Upstream::answering(vec![vec![response(429, "retry-after: 7\r\n", r#"{"error":{"message":"slow down"}}"#)]])
            .await;
    let error = behind(&limited).ask("gpt-4o").await.1.unwrap_err();
    assert_eq!((error.code(), error.retry_after().unwrap().as_secs()), ("model_rate_limited", 7));
}
