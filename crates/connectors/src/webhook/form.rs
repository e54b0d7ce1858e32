use serde_json::{Map, Value};

/// The deepest nesting that is read of a form.
const MAX_DEPTH: usize = 16;

/// `data[FIELDS][ID]=1` becomes `{"data": {"FIELDS": {"ID": "1"}}}`. `None`: the names have more parts than
/// `most`.
pub(super) fn read(body: &[u8], most: usize) -> Option<Value> {
    let (mut read, mut parts) = (Value::Object(Map::new()), 0);
    for (name, value) in url::form_urlencoded::parse(body) {
        let mut place = &mut read;
        for part in name.split('[').map(|part| part.trim_end_matches(']')).take(MAX_DEPTH) {
            parts += 1;
            if parts > most {
                return None;
            }
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { break };
            place = members.entry(part).or_insert(Value::Null);
        }
        *place = value.into_owned().into();
    }
    Some(read)
}
