use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The time limit of every frame in every test.
const FRAME_TIMEOUT: Duration = Duration::from_secs(30);

/// A WebSocket client that knows only the protocol.
#[derive(Debug)]
pub struct Socket {
    inner: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The subprotocol that the server chose.
    protocol: Option<String>,
}

impl Socket {
    /// Opens a socket. `base` is [`crate::Artel::url`].
    ///
    /// # Errors
    /// The status and body of a refusal before the upgrade.
    pub async fn open(base: &str, path: &str, headers: &[(&str, &str)]) -> Result<Self, (u16, Value)> {
        let url = format!("{}{path}", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a URL");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header's name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        match tokio::time::timeout(FRAME_TIMEOUT, connect_async(request)).await.expect("an answer") {
            Ok((inner, answer)) => {
                let protocol = answer
                    .headers()
                    .get("sec-websocket-protocol")
                    .map(|name| name.to_str().expect("a name").to_owned());
                Ok(Self { inner, protocol })
            }
            Err(Error::Http(refusal)) => {
                let body = refusal.body().clone().unwrap_or_default();
                Err((refusal.status().as_u16(), serde_json::from_slice(&body).unwrap_or_default()))
            }
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.inner.send(Message::text(text)).await.expect("it can be sent");
    }

    /// Sends a frame that the server may answer with a close.
    pub async fn try_send_text(&mut self, text: &str) {
        let _ = self.inner.send(Message::text(text)).await;
    }

    /// Sends a piece of a text message. Every message has one first piece and one last one.
    pub async fn send_piece(&mut self, text: &str, is_first: bool, is_last: bool) {
        let kind = if is_first { Data::Text } else { Data::Continue };
        let frame = Frame::message(text.to_owned(), OpCode::Data(kind), is_last);
        let _ = self.inner.send(Message::Frame(frame)).await;
    }

    /// Sends a ping, which fails in silence when the other side is gone.
    pub async fn ping(&mut self) {
        let _ = self.inner.send(Message::Ping(Vec::new().into())).await;
    }

    /// Sends bytes as a text message, whatever they are.
    pub async fn send_as_text(&mut self, bytes: &[u8]) {
        let frame = Frame::message(bytes.to_vec(), OpCode::Data(Data::Text), true);
        self.inner.send(Message::Frame(frame)).await.expect("it can be sent");
    }

    pub async fn send_binary(&mut self, bytes: &[u8]) {
        self.inner.send(Message::binary(bytes.to_vec())).await.expect("it can be sent");
    }

    /// The next frame; `None` when the socket is closed.
    pub async fn next(&mut self) -> Option<Value> {
        match self.read().await? {
            Message::Text(text) => Some(serde_json::from_str(&text).expect("a frame is JSON")),
            Message::Close(close) => {
                println!("the server closed: {close:?}");
                None
            }
            other => panic!("not a text frame: {other:?}"),
        }
    }

    /// The next frame of this type, and the frames before it.
    pub async fn until(&mut self, kind: &str) -> Vec<Value> {
        self.until_one(|frame| frame["type"] == kind).await
    }

    /// All frames until the server waits for the client.
    pub async fn turn(&mut self) -> Vec<Value> {
        self.until_one(|frame| match frame["type"].as_str().expect("a type") {
            "tool_call" | "error" | "plan_approval_required" => true,
            "assistant_message" | "agent_switched" => frame["is_final"] == true,
            _ => false,
        })
        .await
    }

    async fn until_one(&mut self, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let Some(frame) = self.next().await else { panic!("the socket was closed after {frames:#?}") };
            let done = is_last(&frame);
            frames.push(frame);
            if done {
                return frames;
            }
        }
    }

    /// Checks that no frame comes within this time.
    pub async fn is_silent(&mut self, so_long: Duration) {
        if let Ok(frame) = tokio::time::timeout(so_long, self.next()).await {
            panic!("nothing was to come, but {frame:?} did");
        }
    }

    /// Checks that a ping is answered within this time, while no frame is on its way.
    pub async fn is_alive(&mut self, so_long: Duration) {
        self.inner.send(Message::Ping(Vec::new().into())).await.expect("it can be sent");
        let answer = tokio::time::timeout(so_long, self.inner.next()).await.expect("a pong in time");
        assert!(matches!(answer, Some(Ok(Message::Pong(_)))), "not a pong: {answer:?}");
    }

    /// Reads until the server closes. Returns its close code; `None` when the connection just ends.
    pub async fn closed(mut self) -> Option<u16> {
        loop {
            if let Message::Close(close) = self.read().await? {
                return close.map(|close| close.code.into());
            }
        }
    }

    /// Closes the socket and waits for the server's close.
    pub async fn close(mut self) {
        let _ = self.inner.close(None).await;
        while let Some(Ok(_)) = self.inner.next().await {}
    }

    /// Closes the socket as a browser does; returns the server's close code.
    pub async fn goodbye(mut self) -> Option<u16> {
        let normal = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::from_static("") };
        self.inner.close(Some(normal)).await.expect("it can be sent");
        self.closed().await
    }

    async fn read(&mut self) -> Option<Message> {
        loop {
            let message = tokio::time::timeout(FRAME_TIMEOUT, self.inner.next()).await.expect("something within 30 s");
            match message {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(error)) => {
                    println!("the socket broke: {error}");
                    return None;
                }
                None => return None,
            }
        }
    }
}
