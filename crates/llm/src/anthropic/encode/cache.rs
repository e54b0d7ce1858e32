//! Cache breakpoints. A request may have four (Anthropic, "Prompt caching").

use serde_json::{Map, Value};

const MAX_BREAKPOINTS: usize = 4;

/// Drops breakpoints beyond the fourth. It keeps the first, for the common beginning of dialogues, and the last ones,
/// for the next turn.
pub(super) fn keep_four(body: &mut Map<String, Value>) {
    // A breakpoint on the body counts as one on the last block.
    let max = if body.contains_key("cache_control") { MAX_BREAKPOINTS - 1 } else { MAX_BREAKPOINTS };
    let marked = || |block: &&mut Value| block.get("cache_control").is_some();
    let count = blocks(body).filter(marked()).count();
    blocks(body).filter(marked()).skip(1).take(count.saturating_sub(max)).for_each(|block| {
        block.as_object_mut().and_then(|block| block.shift_remove("cache_control"));
    });
}

/// All blocks in the order of the prompt.
fn blocks(body: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    let (mut tools, mut system, mut turns) = (None, None, None);
    for (name, value) in body.iter_mut() {
        match name.as_str() {
            "tools" => tools = value.as_array_mut(),
            "system" => system = value.as_array_mut(),
            "messages" => turns = value.as_array_mut(),
            _ => {}
        }
    }
    let said = turns.into_iter().flatten().filter_map(|turn| turn.get_mut("content")?.as_array_mut()).flatten();
    tools.into_iter().flatten().chain(system.into_iter().flatten()).chain(said)
}
