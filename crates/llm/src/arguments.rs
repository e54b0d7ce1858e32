//! Arguments of a call, in the forms in which providers write them.

use artel_domain::replace_unpaired_surrogates;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// The JSON text of arguments, or a piece of it. A provider writes a string that holds the text, or the value itself.
/// A value keeps its digits, because it is never read as a number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written(String);

impl Written {
    /// The first text that says something. Providers have several names for the same member.
    pub(crate) fn first<'a>(forms: impl IntoIterator<Item = &'a Option<Self>>) -> &'a str {
        forms.into_iter().flatten().map(|written| written.0.as_str()).find(|text| !text.is_empty()).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with('"') {
            return serde_json::from_str(text).map(Self).map_err(D::Error::custom);
        }
        // The lenient reader replaces halves of characters, and reads the text again.
        match replace_unpaired_surrogates(text, |_| char::REPLACEMENT_CHARACTER) {
            Some(_) => Err(D::Error::custom("a character is cut in two")),
            None => Ok(Self(text.to_owned())),
        }
    }
}
