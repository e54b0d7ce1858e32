use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures::StreamExt as _;
use futures::stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::*;

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(30);

/// A server of a few routes.
struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    done: JoinSet<bool>,
}

impl Served {
    async fn start(patience: Patience) -> Self {
        Self::start_with(patience, ConnectionLimits::default()).await
    }

    #[expect(clippy::disallowed_methods, reason = "these callers have no standing to lose")]
    async fn start_with(patience: Patience, limits: ConnectionLimits) -> Self {
        let words = |pause| {
            let words = stream::iter(["one ", "two"]).then(move |word| async move {
                sleep(pause).await;
                Ok::<_, std::io::Error>(Bytes::from(word))
            });
            Body::from_stream(words)
        };
        let routes = Router::new()
            .route("/peer", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }))
            .route("/words", get(move || async move { words(SHORT) }))
            .route("/endless", get(move || async move { words(LONG) }))
            .route("/v1/health", get(|| async { "well" }))
            .route("/slow", get(async || said_later("slow".to_owned()).await).post(said_later))
            .route("/costly", get(costly))
            .route("/refused", post(|| async { StatusCode::UNAUTHORIZED }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let mut done = JoinSet::new();
        done.spawn(serve(listener, routes, stop.clone(), patience, Connections::new(limits)));
        Self { address, stop, done }
    }

    async fn say(&self, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream
    }

    async fn stopped(mut self) -> bool {
        self.stop.cancel();
        timeout(LONG, self.done.join_next()).await.expect("it ends").expect("the server").unwrap()
    }
}

async fn said_later(body: String) -> String {
    sleep(SHORT).await;
    body
}

async fn costly(Extension(ends): Extension<EndsWithClient>) -> &'static str {
    ends.set();
    sleep(LONG).await;
    "paid for nobody"
}

/// Everything until the server closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    timeout(LONG, stream.read_to_end(&mut text)).await.expect("it is closed").unwrap();
    String::from_utf8(text).unwrap()
}

/// A request for `/peer`.
fn peer(headers: &str) -> String {
    format!("GET /peer HTTP/1.1\r\nhost: x\r\n{headers}\r\n")
}

/// The next answer, or its beginning.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 1024];
    let read = timeout(LONG, stream.read(&mut bytes)).await.expect("it is answered").unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

