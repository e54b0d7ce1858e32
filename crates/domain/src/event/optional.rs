//! The mark of kinds that a worker need not know.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The member `optional` of an event's kind: it is always `true`.
///
/// A worker of an earlier version, which does not know the kind, goes on with the run as if the entry were not there
/// (see [`Event::must_be_understood`](super::Event::must_be_understood)). A kind bears this mark only when the run goes
/// on in the same way without it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Optional;

impl Serialize for Optional {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Optional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::Optional;

    #[test]
    fn the_mark_is_written_as_true_which_is_what_readers_look_for() {
        assert_eq!(serde_json::to_string(&Optional).unwrap(), "true");
        assert_eq!(serde_json::from_str::<Optional>("true").unwrap(), Optional);
    }
}
