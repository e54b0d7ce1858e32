//! A receiver that counts connections and remembers requests, and a registry whose ports the test holds.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_domain::tool::HttpMethod;
use artel_domain::{
    AgentId, AuthType, Binding, BindingId, CallId, Clock, EffectClass, ExecutionType, PermissionScope, Principal,
    RateLimit, RunId, SessionId, SystemClock, TenantId, ToolDefinition, ToolId, ToolOutcome, ToolRef, ToolStatus,
    UserId,
};
use artel_egress::{Egress, Resolver};
use artel_tools::{
    Approved, BoundTool, Budget, CallEnd, CallLimits, CallReport, CallRequest, Exchange, Hold, Registry, RequestRecord,
    RunScope, SecretError, SecretString, Secrets, ServiceSigner, TestCall, ToolsConfig, ToolsDeps, Verified,
};
use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

struct Counting {
    inner: TcpListener,
    count: Arc<AtomicUsize>,
}

impl axum::serve::Listener for Counting {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let accepted = axum::serve::Listener::accept(&mut self.inner).await;
        self.count.fetch_add(1, Ordering::SeqCst);
        accepted
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

impl Receiver {
    /// `answer` gets the request and its number, from 0.
    pub(crate) async fn start<F, R>(answer: F) -> Self
    where
        F: Fn(Seen, usize) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response> + Send,
    {
        Self::on("127.0.0.1:0", answer).await
    }

    #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
    pub(crate) async fn on<F, R>(address: &str, answer: F) -> Self
    where
        F: Fn(Seen, usize) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response> + Send,
    {
        let inner = TcpListener::bind(address).await.unwrap();
        let receiver = Self { address: inner.local_addr().unwrap(), connections: Arc::default(), seen: Arc::default() };
        let seen = receiver.seen.clone();
        let handler = move |request: Request| {
            let (seen, answer) = (seen.clone(), answer.clone());
            async move {
                let request = remembered(request).await;
                let number = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(request.clone());
                    seen.len() - 1
                };
                answer(request, number).await
            }
        };
        let listener = Counting { inner, count: receiver.connections.clone() };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        receiver
    }

    /// Answers 200 with what it was sent.
    pub(crate) async fn echoing() -> Self {
        Self::start(|seen, _| async move { answer(200, &json!({"got": seen.json()})) }).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn remembered(request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    Seen { method: parts.method.to_string(), target: parts.uri.to_string(), headers: parts.headers, body }
}

pub(crate) fn answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body.to_string()).into_response()
}

/// A body as its bytes are.
pub(crate) fn raw(status: u16, content_type: &'static str, body: &'static str) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", content_type)], body).into_response()
}

pub(crate) fn with_header(status: u16, name: &'static str, value: &str) -> Response {
    Response::builder().status(status).header(name, value).body(Body::empty()).unwrap()
}

/// Names and their answers; each later question gets the next answer, the last one stays.
pub(crate) struct Names(Mutex<BTreeMap<String, Vec<Vec<IpAddr>>>>);

impl Names {
    pub(crate) fn new(names: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parsed = |answers: &[&[&str]]| {
            answers.iter().map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect()).collect()
        };
        Arc::new(Self(Mutex::new(names.iter().map(|(name, answers)| ((*name).to_owned(), parsed(answers))).collect())))
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut names = self.0.lock().unwrap();
        let key = if names.contains_key(host) { host } else { "*" };
        let answers = names.get_mut(key).ok_or_else(|| io::Error::other("no such name"))?;
        Ok(if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() })
    }
}

/// Secrets by name, the same for every tenant.
#[derive(Default)]
pub(crate) struct FixedSecrets(pub(crate) Mutex<BTreeMap<String, String>>);

#[async_trait]
impl Secrets for FixedSecrets {
    async fn get(&self, _: TenantId, name: &str) -> Result<Option<SecretString>, SecretError> {
        Ok(self.0.lock().unwrap().get(name).map(|secret| secret.clone().into()))
    }
}

