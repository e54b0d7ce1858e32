//! Wrong signatures, and text that is not a token.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

use super::forge::{b64, header, signed, unsigned};
use super::{Named, Target};

pub(super) fn attacks(target: &Target<'_>) -> Vec<Named> {
    let honest = target.honest();
    let (body, signature) = honest.rsplit_once('.').unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    let other = {
        let mut claims = target.claims.clone();
        claims["jti"] = "another".into();
        unsigned(&header(target.key), &claims.to_string())
    };
    let mut flipped = bytes.clone();
    if let Some(last) = flipped.last_mut() {
        *last ^= 1;
    }
    let cut = |from: usize, to: usize| b64(bytes.get(from..to).unwrap_or_default());
    let fresh = |name: &str, token: String| (name.to_owned(), token);
    vec![
        fresh("none", format!("{body}.")),
        fresh("of another payload", format!("{other}.{signature}")),
        fresh("one bit flipped", format!("{body}.{}", b64(&flipped))),
        fresh("one byte short", format!("{body}.{}", cut(0, bytes.len().saturating_sub(1)))),
        fresh("without its first byte", format!("{body}.{}", cut(1, bytes.len()))),
        fresh("one byte more", format!("{body}.{}", b64([bytes.as_slice(), &[0]].concat()))),
        fresh("a zero before", format!("{body}.{}", b64([&[0], bytes.as_slice()].concat()))),
        fresh("zeros", format!("{body}.{}", b64(vec![0; bytes.len()]))),
        fresh("one", format!("{body}.{}", b64([vec![0; bytes.len().saturating_sub(1)], vec![1]].concat()))),
        fresh("all ones", format!("{body}.{}", b64(vec![0xff; bytes.len()]))),
        fresh("twice", format!("{body}.{signature}{signature}")),
        fresh("twice, as a part", format!("{honest}.{signature}")),
        fresh("with padding", format!("{body}.{}", URL_SAFE.encode(&bytes))).or_without_padding(signature),
        fresh("in the other alphabet", format!("{body}.{}", STANDARD.encode(&bytes))),
        fresh("with a line end", format!("{honest}\n")),
        fresh("with a space inside", format!("{body}. {signature}")),
    ]
}

trait OrWithoutPadding {
    fn or_without_padding(self, signature: &str) -> Self;
}

impl OrWithoutPadding for Named {
    /// A signature whose length needs no padding gets padding all the same.
    fn or_without_padding(self, signature: &str) -> Self {
        let (name, token) = self;
        if token.ends_with(signature) { (name, format!("{token}=")) } else { (name, token) }
    }
}

pub(super) fn malformed(target: &Target<'_>) -> Vec<Named> {
    let honest = target.honest();
    let parts: Vec<&str> = honest.split('.').collect();
    let [head, payload, signature] = parts.as_slice() else { return Vec::new() };
    let key = target.key;
    let deep = format!(r#"{{"alg":"RS256","kid":"{}","a":{}{}}}"#, key.kid(), "[".repeat(3000), "]".repeat(3000));
    let padded = {
        let mut claims = target.claims.clone();
        claims["pad"] = "x".repeat(20_000).into();
        signed(key, &header(key), &claims.to_string())
    };
    let named = |name: &str, token: String| (name.to_owned(), token);
    vec![
        named("one dot", format!("{head}.{payload}")),
        named("only dots", "..".to_owned()),
        named("four parts", format!("{honest}.{payload}")),
        named("five parts, as in a JWE", format!("{head}.{payload}.{payload}.{payload}.{signature}")),
        named("the header twice", format!("{head}.{head}.{payload}.{signature}")),
        named("no header", format!(".{payload}.{signature}")),
        named("no payload", format!("{head}..{signature}")),
        named("the header is no JSON", signed(key, "RS256", &target.claims.to_string())),
        named("the header is a list", signed(key, r#"["RS256"]"#, &target.claims.to_string())),
        named("the header is nested without end", signed(key, &deep, &target.claims.to_string())),
        named(
            "the header has something behind",
            signed(key, &format!("{}{{}}", header(key)), &target.claims.to_string()),
        ),
        named("a byte order mark", signed(key, &format!("\u{feff}{}", header(key)), &target.claims.to_string())),
        named("too long", padded),
    ]
}
