//! The generation of a model, from its name. The generation decides which members a request may have.

/// The generation as (major, minor): `claude-opus-4-6-20260101` is (4, 6), `claude-3-7-sonnet-latest` is (3, 7).
///
/// A `claude-` name without numbers counts as the newest generation. A name without `claude-` is a model of another
/// server and counts as (3, 7), because such servers know thinking budgets.
pub(super) fn of_model(model: &str) -> (u32, u32) {
    let Some((_, rest)) = model.split_once("claude-") else { return (3, 7) };
    // Longer numbers are dates.
    let number = |piece: &str| if piece.len() <= 2 { piece.parse().ok() } else { None };
    let mut pieces = rest.split(['-', '.', '@', ':']).map(number).skip_while(Option::is_none);
    let Some(major) = pieces.next().flatten() else { return (u32::MAX, 0) };
    (major, pieces.next().flatten().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::of_model;

    #[test]
    fn the_generation_is_read_from_the_models_name() {
        let cases = [
            ("claude-opus-4-6", (4, 6)),
            ("claude-opus-4-20250514", (4, 0)),
            ("claude-sonnet-4-5-20250929", (4, 5)),
            ("claude-haiku-4-5@20251001", (4, 5)),
            ("claude-3-7-sonnet-latest", (3, 7)),
            ("anthropic/claude-3.5-haiku", (3, 5)),
            ("claude-2.1", (2, 1)),
            ("claude-sonnet-5", (5, 0)),
            ("claude-mythos-preview", (u32::MAX, 0)),
            ("qwen-local", (3, 7)),
        ];
        for (model, expected) in cases {
            assert_eq!(of_model(model), expected, "{model}");
        }
    }
}