/// Admits the given number of calls per key.
pub(crate) struct CountedCalls {
    left: Mutex<BTreeMap<String, u32>>,
}

#[async_trait]
impl CallLimits for CountedCalls {
    async fn admit(&self, key: &str, rate: RateLimit) -> Result<(), Duration> {
        let mut left = self.left.lock().unwrap();
        let left = left.entry(key.to_owned()).or_insert(rate.count);
        *left = left.checked_sub(1).ok_or(Duration::from_millis(11_500))?;
        Ok(())
    }
}

pub(crate) struct FakeSigner;

#[async_trait]
impl ServiceSigner for FakeSigner {
    async fn sign(&self, audience: &str, subject: &str) -> Result<SecretString, String> {
        Ok(format!("signed-for-{audience}-by-{subject}").into())
    }
}

/// An executor and one call of one tool; tests change what they are about.
pub(crate) struct Bench {
    pub(crate) config: ToolsConfig,
    pub(crate) allow_private_hosts: Vec<String>,
    pub(crate) host_aliases: BTreeMap<String, SocketAddr>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) secrets: Arc<FixedSecrets>,
    pub(crate) tool: ToolDefinition,
    pub(crate) binding: Binding,
    pub(crate) args: Value,
    pub(crate) may_write: bool,
    pub(crate) call_id: CallId,
    pub(crate) budget: Option<Arc<dyn Budget>>,
    pub(crate) user: UserId,
    pub(crate) approved: Option<Approved>,
    pub(crate) hold: Option<Hold>,
}

impl Bench {
    /// A POST tool at this endpoint, with nothing private allowed.
    pub(crate) fn at(endpoint: &str) -> Self {
        let (tenant_id, now) = (TenantId(Uuid::from_u128(1)), SystemClock.now());
        let tool = ToolDefinition {
            id: ToolId(Uuid::from_u128(2)),
            tenant_id,
            name: "probe".into(),
            description: String::new(),
            input_schema: json!({"type": "object"}),
            execution_type: ExecutionType::HttpWebhook,
            endpoint: Some(endpoint.to_owned()),
            auth_type: AuthType::None,
            status: ToolStatus::Active,
            version: 1,
            http_method: HttpMethod::Post,
            parameter_mapping: BTreeMap::new(),
            custom_headers: BTreeMap::new(),
            response_transform: None,
            effect: EffectClass::Idempotent,
            status_endpoint: None,
            cache_ttl_seconds: None,
            created_at: now,
            updated_at: None,
        };
        let binding = Binding {
            id: BindingId(Uuid::from_u128(3)),
            tenant_id,
            agent_id: AgentId(Uuid::from_u128(4)),
            tool_id: tool.id,
            permission_scope: PermissionScope::Read,
            timeout_ms: 5_000,
            rate_limit: None,
            allowed_domains: Vec::new(),
            secrets_ref: None,
            require_approval: false,
            created_at: now,
            updated_at: None,
        };
        Self {
            config: ToolsConfig::default(),
            allow_private_hosts: Vec::new(),
            host_aliases: BTreeMap::new(),
            resolver: Names::new(&[]),
            secrets: Arc::default(),
            tool,
            binding,
            args: json!({"text": "hello"}),
            may_write: false,
            call_id: CallId::derive(RunId(Uuid::from_u128(5)), 1, 0),
            budget: None,
            user: UserId(Uuid::from_u128(6)),
            approved: None,
            hold: None,
        }
    }

    /// A POST tool at a receiver that the operator allows.
    pub(crate) fn to(receiver: &Receiver, path: &str) -> Self {
        Self::at(&receiver.url(path)).allowing(&receiver.address.to_string())
    }

