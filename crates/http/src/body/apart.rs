//! Bodies of which one member may be large: it is cut out of the text before the rest is read, and is never a tree.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Request};
use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{Checked, MAX_BODY_BYTES, check_coding, check_content_type, raw, read, too_large};
use crate::{Prefer, Problem};

/// How long the whole of a body may take to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request with a member that is handed over as it came. In its place the request has an empty value of the same
/// kind: `{}`, `[]` or `""`; numbers, booleans and `null` stay.
pub trait Apart {
    const MEMBER: &'static str;
}

/// A request body that fits its type, and the member that was cut out of it. The rest has at most [`MAX_BODY_BYTES`];
/// the route says how large the whole may be.
///
/// Such bodies are large, and many at once would fill the memory. So `P` takes a place for this one before a byte of it
/// is read, and says no when there is none. A body that does not come in time gives its place back (408).
#[derive(Debug)]
pub struct ApartBody<T, P> {
    pub value: T,
    /// The member's JSON text. `None`: the body has no such object, list or text.
    pub apart: Option<String>,
    /// Hex SHA-256 of the bytes as they came, for idempotency.
    pub digest: String,
    /// To be held for as long as the member is in memory.
    pub place: P,
}

impl<T, P, S> FromRequest<S> for ApartBody<T, P>
where
    T: DeserializeOwned + Checked + Apart,
    P: FromRequestParts<S, Rejection = Problem> + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        check_content_type(request.headers())?;
        check_coding(request.headers())?;
        let strict = Prefer::of(request.headers()).strict;
        let (mut parts, body) = request.into_parts();
        let place = P::from_request_parts(&mut parts, state).await?;
        let bytes = raw(Request::from_parts(parts, body), PATIENCE).await?;
        let (rest, apart) = cut(&bytes, T::MEMBER)?;
        let value = read(&rest, strict)?;
        Ok(Self { value, apart, digest: hex::encode(Sha256::digest(&bytes)), place })
    }
}

/// The body with an empty value for the member, and the member's text.
fn cut<'b>(bytes: &'b [u8], member: &'static str) -> Result<(Cow<'b, [u8]>, Option<String>), Problem> {
    let place = match place_of(bytes, member) {
        Ok(place) => place,
        Err(error) if bytes.len() > MAX_BODY_BYTES && bytes.trim_ascii_start().starts_with(b"{") => {
            return Err(Problem::malformed(format!("The body is not a JSON object: {error}.")));
        }
        // Whoever reads small bodies says what is wrong with it.
        Err(_) => None,
    };
    let hollow = |place: &Range<usize>| match bytes.get(place.start) {
        Some(b'{') => Some("{}"),
        Some(b'[') => Some("[]"),
        Some(b'"') => Some("\"\""),
        _ => None,
    };
    let found = place.and_then(|place| Some((hollow(&place)?, place)));
    let (rest, apart) = match found {
        Some((hollow, place)) => {
            let rest = [&bytes[..place.start], hollow.as_bytes(), &bytes[place.end..]].concat();
            (Cow::Owned(rest), Some(String::from_utf8_lossy(&bytes[place]).into_owned()))
        }
        None => (Cow::Borrowed(bytes), None),
    };
    if rest.len() > MAX_BODY_BYTES { Err(too_large()) } else { Ok((rest, apart)) }
}

/// Where the last member of this name has its value. `None`: there is none.
fn place_of(bytes: &[u8], member: &'static str) -> serde_json::Result<Option<Range<usize>>> {
    let raw = serde_json::Deserializer::from_slice(bytes).deserialize_map(Find(member))?;
    Ok(raw.map(|raw: &RawValue| {
        let start = raw.get().as_ptr().addr() - bytes.as_ptr().addr();
        start..start + raw.get().len()
    }))
}

