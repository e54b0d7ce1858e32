use serde_json::Value;

use super::SMALL;

/// What any value takes beside its text.
const OF_VALUE: usize = 8;

/// About how many bytes of JSON these values are. They are counted no further than to where they are many for
/// [`Programs::by_size`](super::Programs::by_size), so that the counting is no work.
pub fn bytes_of<'a>(values: impl IntoIterator<Item = &'a Value>) -> usize {
    let left = values.into_iter().try_fold(SMALL, |room, value| left_of(value, room));
    left.map_or(SMALL + 1, |left| SMALL - left)
}

/// What is left of so many bytes when this is written; `None` when they are not enough.
fn left_of(value: &Value, room: usize) -> Option<usize> {
    let room = room.checked_sub(OF_VALUE)?;
    match value {
        Value::String(text) => room.checked_sub(text.len()),
        Value::Array(items) => items.iter().try_fold(room, |room, item| left_of(item, room)),
        Value::Object(members) => {
            members.iter().try_fold(room, |room, (name, member)| left_of(member, room.checked_sub(name.len())?))
        }
        _ => Some(room),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{SMALL, bytes_of};

    #[test]
    fn values_are_counted_until_they_are_many() {
        let none: [Value; 0] = [];
        assert_eq!(bytes_of(&none), 0);
        assert_eq!(bytes_of([&json!({"name": ["text", 1, null]})]), 5 * 8 + "nametext".len());
        let half = json!("x".repeat(SMALL / 2));
        assert!((SMALL / 2..SMALL).contains(&bytes_of([&half])));
        for many in [vec![&half, &half], vec![&json!(vec![half.clone(), half.clone(), half.clone()])]] {
            assert_eq!(bytes_of(many), SMALL + 1);
        }
    }
}
