//! JSON objects from untrusted senders: each member once, each claim with its single type.

use artel_domain::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::TokenError;

/// A JSON object without repeated members, because two readers must not read two different claims from one token.
pub(super) struct StrictObject(Map<String, Value>);

impl StrictObject {
    pub(super) fn parse(json: &[u8]) -> Result<Self, TokenError> {
        serde_json::from_slice(json).map_err(|_| TokenError::Malformed)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A text member; `null` counts as absent.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, TokenError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TokenError::Malformed),
        }
    }

    pub(super) fn required_text(&self, name: &'static str) -> Result<&str, TokenError> {
        self.text(name)?.ok_or(TokenError::MissingClaim(name))
    }

    /// A `NumericDate` (RFC 7519, 2): seconds since 1970. A fraction is dropped.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, TokenError> {
        let number = match self.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number,
            Some(_) => return Err(TokenError::Malformed),
        };
        // A cast from a float saturates, and both limits are far outside the range of timestamps.
        let seconds = number.as_i64().or_else(|| number.as_f64().map(|float| float.floor() as i64));
        let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        time.map(Some).ok_or(TokenError::Malformed)
    }
}

impl<'de> Deserialize<'de> for StrictObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = StrictObject;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<StrictObject, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member occurs twice"));
            }
        }
        Ok(StrictObject(members))
    }
}