struct Find(&'static str);

impl<'de> Visitor<'de> for Find {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll};
    use std::time::Duration;

    use axum::body::{Body, Bytes};
    use axum::http::request::Parts;
    use hyper::body::Frame;
    use serde::Deserialize;
    use serde_json::Value;
    use tokio::time::Instant;

    use super::{Apart, ApartBody, FromRequest as _, FromRequestParts, PATIENCE, Problem, Request, cut};
    use crate::{Checked, Faults};

    /// A body of which nothing comes, and whether somebody wanted it.
    #[derive(Default, Clone)]
    struct Silent(Arc<AtomicBool>);

    impl hyper::body::Body for Silent {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.store(true, Ordering::SeqCst);
            Poll::Pending
        }
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Document {
        spec: Value,
    }

    impl Apart for Document {
        const MEMBER: &'static str = "spec";
    }

    impl Checked for Document {
        fn check(&self, _: &mut Faults) {}
    }

    /// The state says whether there is one.
    #[derive(Debug)]
    struct Place;

    impl FromRequestParts<bool> for Place {
        type Rejection = Problem;

        async fn from_request_parts(_: &mut Parts, is_free: &bool) -> Result<Self, Problem> {
            if *is_free { Ok(Self) } else { Err(Problem::too_many("There is no place.", 1)) }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_of_a_body_is_read_before_it_has_a_place_and_it_holds_it_for_a_while_only() {
        for (is_free, status, after) in [(false, 429, Duration::ZERO), (true, 408, PATIENCE)] {
            let (body, begun) = (Silent::default(), Instant::now());
            let request = Request::new(Body::new(body.clone()));
            let refused = ApartBody::<Document, Place>::from_request(request, &is_free).await.unwrap_err();
            assert_eq!((refused.status().as_u16(), begun.elapsed()), (status, after));
            assert_eq!(body.0.load(Ordering::SeqCst), is_free);
        }
    }

    const LARGE: usize = super::MAX_BODY_BYTES + 1;

    fn parts(body: &str) -> (String, Option<String>) {
        let (rest, apart) = cut(body.as_bytes(), "spec").unwrap();
        (String::from_utf8(rest.into_owned()).unwrap(), apart)
    }

    #[test]
    fn the_member_is_cut_out_and_its_kind_is_left() {
        for (body, rest, apart) in [
            (r#"{"a":1,"spec":{"b":[1]},"c":2}"#, r#"{"a":1,"spec":{},"c":2}"#, Some(r#"{"b":[1]}"#)),
            (r#"{"spec": "a\nb" }"#, r#"{"spec": "" }"#, Some(r#""a\nb""#)),
            (r#"{"sp\u0065c":[1,2]}"#, r#"{"sp\u0065c":[]}"#, Some("[1,2]")),
            (r#"{"spec":12}"#, r#"{"spec":12}"#, None),
            (r#"{"spec":null}"#, r#"{"spec":null}"#, None),
            (r#"{"a":{"spec":{"b":1}}}"#, r#"{"a":{"spec":{"b":1}}}"#, None),
            (r#"{"spec":{"a":1},"spec":{"b":2}}"#, r#"{"spec":{"a":1},"spec":{}}"#, Some(r#"{"b":2}"#)),
            ("[1]", "[1]", None),
            ("{", "{", None),
            ("", "", None),
        ] {
            assert_eq!(parts(body), (rest.to_owned(), apart.map(str::to_owned)), "{body}");
        }
    }

    #[test]
    fn only_the_member_may_be_large() {
        let large = format!(r#"{{"spec":"{}"}}"#, "x".repeat(LARGE));
        assert_eq!(parts(&large).0, r#"{"spec":""}"#);
        for body in [
            format!(r#"{{"other":"{}"}}"#, "x".repeat(LARGE)),
            format!(r#"{{"spec":"{}","spec":""}}"#, "x".repeat(LARGE)),
            format!("[{}1]", "1,".repeat(LARGE)),
            format!("{{{}", " ".repeat(LARGE)),
        ] {
            assert!(cut(body.as_bytes(), "spec").is_err(), "{}", &body[..20]);
        }
    }
}