#[tokio::test]
async fn a_handler_knows_who_is_on_the_other_side() {
    let served = Served::start(Patience::default()).await;
    let stream = served.say("GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let own = stream.local_addr().unwrap().to_string();
    assert!(rest(stream).await.ends_with(&own));
}

#[tokio::test]
async fn long_heads_and_large_bodies_are_read_and_a_head_without_end_is_not() {
    let served = Served::start(Patience::default()).await;
    let padded = |bytes: usize| peer(&format!("connection: close\r\nx-long: {}\r\n", "a".repeat(bytes)));
    assert!(rest(served.say(&padded(LONGEST_HEAD - 1024)).await).await.contains("200 OK"));
    // What is read at once may go beyond the limit, and who still writes may lose the answer.
    let refused = rest(served.say(&padded(LONGEST_HEAD * 4)).await).await;
    assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 431 "), "{refused}");
    let body = "b".repeat(1024 * 1024);
    let head = format!("POST /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    assert!(rest(served.say(&(head + &body)).await).await.ends_with(&body));
}

#[tokio::test]
async fn a_connection_that_does_not_say_what_it_wants_is_closed() {
    let served = Served::start(Patience { head: SHORT, ..Patience::default() }).await;
    for beginning in ["", "GET /peer HTTP/1.1\r\nhost:"] {
        let stream = served.say(beginning).await;
        assert!(!rest(stream).await.contains("200 OK"), "{beginning:?}");
    }
}

#[tokio::test]
async fn a_connection_between_two_requests_may_be_silent_for_longer_than_a_head_may_take() {
    let served = Served::start(Patience { head: SHORT, idle: SHORT * 6, ..Patience::default() }).await;
    let mut stream = served.say(&peer("")).await;
    assert!(answer(&mut stream).await.contains("200 OK"));
    sleep(SHORT * 3).await;
    stream.write_all(peer("").as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.contains("200 OK"), "it was kept");
    let since = std::time::Instant::now();
    assert_eq!(rest(stream).await, "", "and is closed in the end");
    assert!(since.elapsed() >= SHORT * 5, "{:?}", since.elapsed());
}

#[tokio::test]
async fn a_head_that_is_begun_after_an_answer_must_come_to_its_end_as_soon_as_a_first_one() {
    let served = Served::start(Patience { head: SHORT, idle: LONG, ..Patience::default() }).await;
    let mut stream = served.say(&peer("")).await;
    assert!(answer(&mut stream).await.contains("200 OK"));
    stream.write_all(b"GET /peer HTT").await.unwrap();
    assert_eq!(rest(stream).await, "");
}

#[tokio::test]
async fn half_sent_requests_give_way_to_whole_ones() {
    let limits = ConnectionLimits { in_all: 40, per_address: 40, for_health: 2 };
    let served = Served::start_with(Patience { head: LONG, ..Patience::default() }, limits).await;
    let mut half_sent = Vec::new();
    for _ in 0..120 {
        half_sent.push(served.say("GET /peer HTTP/1.1\r\nhost:").await);
    }
    for _ in 0..50 {
        let whole = served.say(&peer("connection: close\r\n")).await;
        assert!(rest(whole).await.contains("200 OK"));
    }
}

#[tokio::test]
async fn bodies_that_bring_nothing_give_way_to_whole_requests() {
    let limits = ConnectionLimits { in_all: 40, per_address: 40, for_health: 2 };
    let served = Served::start_with(Patience::default(), limits).await;
    let mut half_sent = Vec::new();
    for _ in 0..40 {
        half_sent.push(served.say("POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\nb").await);
    }
    sleep(Duration::from_millis(1500)).await;
    for _ in 0..30 {
        let whole = served.say(&peer("connection: close\r\n")).await;
        assert!(rest(whole).await.contains("200 OK"));
    }
}

#[tokio::test]
async fn a_body_that_keeps_coming_keeps_its_place() {
    let limits = ConnectionLimits { in_all: 2, per_address: 2, for_health: 0 };
    let served = Served::start_with(Patience::default(), limits).await;
    let mut slow = served.say("POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 21\r\n\r\nb").await;
    let silent = served.say("POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 21\r\n\r\nb").await;
    for _ in 0..15 {
        slow.write_all(b"b").await.unwrap();
        sleep(Duration::from_millis(100)).await;
    }
    let whole = served.say(&peer("connection: close\r\n")).await;
    assert!(rest(whole).await.contains("200 OK"), "the silent one gave way");
    slow.write_all(b"bbbbb").await.unwrap();
    assert!(answer(&mut slow).await.contains("bbbbbbbbbbbbbbbbbbbbb"));
    drop(silent);
}

#[tokio::test]
async fn hosts_of_one_ipv6_network_share_their_places() {
    let connections = Connections::new(ConnectionLimits { in_all: 10, per_address: 2, for_health: 0 });
    let opens = |ip: &str| match connections.admit(ip.parse().unwrap()) {
        Admission::Open(place) => {
            place.enter(connections::Stage::Busy);
            Some(place)
        }
        Admission::HealthOnly(_) | Admission::Refused => None,
    };
    let places = [opens("2001:db8::1"), opens("2001:db8::2")];
    assert!(places.iter().all(Option::is_some));
    assert!(opens("2001:db8::ffff:3").is_none());
    assert!(opens("2001:db8:0:1::1").is_some());
    let [v4, mapped] = [opens("1.2.3.4"), opens("::ffff:1.2.3.4")];
    assert!(v4.is_some() && mapped.is_some() && opens("1.2.3.4").is_none());
    drop(places);
    assert!(opens("2001:db8::ffff:3").is_some(), "their places are free again");
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let limits = ConnectionLimits { in_all: 40, per_address: 10, for_health: 2 };
    let served = Served::start_with(Patience::default(), limits).await;
    let mut streams = Vec::new();
    for _ in 0..10 {
        let mut stream = served.say("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(answer(&mut stream).await.contains("200 OK"));
        streams.push(stream);
    }
    assert!(rest(served.say("").await).await.contains("503"), "all ten are being answered");
    streams.pop();
    sleep(SHORT).await;
    assert!(rest(served.say(&peer("connection: close\r\n")).await).await.contains("200 OK"));
}

#[tokio::test]
async fn health_is_answered_when_all_places_are_taken() {
    let limits = ConnectionLimits { in_all: 5, per_address: 100, for_health: 2 };
    let served = Served::start_with(Patience::default(), limits).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = served.say("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(answer(&mut stream).await.contains("200 OK"));
        streams.push(stream);
    }
    let health = rest(served.say("GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await).await;
    assert!(health.ends_with("well"), "{health}");
    let other = rest(served.say(&peer("")).await).await;
    assert!(
        other.contains("503") && other.contains("too_many_connections") && other.contains("retry-after"),
        "{other}"
    );
}

#[tokio::test]
async fn a_small_body_that_nobody_reads_does_not_end_the_connection() {
    let served = Served::start(Patience::default()).await;
    for (round, bytes) in [0, 1, 4_000, 100_000, 250_000].into_iter().cycle().take(60).enumerate() {
        let head = format!("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n");
        let mut stream = served.say(&head).await;
        if round % 2 == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        stream.write_all(&vec![b'x'; bytes]).await.unwrap();
        let first = answer(&mut stream).await;
        assert!(first.contains("401") && !first.contains("connection: close"), "{first}");
        stream.write_all(peer("").as_bytes()).await.unwrap();
        assert!(answer(&mut stream).await.contains("200 OK"), "round {round}, {bytes} bytes");
    }
}

#[tokio::test]
async fn the_answer_to_a_large_body_that_nobody_reads_arrives_whole_and_says_that_the_connection_ends() {
    let served = Served::start(Patience::default()).await;
    for _ in 0..20 {
        let bytes = 3_000_000;
        let head = format!("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n");
        let mut stream = served.say(&head).await;
        stream.write_all(&vec![b'x'; bytes]).await.unwrap();
        let whole = rest(stream).await;
        assert!(whole.contains("401") && whole.contains("connection: close"), "{whole}");
    }
}

#[tokio::test]
async fn a_client_that_asks_before_it_sends_a_body_is_not_asked_for_one_that_nobody_reads() {
    let served = Served::start(Patience::default()).await;
    let stream =
        served.say("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n").await;
    let whole = rest(stream).await;
    assert!(whole.starts_with("HTTP/1.1 401") && whole.contains("connection: close"), "{whole}");
}

#[tokio::test]
async fn a_connection_that_is_answered_may_take_longer_than_its_question() {
    let served = Served::start(Patience { head: SHORT / 2, ..Patience::default() }).await;
    let stream = served.say("GET /words HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(stream).await.contains("two"));
}

#[tokio::test]
async fn a_client_that_closes_its_side_after_its_request_gets_the_answer() {
    let served = Served::start(Patience::default()).await;
    for (request, answer) in [
        ("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n", "slow"),
        ("POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody", "body"),
        ("POST /slow HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", "body"),
        ("GET /v1/health HTTP/1.0\r\n\r\n", "well"),
    ] {
        let mut stream = served.say(request).await;
        stream.shutdown().await.unwrap();
        let whole = rest(stream).await;
        assert!(whole.contains(" 200 OK\r\n") && whole.ends_with(answer), "{request:?}: {whole:?}");
    }
    let mut again = served.say("GET /peer HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(self::answer(&mut again).await.starts_with("HTTP/1.1 200"));
    again.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    again.shutdown().await.unwrap();
    assert!(rest(again).await.ends_with("slow"), "also after another request");
}

#[tokio::test]
async fn a_request_that_ends_with_its_client_ends_when_the_client_closes_its_side() {
    let served = Served::start(Patience::default()).await;
    let mut stream = served.say("GET /costly HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(SHORT).await;
    stream.shutdown().await.unwrap();
    assert_eq!(timeout(LONG / 4, rest(stream)).await.expect("at once"), "");
    let mut half = served.say("POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nbody").await;
    half.shutdown().await.unwrap();
    assert!(!timeout(LONG / 4, rest(half)).await.expect("at once").contains("200 OK"), "half a request is none");
}

#[tokio::test]
async fn silent_connections_are_closed_at_once_when_the_server_stops() {
    let served = Served::start(Patience { drain: LONG, ..Patience::default() }).await;
    let silent = served.say("").await;
    let mut used = served.say("GET /peer HTTP/1.1\r\nhost: x\r\n\r\n").await;
    used.readable().await.unwrap();
    assert_ne!(used.read(&mut [0; 1024]).await.unwrap(), 0);
    assert!(timeout(LONG / 2, served.stopped()).await.expect("nobody is waited for"));
    assert_eq!(rest(used).await, "");
    drop(silent);
}

#[tokio::test]
async fn an_answer_under_way_is_finished_when_the_server_stops() {
    let served = Served::start(Patience::default()).await;
    let mut stream = served.say("GET /words HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_ne!(stream.read(&mut [0; 16]).await.unwrap(), 0);
    let (whole, text) = tokio::join!(served.stopped(), rest(stream));
    assert!(whole && text.contains("two"), "{text:?}");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_when_the_server_stops() {
    let served = Served::start(Patience { drain: SHORT, ..Patience::default() }).await;
    let mut stream = served.say("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_ne!(stream.read(&mut [0; 16]).await.unwrap(), 0);
    assert!(!served.stopped().await);
    assert!(!rest(stream).await.contains("one"));
}
