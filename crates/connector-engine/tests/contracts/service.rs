//! A local server with a script: it notes every byte of a request and answers with the next reply.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_bus::LocalBus;
use artel_connector_engine::{
    Account, ExecuteError, Executor, ExecutorDeps, LocalTokens, Outcome, PageBounds, Request,
};
use artel_connectors::schema::{Connector, Format};
use artel_connectors::{Catalogue, Credential};
use artel_domain::{SystemClock, TenantId};
use artel_egress::{Egress, Resolver, SystemResolver};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `POST api.example/path?query`
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// An operation, its parameters, the request line and the body.
pub(crate) type Row<'a> = (&'a str, Value, &'a str, &'a str);

/// A reply of the script.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn ok(body: &Value) -> Answer {
    Answer {
        status: 200,
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.to_string().into(),
    }
}

pub(crate) fn status(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    raw(status, headers, body.as_bytes())
}

/// A body that is no text in UTF-8.
pub(crate) fn raw(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

/// Stands for no answer at all.
const HANG: u16 = 0;

#[derive(Default)]
struct Script {
    seen: Vec<Seen>,
    answers: VecDeque<Answer>,
}

/// The service, and an executor that finds it at the service's own host names.
pub(crate) struct Service {
    script: Arc<Mutex<Script>>,
    executor: Executor,
    account: Account,
    _tasks: JoinSet<()>,
}

impl Service {
    /// # Arguments
    /// * `hosts`: the names under which the service is reached.
    pub(crate) async fn start(connector: &str, hosts: &[&str], credential: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(Script::default()));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, Arc::clone(&script)));
        let Value::Object(members) = credential else { panic!("a credential is an object") };
        let account = Account {
            tenant: TenantId(uuid::Uuid::nil()),
            id: "account".to_owned(),
            connector: Arc::new(without_tls(connector)),
            credential: Credential::new(members),
        };
        Self { script, executor: executor(hosts, address), account, _tasks: tasks }
    }

    /// The replies that come next.
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script.lock().unwrap().answers.extend(answers);
    }

    /// The next request is read and not answered.
    pub(crate) fn hangs(&self) {
        self.answers([status(HANG, &[], "")]);
    }

    /// The requests since the last time.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.script.lock().unwrap().seen)
    }

    pub(crate) async fn call(&self, operation: &str, params: &Value) -> Result<Outcome, ExecuteError> {
        self.call_with(operation, params, None, Duration::from_secs(20)).await
    }

    pub(crate) async fn all_pages(&self, operation: &str, params: &Value) -> Outcome {
        let bounds = PageBounds { max_pages: 50, max_items: 10_000 };
        self.call_with(operation, params, Some(bounds), Duration::from_secs(20)).await.unwrap()
    }

    pub(crate) async fn call_with(
        &self,
        operation: &str,
        params: &Value,
        pages: Option<PageBounds>,
        patience: Duration,
    ) -> Result<Outcome, ExecuteError> {
        let params: Map<String, Value> = params.as_object().unwrap().clone();
        let request = Request {
            account: &self.account,
            operation,
            params: &params,
            pages,
            patience,
            idempotency_key: Some("key-1"),
        };
        self.executor.execute(&request).await
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// Every operation sends exactly the line and the body that the service documents, and these headers.
    pub(crate) async fn sends(&self, headers: &[(&str, &str)], reply: &Answer, rows: &[Row<'_>]) {
        self.sends_but(&[], headers, reply, rows).await;
    }

    /// # Arguments
    /// * `apart`: operations that have a test of their own.
    pub(crate) async fn sends_but(&self, apart: &[&str], headers: &[(&str, &str)], reply: &Answer, rows: &[Row<'_>]) {
        let named: BTreeSet<&str> = rows.iter().map(|row| row.0).chain(apart.iter().copied()).collect();
        let known: BTreeSet<&str> =
            self.account.connector.operations().map(|(_, operation)| operation.key.as_str()).collect();
        assert_eq!(named, known, "every operation has its row");
        for (operation, params, line, body) in rows {
            self.answers([reply.clone()]);
            let result = self.call(operation, params).await;
            let seen = self.seen().pop().unwrap_or_else(|| panic!("{operation}: nothing was sent: {result:?}"));
            assert_eq!((seen.line.as_str(), seen.body.as_str()), (*line, *body), "{operation}");
            for (name, value) in headers {
                assert_eq!(seen.headers.get(*name).map(String::as_str), Some(*value), "{operation}: {name}");
            }
            result.unwrap_or_else(|error| panic!("{operation}: {error}"));
        }
    }
}

fn executor(hosts: &[&str], address: SocketAddr) -> Executor {
    let aliases = hosts.iter().map(|host| ((*host).to_owned(), address)).collect();
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    Executor::new(ExecutorDeps {
        egress: Arc::new(Egress::new(&[], aliases, &resolver).unwrap()),
        bus: Arc::new(LocalBus::new()),
        clock: Arc::new(SystemClock),
        tokens: Arc::new(LocalTokens::default()),
    })
}

/// The shipped connector, reached without TLS and without its limits of requests per minute.
fn without_tls(key: &str) -> Connector {
    let (catalogue, _) = Catalogue::new(&[]);
    let shipped = &catalogue.get(key).unwrap().connector;
    let text = serde_json::to_string(shipped.as_ref()).unwrap().replace("https://", "http://");
    let mut connector: Connector = serde_json::from_str(&text).unwrap();
    for member in connector.credential.values_mut().filter(|member| member.format == Format::Url) {
        member.plain_http = true;
    }
    for limit in connector.limits.values_mut() {
        limit.count = None;
        limit.instead.clear();
    }
    connector
}

async fn serve(listener: TcpListener, script: Arc<Mutex<Script>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(connection(stream, Arc::clone(&script)));
    }
}

async fn connection(mut stream: TcpStream, script: Arc<Mutex<Script>>) {
    while let Some(seen) = read(&mut stream).await {
        let answer = {
            let mut script = script.lock().unwrap();
            script.seen.push(seen);
            script.answers.pop_front().unwrap_or_else(|| status(599, &[], "the script is over"))
        };
        if answer.status == HANG {
            std::future::pending::<()>().await;
        }
        let mut head = format!("HTTP/1.1 {} Said\r\n", answer.status);
        for (name, value) in &answer.headers {
            head.extend([*name, ": ", &**value, "\r\n"]);
        }
        if answer.status != 204 {
            head = head + "content-length: " + &answer.body.len().to_string() + "\r\n";
        }
        let sent = stream.write_all(&[head.as_bytes(), b"\r\n", &answer.body].concat()).await;
        if sent.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let (method, target) = (first.next().unwrap(), first.next().unwrap());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let mut chunk = vec![0; length - body.len()];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&chunk[..read]);
    }
    let line = format!("{method} {}{target}", headers.get("host").cloned().unwrap_or_default());
    Some(Seen { line, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
