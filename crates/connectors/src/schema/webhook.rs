//! What a service sends by itself, and how it is known to be the service.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::Condition;
use super::pointer::Pointer;
use super::template::Template;

/// An inbound webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// One that fits is enough; without any, whoever knows the address is believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verify: Vec<Verify>,
    #[serde(default)]
    pub body: EventBody,
    /// Where the kind of the event stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Place>,
    /// Where the id of the delivery stands. The first that is there is used; without any, the body's digest counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delivery_id: Vec<Place>,
    /// Places of members that nobody may see, such as tokens that come with each event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<Pointer>,
    #[serde(default)]
    pub reply: Reply,
    /// Deliveries that want another reply. The first that fits is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<Special>,
}

impl Webhook {
    /// Does some way need a secret that is agreed with the service?
    pub fn takes_secret(&self) -> bool {
        self.verify.iter().any(|way| !matches!(way, Verify::Source { .. }))
    }

    /// Is there a way that needs none: the sender's address?
    pub fn knows_addresses(&self) -> bool {
        self.verify.iter().any(|way| matches!(way, Verify::Source { .. }))
    }
}

/// How a delivery proves where it is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verify {
    /// The header is the secret.
    HeaderSecret { header: String },
    /// The place in the body is the secret.
    BodySecret { at: Pointer },
    /// HMAC-SHA256 with the secret.
    Hmac {
        header: String,
        /// Stands before the signature.
        #[serde(default)]
        prefix: String,
        encoding: SignatureEncoding,
        /// What is signed: `{body}` and `{header-name}`.
        #[serde(default = "the_body")]
        signed: Template,
        /// A header with the time in epoch seconds, at most five minutes off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<String>,
        /// The prefix of a secret whose rest is base64 of the key (`whsec_`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base64_secret: Option<String>,
    },
    /// The sender's address is in one of these ranges.
    Source { ranges: Vec<IpNet> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureEncoding {
    Hex,
    Base64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventBody {
    #[default]
    Json,
    /// `data[FIELDS][ID]=1` is read as `{"data": {"FIELDS": {"ID": "1"}}}`.
    Form,
}

/// A place in a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Header(String),
    At(Pointer),
}

/// What the service is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    #[serde(default = "accepted")]
    pub status: u16,
    /// JSON; the text `{now}` in it becomes the time, `{/a/b}` the value there in the delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Default for Reply {
    fn default() -> Self {
        Self { status: accepted(), body: None }
    }
}

/// A delivery that wants a reply of its own, such as a handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Special {
    /// `status` has no meaning here.
    pub when: Condition,
    pub reply: Reply,
    /// Is it an event that is kept? A handshake is none.
    #[serde(default)]
    pub keep: bool,
}

fn accepted() -> u16 {
    202
}

fn the_body() -> Template {
    Template::try_from("{body}".to_owned()).unwrap_or_else(|_| Template::plain(""))
}
