//! The cost of CodeLab's sockets: the resident memory per idle socket, and how soon a model's answer reaches its client
//! while others are open.

use anyhow::{Context, Result, bail};
use artel_domain::{Clock as _, SystemClock};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::Bench;
use super::startup::SETTLING;
use crate::client::Target;
use crate::figures::{SOCKET, SOCKET_FANOUT_P50, SOCKET_FANOUT_P99};
use crate::subject::Artel;

/// The sockets that are opened before the first measurement, so that memory that is allocated only once is not counted.
const WARM_UP: usize = 50;
/// The number of sockets whose users send messages.
const ACTIVE: usize = 100;
/// The time between two messages of one user.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);
const NO_LIMIT: &str = "1000000000/second";

type Socket = WebSocketStream<TcpStream>;

pub(super) async fn sockets(bench: &mut Bench<'_>) -> Result<()> {
    let mut setup =
        bench.artel.with("GATEWAY__MAX_SOCKETS_PER_USER", "1000000").with("AGENT_RUNTIME__LLM_MODEL", "openai:stamp");
    // The answer of the model is timed, so the routing question before it is switched off.
    setup = setup.with("AGENT_RUNTIME__AUTO_AGENT_SWITCHING", "false");
    for limit in ["GATEWAY__RATE_LIMIT", "GATEWAY__WS_RATE_LIMIT", "GATEWAY__MESSAGE_RATE_LIMIT"] {
        setup = setup.with(limit, NO_LIMIT);
    }
    let artel = setup.start().await?;
    let owner = artel.owner().await?;
    let mut open = Vec::with_capacity(WARM_UP + bench.options.streams);
    for number in 0..WARM_UP {
        open.push(connect(&owner, number).await?);
    }
    sleep(SETTLING).await;
    let before = artel.watched().resident_bytes()?;
    for number in 0..bench.options.streams {
        open.push(connect(&owner, WARM_UP + number).await?);
    }
    sleep(SETTLING).await;
    let after = artel.watched().resident_bytes()?;
    bench.report.sample(&SOCKET, (after - before) / bench.options.streams as f64 / 1e3);
    fan_out(bench, open).await?;
    drop::<Artel>(artel);
    Ok(())
}

/// Some users send messages, spread evenly over time. Every answer contains the time at which the model gave it.
async fn fan_out(bench: &mut Bench<'_>, mut open: Vec<Socket>) -> Result<()> {
    let (until, mut talks) = (Instant::now() + bench.window(), JoinSet::new());
    for (number, socket) in open.drain(..ACTIVE.min(open.len())).enumerate() {
        let offset = PAUSE.mul_f64(number as f64 / ACTIVE as f64);
        talks.spawn(async move {
            sleep(offset).await;
            talk(socket, until).await
        });
    }
    let mut delays = Vec::new();
    while let Some(talk) = talks.join_next().await {
        delays.extend(talk??);
    }
    delays.sort_unstable();
    let at = |share: f64| delays.get(((delays.len().max(1) - 1) as f64 * share).round() as usize).copied();
    let (Some(p50), Some(p99)) = (at(0.5), at(0.99)) else { bail!("no answer came") };
    bench.report.sample(&SOCKET_FANOUT_P50, p50 as f64 / 1e3);
    bench.report.sample(&SOCKET_FANOUT_P99, p99 as f64 / 1e3);
    Ok(())
}

/// The microseconds from the model's answer to its frame, for each answer.
async fn talk(mut socket: Socket, until: Instant) -> Result<Vec<i64>> {
    let mut delays = Vec::new();
    while Instant::now() < until {
        let message = json!({ "type": "user_message", "content": "Is all well?", "role": "user" });
        socket.send(Message::text(message.to_string())).await?;
        delays.push(timeout(LONGEST, first_token(&mut socket)).await.context("no answer")??);
        sleep(PAUSE).await;
    }
    Ok(delays)
}

async fn first_token(socket: &mut Socket) -> Result<i64> {
    let mut delay = None;
    loop {
        let Some(message) = socket.next().await else { bail!("the socket was closed") };
        let Message::Text(text) = message? else { continue };
        let frame: Value = serde_json::from_str(&text)?;
        if frame["type"] == "error" {
            bail!("{frame}");
        }
        if let Some(said) = frame["token"].as_str().and_then(|token| token.parse::<i64>().ok()) {
            delay.get_or_insert(SystemClock.now().as_microsecond() - said);
        }
        if frame["is_final"] == true {
            return delay.context("an answer without its time");
        }
    }
}

/// Opens a socket, which creates its own session.
async fn connect(owner: &Target, number: usize) -> Result<Socket> {
    let stream = TcpStream::connect(owner.address).await?;
    stream.set_nodelay(true)?;
    let mut request = format!("ws://{}/api/v1/ws/bench-{number}?stream=tokens", owner.address).into_client_request()?;
    for (name, value) in &owner.headers {
        request.headers_mut().insert(*name, value.parse()?);
    }
    // The client's buffers are on the same machine and must not be measured.
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    Ok(client_async_with_config(request, stream, Some(config)).await?.0)
}
