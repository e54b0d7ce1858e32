//! Headers whose names a credential brings.

use std::collections::BTreeSet;

use artel_egress::is_of_connection;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::{Credential, MemberFault};
use crate::schema::{Connector, Send};

/// The members whose headers can never be sent.
pub(super) fn faults(connector: &Connector, credential: &Credential) -> Vec<MemberFault> {
    let sends = connector.auth.iter().flat_map(|scheme| &scheme.send);
    let members: BTreeSet<&String> =
        sends.filter_map(|send| if let Send::HeadersOf { member } = send { Some(member) } else { None }).collect();
    let found = members.into_iter().flat_map(|member| {
        let headers = credential.get(member).and_then(Value::as_object).into_iter().flatten();
        headers.filter_map(move |(name, value)| {
            Some(MemberFault { member: member.clone(), message: unsendable(name, value)? })
        })
    });
    found.collect()
}

/// What is wrong with a header. A name that is none is not shown: somebody may have put the secret there.
fn unsendable(name: &str, value: &Value) -> Option<String> {
    let value = value.as_str().unwrap_or_default();
    if name.parse::<HeaderName>().is_err() {
        Some("has a name that is no header name".to_owned())
    } else if is_of_connection(name) {
        Some(format!("has the header {name}, which belongs to the connection and cannot be set"))
    } else if HeaderValue::from_bytes(value.as_bytes()).is_err() {
        Some(format!("has a value of the header {name} that cannot be sent: no line breaks"))
    } else {
        None
    }
}
