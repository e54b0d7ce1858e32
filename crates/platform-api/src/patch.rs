//! Members of an update that may be absent (left as they are), null (cleared) or given.

use artel_http::body::{object, whole};
use serde::{Deserialize, Deserializer};

/// `Some(None)` for an explicit null. Use with `#[serde(default, deserialize_with = "nullable")]`.
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// The same for a whole number, which may be written `5.0`.
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) fn nullable_whole<'de, N, D>(deserializer: D) -> Result<Option<Option<N>>, D::Error>
where
    N: TryFrom<i64>,
    D: Deserializer<'de>,
{
    whole(deserializer).map(Some)
}

/// The same for an object.
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) fn nullable_object<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    object(deserializer).map(Some)
}
