use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::routing::get;
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
            .route("/endless", get(move || async move { words(LONG) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let mut done = JoinSet::new();
        done.spawn(serve(listener, routes, stop.clone(), patience));
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

/// Everything until the server closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    timeout(LONG, stream.read_to_end(&mut text)).await.expect("it is closed").unwrap();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_handler_knows_who_is_on_the_other_side() {
    let served = Served::start(Patience::default()).await;
    let stream = served.say("GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let own = stream.local_addr().unwrap().to_string();
    assert!(rest(stream).await.ends_with(&own));
}

#[tokio::test]
async fn a_connection_that_does_not_say_what_it_wants_is_closed() {
    let served = Served::start(Patience { head: SHORT, ..Patience::default() }).await;
    for beginning in ["", "GET /peer HTTP/1.1\r\nhost:"] {
        let stream = served.say(beginning).await;
        assert!(!rest(stream).await.contains("200 OK"), "{beginning:?}");
    }
    let answered_once = served.say("GET /peer HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(rest(answered_once).await.matches("200 OK").count(), 1);
}

#[tokio::test]
async fn a_connection_that_is_answered_may_take_longer_than_its_question() {
    let served = Served::start(Patience { head: SHORT / 2, ..Patience::default() }).await;
    let stream = served.say("GET /words HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(stream).await.contains("two"));
}

#[tokio::test]
async fn silent_connections_are_closed_at_once_when_the_server_stops() {
    let served = Served::start(Patience { head: LONG, drain: LONG }).await;
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
