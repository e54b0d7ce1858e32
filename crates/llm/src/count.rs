//! Token counts as providers write them.

use std::fmt;

use artel_domain::Usage;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The largest count that is believed. No model reads or writes more tokens in one call.
const MAX_TOKENS: i64 = u32::MAX as i64;

/// A token count. Deserialising it never fails: a value that is not a count becomes `Unreadable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    Tokens(i64),
    Unreadable,
}

impl Count {
    /// The count, from 0 to 2³²−1; `None` when it is unreadable.
    pub(crate) fn tokens(self) -> Option<i64> {
        if let Self::Tokens(tokens) = self { Some(tokens) } else { None }
    }

    fn of_whole(tokens: i64) -> Self {
        if (0..=MAX_TOKENS).contains(&tokens) { Self::Tokens(tokens) } else { Self::Unreadable }
    }

    fn of_float(tokens: f64) -> Self {
        if tokens.fract() == 0.0 && tokens.abs() <= MAX_TOKENS as f64 {
            Self::of_whole(tokens as i64)
        } else {
            Self::Unreadable
        }
    }
}

/// Each count as the report says that has more of it. A server that ends with an empty report has told more before.
pub(crate) fn larger(one: Usage, other: Usage) -> Usage {
    Usage {
        prompt_tokens: one.prompt_tokens.max(other.prompt_tokens),
        completion_tokens: one.completion_tokens.max(other.completion_tokens),
        cached_tokens: one.cached_tokens.max(other.cached_tokens),
        reasoning_tokens: one.reasoning_tokens.max(other.reasoning_tokens),
        cache_write_tokens: one.cache_write_tokens.max(other.cache_write_tokens),
    }
}

/// The same of one count. One that is unreadable takes nothing back.
pub(crate) fn larger_count(earlier: Option<Count>, later: Option<Count>) -> Option<Count> {
    match (earlier.and_then(Count::tokens), later.and_then(Count::tokens)) {
        (Some(earlier), Some(later)) => Some(Count::Tokens(earlier.max(later))),
        (Some(_), None) => earlier,
        (None, _) => later.or(earlier),
    }
}

/// The count of a member that may be absent; 0 when it is absent or unreadable. It is for counts that are parts of
/// another count.
pub(crate) fn part(count: Option<Count>) -> i64 {
    count.and_then(Count::tokens).unwrap_or(0)
}

/// The prompt and completion counts of a report. When one of them is absent, it is computed from the total.
///
/// Returns `None` when the report does not determine both: the usage of the call is unknown then.
pub(crate) fn prompt_and_completion(
    prompt: Option<Count>,
    completion: Option<Count>,
    total: Option<Count>,
) -> Option<(i64, i64)> {
    let total = total.and_then(Count::tokens);
    match (prompt, completion) {
        (Some(prompt), Some(completion)) => Some((prompt.tokens()?, completion.tokens()?)),
        (Some(prompt), None) => {
            let prompt = prompt.tokens()?;
            Some((prompt, total.filter(|total| *total >= prompt)? - prompt))
        }
        (None, Some(completion)) => {
            let completion = completion.tokens()?;
            Some((total.filter(|total| *total >= completion)? - completion, completion))
        }
        (None, None) => None,
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of tokens")
    }

    fn visit_u64<E: Error>(self, tokens: u64) -> Result<Count, E> {
        Ok(i64::try_from(tokens).map_or(Count::Unreadable, Count::of_whole))
    }

    fn visit_i64<E: Error>(self, tokens: i64) -> Result<Count, E> {
        Ok(Count::of_whole(tokens))
    }

    fn visit_f64<E: Error>(self, tokens: f64) -> Result<Count, E> {
        Ok(Count::of_float(tokens))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
        Ok(text.trim().parse::<f64>().map_or(Count::Unreadable, Count::of_float))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Count, E> {
        Ok(Count::Unreadable)
    }

    fn visit_unit<E: Error>(self) -> Result<Count, E> {
        Ok(Count::Unreadable)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Count, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Count::Unreadable)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Count, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Count::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_a_count_or_unreadable() {
        for (json, tokens) in [
            ("11", Some(11)),
            ("11.0", Some(11)),
            ("\"11\"", Some(11)),
            ("0", Some(0)),
            ("-100000", None),
            ("9223372036854775807", None),
            ("99999999999999999999999", None),
            ("1e300", None),
            ("11.5", None),
            ("\"many\"", None),
            ("true", None),
            ("[11]", None),
            ("{\"of\": [11]}", None),
        ] {
            assert_eq!(serde_json::from_str::<Count>(json).unwrap().tokens(), tokens, "{json}");
        }
    }

    #[test]
    fn a_report_must_determine_prompt_and_completion() {
        let count = |tokens| Some(Count::Tokens(tokens));
        assert_eq!(prompt_and_completion(count(3), count(4), None), Some((3, 4)));
        assert_eq!(prompt_and_completion(count(3), None, count(7)), Some((3, 4)));
        assert_eq!(prompt_and_completion(None, count(4), count(7)), Some((3, 4)));
        assert_eq!(prompt_and_completion(None, None, count(7)), None);
        assert_eq!(prompt_and_completion(count(3), None, None), None);
        assert_eq!(prompt_and_completion(count(9), None, count(7)), None);
        assert_eq!(prompt_and_completion(count(3), Some(Count::Unreadable), count(7)), None);
    }
}
