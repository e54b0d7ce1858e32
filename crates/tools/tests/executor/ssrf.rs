//! Nothing that a tenant writes reaches a host that is not public, counted at the listeners.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Bench, Names, Receiver, answer, failed, output, with_header};

fn corpus() -> Vec<String> {
    let corpus: Value = serde_json::from_str(include_str!("../ssrf-urls.json")).unwrap();
    corpus["urls"].as_array().unwrap().iter().map(|url| url.as_str().unwrap().to_owned()).collect()
}

/// The URL as it is, and with the listener's port spliced in where the authority ends.
fn variants(url: &str, port: u16) -> Vec<String> {
    let spliced = url.strip_suffix('/').map(|start| format!("{start}:{port}/"));
    let before_mark =
        url.split_once(['#', '@']).map(|(start, rest)| format!("{}:{port}/#{rest}", start.trim_end_matches('/')));
    [Some(url.to_owned()), spliced, before_mark].into_iter().flatten().collect()
}

#[tokio::test]
async fn no_url_of_the_corpus_connects_to_anything() {
    let v4 = Receiver::echoing().await;
    let port = v4.address.port();
    let v6 = Receiver::on(&format!("[::1]:{port}"), |_, _| async { answer(200, &json!({})) }).await;
    // Every name, allowed.com too, leads to the listeners: only what refuses the URL or its answers keeps them silent.
    let names = Names::new(&[("*", &[&["127.0.0.1", "::1"]])]);
    let urls = corpus();
    assert!(urls.len() > 40);
    for url in urls.iter().flat_map(|url| variants(url, port)) {
        for domains in [vec!["allowed.com".to_owned()], vec![]] {
            let bench = Bench::at(&url).with(|bench| {
                bench.resolver = names.clone();
                bench.config.retry_attempts = 0;
                bench.binding.allowed_domains = domains;
            });
            failed(&bench.run().await);
            assert!(bench.tools().test(bench.test_call()).await.error.is_some(), "{url:?}");
        }
        assert_eq!((v4.connections(), v6.connections()), (0, 0), "{url:?} connected");
    }
}

#[tokio::test]
async fn with_only_allowed_com_allowed_the_corpus_resolves_no_name() {
    struct Untouched;
    #[async_trait::async_trait]
    impl artel_egress::Resolver for Untouched {
        async fn resolve(&self, host: &str) -> std::io::Result<Vec<std::net::IpAddr>> {
            panic!("{host} was looked up");
        }
    }
    for url in corpus() {
        let bench = Bench::at(&url).with(|bench| {
            bench.resolver = std::sync::Arc::new(Untouched);
            bench.binding.allowed_domains = vec!["allowed.com".into()];
        });
        let done = bench.run().await;
        failed(&done);
        assert_eq!(done.attempts, 0, "{url:?} is refused before any attempt");
    }
}

#[tokio::test]
async fn the_listener_of_the_corpus_test_does_hear_what_the_operator_allows() {
    let receiver = Receiver::echoing().await;
    let port = receiver.address.port();
    for host in ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "①②⑦.⓪.⓪.①"] {
        let bench = Bench::at(&format!("http://{host}:{port}/")).allowing("127.0.0.1");
        assert_eq!(output(&bench.run().await), &json!({"got": {"text": "hello"}}), "{host}");
    }
    assert!(receiver.connections() > 0);
}

