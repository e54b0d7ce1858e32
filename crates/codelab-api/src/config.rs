use std::time::Duration;

use artel_domain::{RateLimit, Specialist, TenantId, UserId};
use artel_http::InternalKey;

/// What the operator decides about these surfaces.
#[derive(Debug, Clone)]
pub struct CodelabConfig {
    /// Lets services in: always on the runtime's port, on the gateway too.
    pub internal: InternalCaller,
    /// Requests to `/api/v1/*` of one address.
    pub rate_per_ip: RateLimit,
    /// New sockets of one address.
    pub socket_rate_per_ip: RateLimit,
    /// Messages into one session.
    pub message_rate_per_session: RateLimit,
    /// Requests of one user to the runtime.
    pub runtime_rate_per_user: RateLimit,
    /// Open sockets of one user.
    pub sockets_per_user: usize,
    /// What messages may hold that are not complete.
    pub unfinished: UnfinishedLimits,
    /// How long after a request of the owner a socket without credentials is let into their session; `None` never.
    pub session_capability: Option<Duration>,
    /// Origins (`https://ide.example`) whose pages may open a socket without credentials.
    pub socket_origins: Vec<String>,
    /// `auto`, `tokens` or `whole`, where a socket does not say.
    pub stream_mode: StreamMode,
    /// Clients whose `User-Agent` begins with this get whole messages in `auto`.
    pub whole_for_user_agent: String,
    /// How often an idle socket is pinged, and how long the pong may take.
    pub ping_interval: Duration,
    pub pong_timeout: Duration,
    /// A comment is sent on a silent event stream this often.
    pub sse_keepalive: Duration,
    /// The model of the specialists.
    pub model: String,
    /// Whose turn it is before anybody was chosen.
    pub first: Specialist,
    /// Inputs find their specialist; without it the first one answers everything.
    pub routing: bool,
    /// In development, loopback is exempt from limits per address.
    pub exempt_loopback: bool,
}

/// How many bytes unfinished messages of sockets may hold in this process, and how long one may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnfinishedLimits {
    pub per_user: u64,
    pub per_tenant: u64,
    pub in_all: u64,
    /// From the first byte of a message to its last. Each 32 KiB that came give one second more.
    pub patience: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamMode {
    Auto,
    Tokens,
    Whole,
}

/// For whom a service that shows the internal key acts when it names nobody.
#[derive(Debug, Clone)]
pub struct InternalCaller {
    pub key: InternalKey,
    pub tenant_id: TenantId,
    pub user_id: UserId,
}
