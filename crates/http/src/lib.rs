//! What every HTTP surface shares: the one error body, who is calling, how much they may, what they sent, how often,
//! and trace ids.
//!
//! This crate must never know a surface's routes or entities, SQL, or how a run is driven.

mod ambiguous;
pub mod body;
pub mod caller;
pub mod cors;
mod credentials;
pub mod gate;
mod ground;
mod hosts;
mod identity;
pub mod internal;
pub mod ip;
pub mod limits;
pub mod metrics;
pub mod once;
mod open;
pub mod openapi;
pub mod params;
pub mod prefer;
pub mod problem;
mod public_keys;
mod replies;
mod sender;
pub mod serve;
pub mod standing;
pub mod stream;
pub mod surface;
pub mod trace;
mod traced;
pub mod upgrade;
mod waiting;

pub use artel_bus::Shares;
pub use body::{Apart, ApartBody, Body, Checked, Faults, check_coding};
pub use caller::{Caller, CallerIp, GivenKey, Permission};
pub use cors::Origin;
pub use gate::{AuthServiceTrust, Gate, GateConfig, StaticKey};
pub use ground::Ground;
pub use hosts::TrustedHosts;
pub use identity::{Identity, Shown};
pub use internal::InternalKey;
pub use metrics::MetricsText;
pub use once::{Attempt, Once};
pub use params::{At, Params};
pub use prefer::Prefer;
pub use problem::{FieldError, Problem, ProblemBody};
pub use public_keys::PublicKeys;
pub use sender::Sender;
pub use serve::{ConnectionLimits, Connections, EndsWithClient, Patience, serve};
pub use standing::{Loss, Standing, Watch};
pub use surface::{around, surface};
pub use trace::TraceId;
