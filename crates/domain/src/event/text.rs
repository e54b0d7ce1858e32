//! Entries as stores and buses keep them: JSON text, which is kept as it is when it cannot be read.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::Event;

/// The members that every version may write into an entry of any kind.
#[derive(Deserialize)]
struct Marks {
    #[serde(default)]
    kind: String,
    /// Whoever does not know the kind may go on with the run as if the entry were not there.
    #[serde(default)]
    optional: bool,
}

impl Event {
    /// Reads a stored entry. `kind` is the stored word beside `payload`; when they disagree, or this version does not
    /// know the kind or cannot read the payload, the result is [`Event::Other`].
    pub fn read(kind: &str, payload: &str) -> Self {
        let mut json = serde_json::Deserializer::from_str(payload);
        match Self::deserialize(&mut json) {
            Ok(event) if event.kind() == kind && json.end().is_ok() => event,
            _ => Self::Other { kind: kind.to_owned(), payload: payload.to_owned() },
        }
    }

    /// The text to be stored: for [`Event::Other`] byte for byte what was read.
    ///
    /// # Errors
    /// When a value has no JSON form.
    pub fn payload(&self) -> serde_json::Result<Cow<'_, str>> {
        match self {
            Self::Other { payload, .. } => Ok(Cow::Borrowed(payload)),
            known => serde_json::to_string(known).map(Cow::Owned),
        }
    }

    /// Whether a worker must leave the run alone because of this entry. Every entry must be understood by whoever
    /// drives its run, unless it is a JSON object whose member `optional` is true: the version that adds a kind
    /// decides. Views skip it in either case.
    pub fn must_be_understood(&self) -> bool {
        match self {
            Self::Other { payload, .. } => !serde_json::from_str::<Marks>(payload).is_ok_and(|marks| marks.optional),
            _ => false,
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Other { payload, .. } => {
                let raw: &RawValue = serde_json::from_str(payload).map_err(serde::ser::Error::custom)?;
                raw.serialize(serializer)
            }
            // The derived function: `remote = "Self"` makes it one of the type, not of the trait.
            known => Self::serialize(known, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Event {
    /// From JSON only.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let marks: Marks = serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?;
        Ok(Self::read(&marks.kind, raw.get()))
    }
}

#[cfg(test)]
mod tests;
