//! A connector's YAML as types. Every member that a file may have stands here; an unknown one is an error.

mod auth;
mod condition;
mod connector;
mod failure;
mod method;
mod operation;
mod pace;
mod paging;
mod parameter;
mod parameters;
mod pointer;
mod template;
mod text;
mod webhook;

pub use auth::{
    ClientIn, Format, Found, Grant, Login, Member, Oauth2, Refusal, Scheme, Send, SignInRequest, TokenRequestForm,
};
pub use condition::Condition;
pub use connector::{Connector, Module, Probe, Recipe, Rpc};
pub use failure::{FailureRule, ItemFailures};
pub use method::Method;
pub use operation::{
    Access, Always, Body, Deprecated, Example, Idempotency, KeyIn, Later, Operation, Reply, ReplyKind,
};
pub use pace::{Announced, Instead, Limit, Throttle, Unit, Wait};
pub use paging::{Carry, PageBy, Paging};
pub use parameter::{Encoding, Parameter, Place};
pub use parameters::Parameters;
pub use pointer::Pointer;
pub use template::{Piece, Template};
pub use text::Text;
pub use webhook::{EventBody, Place as EventPlace, Reply as EventReply, SignatureEncoding, Special, Verify, Webhook};