#[tokio::test]
async fn a_name_with_a_private_address_among_its_answers_is_refused() {
    let receiver = Receiver::echoing().await;
    let private: [&[&str]; 7] = [
        &["127.0.0.1"],
        &["93.184.216.34", "127.0.0.1"],
        &["127.0.0.1", "93.184.216.34"],
        &["2606:4700::1111", "::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["10.0.0.1", "169.254.169.254"],
    ];
    for addresses in private {
        let bench = Bench::at(&format!("http://evil.example:{}/", receiver.address.port()))
            .with(|bench| bench.resolver = Names::new(&[("evil.example", &[addresses])]));
        let done = bench.run().await;
        assert!(failed(&done).contains("not on the public internet"), "{addresses:?}: {done:?}");
        assert_eq!(done.attempts, 1, "a refusal is not repeated");
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_name_server_that_changes_its_mind_gains_nothing() {
    let receiver = Receiver::echoing().await;
    // A global answer for the check and a private one afterwards; the global one leads nowhere here.
    let names = Names::new(&[("rebind.example", &[&["93.184.216.34"], &["127.0.0.1"]])]);
    let bench = Bench::at(&format!("http://rebind.example:{}/", receiver.address.port())).with(|bench| {
        bench.resolver = names;
        bench.binding.timeout_ms = 300;
    });
    let tools = bench.tools();
    for _ in 0..2 {
        failed(&bench.call(&tools).await);
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_redirect_to_a_private_host_is_not_followed() {
    let secret = Receiver::echoing().await;
    let port = secret.address.port();
    for target in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("//127.0.0.1:{port}/x"),
        format!("http://inner.example:{port}/"),
        "file:///etc/passwd".into(),
        "http://u:p@127.0.0.1/".into(),
        "http://[::1".into(),
    ] {
        let to = target.clone();
        let front = Receiver::start(move |_, _| {
            let to = to.clone();
            async move { with_header(302, "location", &to) }
        })
        .await;
        let bench = Bench::to(&front, "/").with(|bench| {
            bench.resolver = Names::new(&[("inner.example", &[&["127.0.0.1"]])]);
            bench.binding.allowed_domains = vec!["127.0.0.1".into(), "inner.example".into()];
        });
        failed(&bench.run().await);
        assert_eq!((front.seen().len(), secret.connections()), (1, 0), "{target}");
    }
}

#[tokio::test]
async fn a_redirect_is_followed_only_to_an_allowed_domain() {
    let target = Receiver::start(|seen, _| async move { answer(200, &json!({"method": seen.method})) }).await;
    let to = format!("http://localhost:{}/there", target.address.port());
    let front = Receiver::start(move |_, _| {
        let to = to.clone();
        async move { with_header(302, "location", &to) }
    })
    .await;
    let bench = Bench::to(&front, "/")
        .allowing("localhost")
        .with(|bench| bench.resolver = Names::new(&[("localhost", &[&["127.0.0.1"]])]));
    assert!(failed(&bench.run().await).contains("not among the allowed domains"));
    assert_eq!(target.connections(), 0);
    let bench = bench.with(|bench| bench.binding.allowed_domains = vec!["127.0.0.1".into(), "localhost".into()]);
    assert_eq!(output(&bench.run().await), &json!({"method": "GET"}));
}

#[tokio::test]
async fn another_host_gets_neither_credentials_nor_the_tenants_headers() {
    let target = Receiver::start(|_, _| async { answer(200, &json!({})) }).await;
    let to = target.url("/there");
    let front = Receiver::start(move |_, _| {
        let to = to.clone();
        async move { with_header(302, "location", &to) }
    })
    .await;
    let bench = Bench::to(&front, "/")
        .allowing("127.0.0.1")
        .secret(artel_domain::AuthType::BearerToken, "top-secret")
        .with(|bench| {
            bench.tool.custom_headers = [("x-custom".to_owned(), "mine".to_owned())].into();
            bench.binding.allowed_domains = vec!["127.0.0.1".into()];
        });
    output(&bench.run().await);
    let (first, second) = (&front.seen()[0], &target.seen()[0]);
    assert_eq!((first.header("authorization"), first.header("x-custom")), (Some("Bearer top-secret"), Some("mine")));
    for name in ["authorization", "x-custom", "x-tenant-id", "x-user-id"] {
        assert_eq!(second.header(name), None, "{name}");
    }
    assert_eq!(second.header("x-idempotency-key"), first.header("x-idempotency-key"));
    assert!(second.body.is_empty());
}

#[tokio::test]
async fn another_origin_gets_no_body_whatever_the_binding_allows() {
    let target = Receiver::echoing().await;
    let to = target.url("/there");
    let front = Receiver::start(move |_, _| {
        let to = to.clone();
        async move { with_header(307, "location", &to) }
    })
    .await;
    let bench = Bench::to(&front, "/").allowing("127.0.0.1");
    assert!(failed(&bench.run().await).contains("would take the body of the request there"));
    let bench = bench.with(|bench| bench.binding.allowed_domains = vec!["127.0.0.1".into()]);
    assert!(failed(&bench.run().await).contains("would take the body of the request there"));
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn three_hops_are_followed_and_a_fourth_is_not() {
    for (hops, reached) in [(3, true), (4, false)] {
        let front = Receiver::start(move |seen, number| async move {
            if number < hops {
                with_header(302, "location", &format!("/hop{number}"))
            } else {
                answer(200, &json!({"method": seen.method}))
            }
        })
        .await;
        let done = Bench::to(&front, "/").run().await;
        if reached {
            assert_eq!(output(&done), &json!({"method": "GET"}));
        } else {
            assert!(failed(&done).contains("more than 3 redirects"));
        }
        assert_eq!(front.seen().len(), 4);
    }
}

#[tokio::test]
async fn an_alias_leads_the_operators_name_to_its_address_under_its_own_host_header() {
    let receiver = Receiver::echoing().await;
    let bench = Bench::at("http://tool-mock:9000/echo").with(|bench| {
        bench.host_aliases = [("tool-mock:9000".to_owned(), receiver.address)].into();
    });
    output(&bench.run().await);
    assert_eq!(receiver.seen()[0].header("host"), Some("tool-mock:9000"));
    let other_port = Bench::at("http://tool-mock:9001/echo").with(|other| {
        other.config = bench.config.clone();
        other.config.retry_attempts = 0;
        other.binding.timeout_ms = Duration::from_secs(1).as_millis() as u64;
    });
    failed(&other_port.run().await);
    assert_eq!(receiver.seen().len(), 1);
}