    pub(crate) fn allowing(mut self, host: &str) -> Self {
        self.allow_private_hosts.push(host.to_owned());
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn secret(self, auth_type: AuthType, secret: &str) -> Self {
        self.with(|bench| {
            bench.tool.auth_type = auth_type;
            bench.binding.secrets_ref = Some("S".into());
            bench.secrets.0.lock().unwrap().insert("S".into(), secret.to_owned());
        })
    }

    pub(crate) fn tools(&self) -> Registry {
        let deps = ToolsDeps {
            secrets: self.secrets.clone(),
            limits: Arc::new(CountedCalls { left: Mutex::default() }),
            signer: Some(Arc::new(FakeSigner)),
            egress: Arc::new(
                Egress::new(&self.allow_private_hosts, self.host_aliases.clone(), &self.resolver).unwrap(),
            ),
            clock: Arc::new(SystemClock),
        };
        Registry::new(self.config.clone(), deps)
    }

    pub(crate) fn bound(&self, tools: &Registry) -> BoundTool {
        let tool = ToolRef::Row { id: self.tool.id, version: self.tool.version };
        tools.resolve(&tool, Some(&(self.binding.clone(), self.tool.clone()))).unwrap()
    }

    fn request(&self) -> CallRequest {
        let run = RunScope {
            agent_id: self.binding.agent_id,
            session_id: SessionId("session".into()),
            run_id: RunId(Uuid::from_u128(5)),
            sessions_above: Vec::new(),
        };
        CallRequest {
            tenant_id: self.tool.tenant_id,
            principal: Principal { user_id: self.user, ..principal() },
            may_write: self.may_write,
            run: Some(run),
            call_id: self.call_id,
            trace_id: "0123456789abcdef0123456789abcdef".to_owned(),
            budget: self.budget.clone(),
            approved: self.approved.clone(),
            subagents: None,
            hold: self.hold.clone(),
        }
    }

    pub(crate) async fn report(&self, tools: &Registry) -> CallReport {
        tools.call(&self.bound(tools), &self.request(), &self.args).await
    }

    pub(crate) async fn call(&self, tools: &Registry) -> Done {
        let report = self.report(tools).await;
        let CallEnd::Finished(outcome) = report.end else { panic!("{report:?}") };
        let Exchange { attempts, request, status_code, truncated, cached_age_seconds } = report.exchange;
        Done { outcome, attempts, request, status_code, truncated, cached_age_seconds }
    }

    pub(crate) async fn run(&self) -> Done {
        self.call(&self.tools()).await
    }

    pub(crate) async fn verify(&self) -> Verified {
        let tools = self.tools();
        tools.verify(&self.bound(&tools), &self.request(), &self.args).await
    }

    pub(crate) fn test_call(&self) -> TestCall {
        TestCall {
            tenant_id: self.tool.tenant_id,
            principal: principal(),
            trace_id: "trace".to_owned(),
            tool: self.tool.clone(),
            secrets_ref: self.binding.secrets_ref.clone(),
            allowed_domains: self.binding.allowed_domains.clone(),
            timeout_ms: Some(5_000),
            args: self.args.clone(),
        }
    }
}

fn principal() -> Principal {
    Principal { user_id: UserId(Uuid::from_u128(6)), api_key_id: None, client_id: None, scopes: Vec::new() }
}

/// A call that ended, as its report says it.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    pub(crate) outcome: ToolOutcome,
    pub(crate) attempts: u32,
    pub(crate) request: Option<RequestRecord>,
    pub(crate) status_code: Option<u16>,
    pub(crate) truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cached_age_seconds: Option<u64>,
}

pub(crate) fn failed(done: &Done) -> &str {
    assert!(matches!(done.outcome, ToolOutcome::Failed { .. }), "{done:?}");
    done.outcome.error().unwrap()
}

pub(crate) fn output(done: &Done) -> &Value {
    match &done.outcome {
        ToolOutcome::Succeeded { output } => output,
        other => panic!("{other:?}"),
    }
}
